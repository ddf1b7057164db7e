"""Long values are taken out of a message without parsing it, and the rest stays as it was."""

import time

import numpy as np
import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState

from server.shortened import LONGEST, NO_MESSAGE, shortened

LONG = "x" * (LONGEST + 1)


def message(*values: WidgetState, **fields: object) -> BackMsg:
    """Return what a browser sends."""
    state = {"widget_states": {"widgets": values}, "query_string": "seed=3", "page_script_hash": "abc"}
    return BackMsg(rerun_script=state | fields)


SLIDER = WidgetState(id="slider", double_array_value={"data": [1.0, 2.5]})
NUMBER = WidgetState(id="number", double_value=1e300)
COUNT = WidgetState(id="count", int_value=-(2**40))


def test_short_fields_stay_as_they_are():
    sent = message(SLIDER, NUMBER, COUNT, is_auto_rerun=True, cached_message_hashes=["a", "b" * 1000])
    sent.rerun_script.context_info.timezone_offset = -120
    assert BackMsg.FromString(shortened(sent.SerializeToString())) == sent


@pytest.mark.parametrize(
    "long",
    [
        {"json_value": LONG},
        {"string_value": LONG},
        {"bytes_value": LONG.encode()},
        {"double_array_value": {"data": [0.5] * 400_000}},
    ],
)
def test_a_long_value_becomes_one_that_fits_nothing(long: dict):
    sent = message(SLIDER, WidgetState(id="canvas", **long), NUMBER).SerializeToString()
    assert BackMsg.FromString(shortened(sent)) == message(
        SLIDER, WidgetState(id="canvas", bytes_value=b""), NUMBER
    )


def test_other_long_fields_are_left_out():
    sent = message(SLIDER, query_string=LONG, cached_message_hashes=[LONG, "a"]).SerializeToString()
    kept = message(SLIDER, cached_message_hashes=["a"])
    kept.rerun_script.ClearField("query_string")
    assert BackMsg.FromString(shortened(sent)) == kept
    assert shortened(BackMsg(file_urls_request={"file_names": ["a"] * 1_000_000}).SerializeToString()) == b""


def test_a_message_of_very_many_fields_does_not_keep_the_server():
    sent = message(*[WidgetState(id="a", bool_value=True)] * 1_000_000).SerializeToString()
    start = time.perf_counter()
    kept = BackMsg.FromString(shortened(sent)).rerun_script
    assert time.perf_counter() - start < 0.5
    assert 0 < len(kept.widget_states.widgets) <= 10_000 and kept.page_script_hash == "abc"


@pytest.mark.parametrize("seed", range(50))
def test_noise_is_no_message(seed: int):
    rng = np.random.default_rng(seed)
    noise = rng.integers(0, 256, LONGEST + 10, np.uint8)
    noise[:2] = 0x22, 0xFF  # a long rerun_script begins
    assert len(shortened(noise.tobytes())) <= LONGEST
    sent = message(WidgetState(id="canvas", json_value=LONG)).SerializeToString()
    assert shortened(sent[: rng.integers(10, len(sent))]) == NO_MESSAGE
