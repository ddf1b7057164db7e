"""Streamlit's settings: what was measured to matter stays set, and Streamlit still knows all of them."""

import tomllib
from pathlib import Path

import pytest
from streamlit import config

from ui.shared.charts import HELD_OUT, TRAINING

CONFIG = tomllib.loads((Path(__file__).parents[1] / ".streamlit" / "config.toml").read_text())


def options(table: dict, prefix: str = "") -> dict[str, object]:
    """Name every option as Streamlit does: runner.postScriptGC."""
    named = {}
    for name, value in table.items():
        named |= options(value, f"{prefix}{name}.") if isinstance(value, dict) else {prefix + name: value}
    return named


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("runner.postScriptGC", False),  # 60 visitors: 2 ms a refresh instead of 177
        ("browser.gatherUsageStats", False),
        ("server.showEmailPrompt", False),
        ("server.address", "127.0.0.1"),  # nobody else's computer, unless asked for
        ("server.maxUploadSize", 200),
        ("server.maxMessageSize", 12),  # a longer one would be copied four times before anybody looks at it
        ("client.showErrorDetails", "none"),
    ],
)
def test_what_matters_is_set(option: str, value: object):
    assert options(CONFIG)[option] == value


@pytest.mark.parametrize("option", options(CONFIG))
def test_streamlit_knows_the_option(option: str):
    known = config.get_config_options()
    assert option in known, f"Streamlit has dropped {option}: look for what has taken its place"
    assert not known[option].deprecated


def test_the_words_have_the_colours_of_the_curves():
    theme = CONFIG["theme"]
    assert (theme["blueColor"], theme["orangeColor"]) == (TRAINING, HELD_OUT)
    assert theme["chartCategoricalColors"] == [TRAINING, HELD_OUT]
