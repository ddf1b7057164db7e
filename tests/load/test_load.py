"""The load test in its short form: ten visitors, of whom five train, wait a bearable time."""

import pytest

from tests.load.bare import bare_iterations_per_second
from tests.load.crowd import Plan
from tests.load.drawings import FRAME, prepare_drawings
from tests.load.measure import Result, measure

pytestmark = pytest.mark.slow

FRAME_MS, PRESS_MS, PAGE_MS = 1000, 3000, 3000  # wide: other things may keep the machine busy
SHARE = 0.3  # of the iterations that the runs make without a page


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> Result:
    prepare_drawings(2)  # skips where the pen digits are not
    return measure(
        Plan(visitors=10, training=5, seconds=6, presses=(1, 4)),
        tmp_path_factory.mktemp("load") / "server.log",
    )


def test_nobody_waits_in_vain(result: Result) -> None:
    assert not result.record.unanswered, result.record.unanswered
    assert not result.record.errors
    assert len(result.record.seconds["open"]) == 10


def test_every_drawing_is_read_as_the_expert_reads_it(result: Result) -> None:
    assert len(result.record.seconds["frame"]) >= 5
    assert result.record.wrong == 0
    assert result.milliseconds("frame", 95)[0] <= FRAME_MS


def test_buttons_and_pages_answer(result: Result) -> None:
    assert len(result.record.seconds["start"]) == 5  # each run
    assert result.milliseconds("start", 95)[0] <= PRESS_MS
    assert result.record.seconds["press"]
    assert result.milliseconds("press", 95)[0] <= PRESS_MS
    assert result.milliseconds("page", 95)[0] <= PAGE_MS


def test_the_runs_hardly_notice_the_pages(result: Result) -> None:
    assert len(result.record.paces) == 5
    assert result.iterations_per_second >= SHARE * bare_iterations_per_second(5, 3)


def test_the_page_process_was_measured(result: Result) -> None:
    assert 0 < result.page.cores < 3
    assert 50 < result.page.unique <= result.page.resident < 1500


def test_frames_grow_and_neighbours_differ() -> None:
    drawings = prepare_drawings(3)
    assert all(len(frame) == FRAME * FRAME for drawing in drawings for frame in drawing.frames)
    for drawing in drawings:
        ink = [sum(frame) for frame in drawing.frames]
        assert ink == sorted(ink)
        assert ink[0] < ink[-1]
    digits = [drawing.digit for drawing in drawings]
    assert all(a != b for a, b in zip(digits, digits[1:] + digits[:1], strict=True))
