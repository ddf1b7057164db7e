"""Gives the page as long as it needs: on a busy machine, too, a press of Step has been carried out."""

import pytest

from tests.page import PATIENCE


@pytest.fixture(autouse=True)
def _patient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("server.engine.STEP_PATIENCE", float(PATIENCE))
