"""Strangers' handwriting on the real page: pen strokes replayed with the mouse, its answers counted."""

from collections.abc import Callable

import numpy as np
from playwright.sync_api import TimeoutError, expect

from tests.browser.visitor import PATIENCE, Visitor
from tests.pen import SIDE, PenDigit, Stroke, read_pen

WRITERS = range(25, 31)  # the shipped network has never seen them
OF_EACH = 17  # 102 digits
BRUSH = 20  # pixels, the page's own
SIZES = (80, 250)  # pixels, longer side of a digit
STEP = 12  # pixels, little more than half the brush
BOUNCE = 2000  # milliseconds; a pen that bounces where there is ink already changes nothing
ENOUGH = 98  # of 102; the network reads 99 % of such strokes where they are drawn without a browser

# The answer belongs to the drawing once its picture has changed and the page has come to rest.
ANSWERED = """old => {
  const seen = document.querySelector('.st-key-network_sees img')?.src;
  const app = document.querySelector('[data-testid=stApp]');
  const answer = document.querySelector('.st-key-prediction p')?.textContent;
  return seen && seen !== old && app.dataset.testScriptState === 'notRunning' && /^\\d$/.test(answer);
}"""


def chosen(rng: np.random.Generator) -> list[PenDigit]:
    """Choose digits at random: as many of each writer, and of each class as many, give or take one."""
    digits = read_pen()
    picked: list[PenDigit] = []
    classes = np.resize(np.arange(10), OF_EACH * len(WRITERS))
    for writer, labels in zip(WRITERS, np.split(classes, len(WRITERS)), strict=True):
        for label in labels:
            theirs = [digit for digit in digits if (digit.writer, digit.label) == (writer, label)]
            free = [digit for digit in theirs if digit not in picked]
            picked.append(free[rng.integers(len(free))])
    return picked


def somewhere(strokes: list[Stroke], rng: np.random.Generator) -> list[Stroke]:
    """Lay strokes on the canvas at random size and place, all ink inside."""
    points = np.array([point for stroke in strokes for point in stroke]) * (1, -1)  # y grows downwards here
    low, extent = points.min(axis=0), np.ptp(points, axis=0)
    scale = rng.uniform(*SIZES) / max(extent)
    corner = BRUSH / 2 + rng.uniform(size=2) * (SIDE - BRUSH - extent * scale)
    return [as_a_mouse(((np.array(stroke) * (1, -1) - low) * scale + corner).tolist()) for stroke in strokes]


def as_a_mouse(stroke: Stroke) -> Stroke:
    """Keep the samples at least STEP apart, and the last: a browser sees a quick hand no more often."""
    kept = stroke[:1]
    for point in stroke[1:-1]:
        if np.hypot(*np.subtract(point, kept[-1])) >= STEP:
            kept.append(point)
    return kept + stroke[1:][-1:]


def read_by_pages(visitors: list[Visitor], drawings: list[list[Stroke]]) -> list[str]:
    """Clear every canvas, draw a drawing on each, stroke by stroke as a person does; return the answers."""
    for visitor in visitors:
        visitor.page.keyboard.press("x")  # Clear, with the mouse where it is
    for visitor in visitors:
        expect(visitor.prediction).to_have_text("–", timeout=PATIENCE)
        visitor.wait(lambda visitor=visitor: visitor.ink() == 0)
    for number in range(max(map(len, drawings))):
        before = [visitor.seen() for visitor in visitors]
        todo = [k for k, strokes in enumerate(drawings) if number < len(strokes)]
        for k in todo:
            draw(visitors[k], drawings[k][number])
        for k in todo:  # while one page thinks, the other is drawn on
            await_answer(visitors[k], before[k], PATIENCE if number == 0 else BOUNCE)
    return [visitor.prediction.inner_text() for visitor in visitors]


def draw(visitor: Visitor, stroke: Stroke) -> None:
    box, mouse = visitor.canvas.bounding_box(), visitor.page.mouse
    for k, (x, y) in enumerate(stroke):
        mouse.move(box["x"] + x, box["y"] + y)
        if k == 0:
            mouse.down()
    mouse.up()


def await_answer(visitor: Visitor, before: str | None, patience: int) -> None:
    try:
        visitor.page.wait_for_function(ANSWERED, arg=before, polling=20, timeout=patience)
    except TimeoutError:
        assert patience == BOUNCE, "the page has not answered"


def test_the_page_reads_strangers_handwriting(
    visit: Callable[..., Visitor], record_testsuite_property: Callable[[str, object], None]
):
    rng = np.random.default_rng(0)
    digits = chosen(rng)
    assert len(digits) >= 100 and {digit.writer for digit in digits} == set(WRITERS)
    visitors = [visit(), visit()]
    for visitor in visitors:
        toolbar = visitor.at("canvas").locator(".dc-toolbar")
        visitor.canvas.hover()  # until the mouse has been there, the toolbar lies unseen over its upper right
        top = visitor.canvas.bounding_box()["y"]
        visitor.wait(lambda toolbar=toolbar, top=top: toolbar.bounding_box()["y"] < top - 40)
    wrong = []
    for pair in zip(digits[::2], digits[1::2], strict=True):
        answers = read_by_pages(visitors, [somewhere(digit.strokes, rng) for digit in pair])
        for digit, answer in zip(pair, answers, strict=True):
            if answer != str(digit.label):
                wrong.append(f"{digit.label} of writer {digit.writer} as {answer}")
    record_testsuite_property("pen digits read right", len(digits) - len(wrong))
    assert len(digits) - len(wrong) >= ENOUGH, wrong
