"""Strangers' handwriting on the real page: pen strokes replayed on the canvas, its answers counted."""

import re
from collections.abc import Callable

import numpy as np
import pytest
from playwright.sync_api import expect

from tests.browser.visitor import PATIENCE, Visitor
from tests.pen import SIDE, PenDigit, Stroke, read_pen

pytestmark = pytest.mark.slow  # a hundred digits drawn by hand take a minute

WRITERS = range(25, 31)  # the expert has never seen them
OF_EACH = 17  # 102 digits
BRUSH = 20  # pixels, the page's own
SIZES = (80, 250)  # pixels, longer side of a digit
STEP = 12  # pixels, little more than half the brush
ENOUGH = 98  # of 102; the network reads 99 % of such strokes where they are drawn without a browser

PAGES = 3  # at once: while one is still reading, the next is drawn on

# A hand that needs no time: a browser's events, stroke by stroke, without a frame between them.
WRITE = """(canvas, strokes) => {
  const box = canvas.getBoundingClientRect();
  for (const stroke of strokes) {
    const act = (kind, [x, y]) => {
      const at = {
        clientX: box.x + x, clientY: box.y + y, buttons: kind === "up" ? 0 : 1,
        bubbles: true, composed: true, cancelable: true, view: window,
      };
      canvas.dispatchEvent(new PointerEvent("pointer" + kind, { ...at, pointerId: 1, isPrimary: true }));
      canvas.dispatchEvent(new MouseEvent("mouse" + kind, at));
    };
    stroke.forEach((point, k) => act(k ? "move" : "down", point));
    act("up", stroke[stroke.length - 1]);
  }
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
    """Clear every canvas, draw a drawing on each, and return the answers."""
    for visitor in visitors:
        visitor.page.keyboard.press("x")  # Clear, with the mouse where it is
    for visitor in visitors:
        expect(visitor.prediction).to_have_text("–", timeout=PATIENCE)
        visitor.wait(lambda visitor=visitor: visitor.ink() == 0)
    for visitor, strokes in zip(visitors, drawings, strict=True):
        visitor.canvas.evaluate(WRITE, strokes)
    for visitor in visitors:
        expect(visitor.prediction).to_have_text(re.compile(r"^\d$"), timeout=PATIENCE)
        visitor.rest()
    return [visitor.prediction.inner_text() for visitor in visitors]


def test_the_page_reads_strangers_handwriting(
    visit: Callable[..., Visitor], record_testsuite_property: Callable[[str, object], None]
):
    rng = np.random.default_rng(0)
    digits = chosen(rng)
    assert len(digits) >= 100 and {digit.writer for digit in digits} == set(WRITERS)
    visitors = [visit() for _ in range(PAGES)]
    wrong = []
    for some in zip(*[iter(digits)] * PAGES, strict=True):
        answers = read_by_pages(visitors, [somewhere(digit.strokes, rng) for digit in some])
        for digit, answer in zip(some, answers, strict=True):
            if answer != str(digit.label):
                wrong.append(f"{digit.label} of writer {digit.writer} as {answer}")
    record_testsuite_property("pen digits read right", len(digits) - len(wrong))
    assert len(digits) - len(wrong) >= ENOUGH, wrong
