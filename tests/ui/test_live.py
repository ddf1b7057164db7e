"""The Python side of the live parts: what a browser says is checked, and each press acts once."""

import pytest
from streamlit.testing.v1 import AppTest

from ui.live.connection import understood
from ui.live.parts import HEIGHTS, SCRIPTS
from ui.live.presses import new_presses

BUTTONS = ("train", "step", "reset")


def test_new_presses_are_those_since_the_last_time():
    done = {"session": "s", "step": 2}
    said = {"session": "s", "wanted": "running", "train": 1, "step": 5, "reset": 0}
    assert new_presses(said, done, BUTTONS) == {"train": 1, "step": 3}
    assert new_presses(said, {"session": "s", "train": 1, "step": 5}, BUTTONS) == {}


@pytest.mark.parametrize(
    "said",
    [
        *(None, 7, "step", [], ["step"], {}, {"step": 3}),
        *({"session": "other", "step": 3}, {"session": ["s"], "step": 3}),
        *({"session": "s", "step": step} for step in (-1, 0, 2, 2.5, "3", None, [3], True, 2**60, 1e9)),
    ],
)
def test_forged_presses_do_nothing(said: object):
    assert new_presses(said, {"session": "s", "step": 2}, BUTTONS) == {}


@pytest.mark.parametrize(
    "said", [None, 7, "offline", ["visit"], {"visit": 7, "offline": 1}, {"visit": "", "offline": "true"}]
)
def test_a_forged_connection_says_nothing(said: object):
    assert understood(said) == (None, False)


def test_a_browser_says_its_visit_and_that_it_is_offline():
    assert understood({"visit": "t" * 32, "offline": True}) == ("t" * 32, True)
    assert understood({"visit": "t" * 101}) == (None, False)


def script() -> None:
    import streamlit as st

    from ui.live.connection import connection, show_socket
    from ui.live.parts import HEIGHTS, mount
    from ui.live.presses import show_buttons

    st.session_state["acted"] = st.session_state.get("acted", [])
    show_socket("t" * 32)
    show_buttons(["train", "step"], lambda what, times: st.session_state["acted"].append((what, times)))
    for part in HEIGHTS:
        if part not in ("socket", "buttons"):
            mount(part, {})
    st.text(repr(connection()))


def test_every_part_is_drawn_without_a_browser():
    page = AppTest.from_function(script).run(timeout=20)
    assert not page.exception
    assert page.text[0].value == "Connection(visit=None, offline=False)"
    names = [element.proto.component_name for element in page if element.type == "bidi_component"]
    assert sorted(names) == sorted(f"live_{part}" for part in HEIGHTS)


def test_the_parts_have_their_scripts():
    for name in ("main.js", "live.css"):
        assert (SCRIPTS / name).is_file()
