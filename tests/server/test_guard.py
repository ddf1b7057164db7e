"""What a browser cannot mean is left out before Streamlit sees it, and the rest goes through at once."""

import time
from collections.abc import Callable
from typing import Any

import pytest
from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.proto.WidgetStates_pb2 import WidgetState
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.state.common import WidgetMetadata
from streamlit.runtime.uploaded_file_manager import UploadedFileRec
from streamlit.testing.v1 import AppTest

from server.guard import MOST_REFUSED, Guard

FILES = MemoryUploadedFileManager("/upload")
FILES.add_file("someone", UploadedFileRec("here", "digits.csv", "text/csv", b"3"))
FILES.add_file("someone", UploadedFileRec("other", "digits.exe", "text/csv", b"3"))


def script() -> None:
    """Draw a widget of each kind that the page has."""
    import streamlit as st

    st.slider("Label", 1, 10, key="whole")
    st.slider("Label", 0.0, 1.0, key="part")
    st.select_slider("Label", [0.1, 0.2], key="step")
    st.number_input("Label", 0, 100, 10, key="number")
    st.selectbox("Label", ["a", "b"], key="choice")
    st.segmented_control("Label", ["a", "b"], key="segment")
    st.toggle("Label", key="switch")
    st.button("Label", key="button")
    st.text_input("Label", key="text")
    st.file_uploader("Label", type=["csv"], key="file")
    st.components.v2.component("part", html="<p></p>")(key="live", on_presses_change=lambda: None)


@pytest.fixture(scope="module")
def widgets() -> dict[str, WidgetMetadata[Any]]:
    """Return what Streamlit knows of the script's widgets, by their ids."""
    app = AppTest.from_function(script).run()
    assert not app.exception
    return app.session_state._state._state._new_widget_state.widget_metadata


@pytest.fixture
def checked(widgets: dict[str, WidgetMetadata[Any]]) -> Callable[..., tuple[ClientState, bool]]:
    """Return a function that has values by key checked, and tells what is kept and if any was refused."""
    ids = {identity.rpartition("-")[2]: identity for identity in widgets}

    def check(values: dict[str, dict], **fields: object) -> tuple[ClientState, bool]:
        sent = [WidgetState(id=ids.get(key, key), **value) for key, value in values.items()]
        state, guard = ClientState(widget_states={"widgets": sent}, **fields), Guard()
        guard.check("someone", state, widgets, FILES)
        assert not guard.has_refused("someone else")
        return state, guard.has_refused("someone")

    return check


RIGHT = {
    "whole": {"double_array_value": {"data": [3.0]}},
    "part": {"double_array_value": {"data": [0.5]}},
    "step": {"string_array_value": {"data": ["0.2"]}},
    "number": {"int_value": 20},  # where Streamlit says that it wants a double
    "choice": {"string_value": "b"},
    "segment": {"string_array_value": {"data": ["a"]}},
    "switch": {"bool_value": True},
    "button": {"trigger_value": True},
    "text": {"string_value": "my run"},
    "file": {"file_uploader_state_value": {"uploaded_file_info": [{"file_id": "here"}]}},
    "live": {"json_value": '{"presses": {"train": 1}}'},
}


def test_what_a_browser_sends_goes_through(checked: Callable[..., tuple[ClientState, bool]]):
    fields = {"query_string": "seed=3", "fragment_id": "f", "is_auto_rerun": True}
    state, refused = checked(RIGHT, **fields)
    assert len(state.widget_states.widgets) == len(RIGHT) and not refused
    assert all(getattr(state, name) == value for name, value in fields.items())


@pytest.mark.parametrize("key", RIGHT)
@pytest.mark.parametrize("other", RIGHT)
def test_a_value_of_another_type_is_left_out(
    checked: Callable[..., tuple[ClientState, bool]], key: str, other: str
):
    same = RIGHT[key].keys() == RIGHT[other].keys()
    state, refused = checked(RIGHT | {key: RIGHT[other]}, fragment_id="f")
    if not same:
        assert refused and len(state.widget_states.widgets) == len(RIGHT) - 1
        assert not state.fragment_id  # the whole page is drawn, and says so


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("whole", {"double_array_value": {"data": [float("nan")]}}),
        ("part", {"double_array_value": {"data": [float("inf")]}}),
        ("number", {"double_value": float("-inf")}),
        ("text", {"string_value": "x" * 20_000}),
        ("live", {"json_value": "{"}),
        ("live", {"json_value": "[" * 100_000}),
        ("live", {"json_value": "[" + "[]," * 300_000 + "[]]"}),
        ("live", {"json_value": f'"{"x" * 2_500_000}"'}),
        *(
            ("file", {"file_uploader_state_value": {"uploaded_file_info": [{"file_id": identity}]}})
            for identity in ("", "nowhere", "other", "x" * 20_000)
        ),
    ],
)
def test_a_value_that_cannot_be_right_is_left_out(
    checked: Callable[..., tuple[ClientState, bool]], key: str, value: dict
):
    state, refused = checked(RIGHT | {key: value})
    assert refused and len(state.widget_states.widgets) == len(RIGHT) - 1


def test_widgets_that_the_page_has_not_drawn_are_dropped_without_a_word(checked: Callable):
    state, refused = checked(RIGHT | {"unknown": {"bool_value": True}, "": {"int_value": 3}})
    assert len(state.widget_states.widgets) == len(RIGHT) and not refused


def test_long_fields_are_emptied(checked: Callable[..., tuple[ClientState, bool]]):
    long = {"query_string": "x" * 20_000, "page_script_hash": "y" * 20_000, "fragment_id": "z" * 20_000}
    more = {
        "context_info": {"url": "x" * 20_000},
        "cached_message_hashes": ["a"] * 20_000,
        "page_name": "runs",
    }
    state, _ = checked(RIGHT, **long, **more)
    assert state.page_name == "runs" and len(state.widget_states.widgets) == len(RIGHT)
    assert state.ByteSize() < 40_000


def test_the_next_good_message_takes_the_refusal_back(widgets: dict[str, WidgetMetadata[Any]]):
    guard = Guard()
    wrong = WidgetState(id=next(iter(widgets)), string_value="x")
    for k in range(MOST_REFUSED + 10):
        guard.check(str(k), ClientState(widget_states={"widgets": [wrong]}), widgets, FILES)
    assert guard.has_refused("100") and not guard.has_refused("5")  # there is no end to those who forge
    guard.check("100", ClientState(), widgets, FILES)
    assert not guard.has_refused("100")


def test_a_look_costs_less_than_a_millisecond(widgets: dict[str, WidgetMetadata[Any]]):
    canvas = f'{{"drawing": {{"data": "{"A" * 20_000}", "raw": {[[1.5, 2.5]] * 500}}}}}'
    ids = {identity.rpartition("-")[2]: identity for identity in widgets}
    values = [WidgetState(id=ids[key], **value) for key, value in RIGHT.items()] * 3
    values.append(WidgetState(id=ids["live"], json_value=canvas))
    guard, times = Guard(), []
    for _ in range(50):
        state = ClientState(widget_states={"widgets": values})
        start = time.perf_counter()
        guard.check("someone", state, widgets, FILES)
        times.append(time.perf_counter() - start)
    assert not guard.has_refused("someone")
    print(f"a look at a message: {1000 * min(times):.2f} ms")
    assert min(times) < 0.001
