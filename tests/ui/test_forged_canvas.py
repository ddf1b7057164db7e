"""Whatever comes in the canvas's place, the page says a sentence, goes on, and reads the next drawing."""

import base64
import io

import numpy as np
import pytest
from PIL import Image

from data import load_sample
from tests.page import Page, pixels

DIGIT = pixels(load_sample().X_test[0])


def sent(data: object) -> dict:
    return {"drawing": {"raw": {"objects": []}, "data": data}, "backgroundFit": None}


def url_of(width: int, height: int, kind: str = "PNG") -> str:
    file = io.BytesIO()
    Image.new("1" if kind == "PNG" else "L", (width, height)).save(file, kind)
    return f"data:image/{kind.lower()};base64," + base64.b64encode(file.getvalue()).decode()


@pytest.fixture(scope="module")
def page() -> Page:
    return Page()


@pytest.mark.parametrize(
    "value",
    [
        *(sent(wrong) for wrong in (3, "x", [1], {"a": 1}, True, "data:image/png;base64,AAAA")),
        sent(url_of(13_000, 13_000)),
        sent(url_of(280, 280, "GIF")),
        sent(url_of(280, 280)[:-40]),
        *({"drawing": wrong, "backgroundFit": None} for wrong in (3, "x", [1])),
        {"drawing": "x", "backgroundFit": 7},
    ],
)
def test_a_forged_value_is_answered_with_a_sentence(page: Page, value: dict):
    page.draw(DIGIT)
    seen = page.alt("network_sees")
    page.app.session_state["canvas"] = value
    (warning,) = page.look().app.warning
    assert warning.value.startswith("The drawing did not arrive") and "nothing yet" in page.alt(
        "network_sees"
    )
    assert page.look().app.warning  # as long as it stands there
    assert page.draw(DIGIT).alt("network_sees") == seen and not page.app.warning


@pytest.mark.parametrize("fit", [7, "x", {}, []])
def test_a_forged_background_is_nobodys_business(page: Page, fit: object):
    page.draw(np.zeros_like(DIGIT))
    good = page.draw(DIGIT).app.session_state["canvas"]["drawing"]
    page.app.session_state["canvas"] = {"drawing": good, "backgroundFit": fit}
    assert not page.look().app.warning and "28 by 28" in page.alt("network_sees")
