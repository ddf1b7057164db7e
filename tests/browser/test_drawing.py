"""A visitor draws in a real browser: with mouse and finger, before, while and after the network learns."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.visitor import PATIENCE, Visitor
from tests.pen import SEVEN, PenDigit, on_canvas, read_pen

Visit = Callable[..., Visitor]
DIGIT = re.compile(r"^\d$")


@pytest.fixture(scope="module")
def zero() -> PenDigit:
    """A 0 that somebody wrote with a pen."""
    return next(digit for digit in read_pen() if (digit.label, digit.writer) == (0, 26))


def test_a_drawing_is_read_at_once(visit: Visit):
    visitor = visit()
    expect(visitor.prediction).to_have_text("–")
    visitor.see("reading", "Draw a digit")
    visitor.draw(SEVEN)
    expect(visitor.prediction).to_have_text(DIGIT, timeout=PATIENCE)
    visitor.see("reading", "untrained")
    picture = visitor.at("network_sees").locator("img")
    expect(picture).to_have_attribute("alt", re.compile("28 by 28"), timeout=PATIENCE)
    size = picture.evaluate("image => image.decode().then(() => [image.naturalWidth, image.naturalHeight])")
    assert size == [28, 28]
    box = picture.bounding_box()
    assert box["width"] == box["height"] and box["width"] % 28 == 0 and box["width"] >= 84
    assert picture.evaluate("image => getComputedStyle(image).imageRendering") == "pixelated"


def test_pen_strokes_are_read_while_it_learns(visit: Visit, zero: PenDigit):
    visitor = visit("?iterations=10000")
    visitor.button("train").click()
    visitor.wait(lambda: visitor.iteration() > 0)
    visitor.draw(on_canvas(zero.strokes))
    expect(visitor.prediction).to_have_text(DIGIT, timeout=PATIENCE)
    drawn, bars = visitor.iteration(), set()

    def several() -> bool:
        bars.add(tuple(visitor.bars()))
        return len(bars) > 3

    visitor.wait(several)  # the bars move while the drawing stays
    expect(visitor.prediction).to_have_text("0", timeout=PATIENCE)
    visitor.wait(lambda: visitor.iteration() > drawn + 50)  # a drawing does not stop the training
    visitor.draw([[(60, 140), (220, 140)]])  # nor does one more stroke
    again = visitor.iteration()
    visitor.wait(lambda: visitor.iteration() > again + 50)
    visitor.see("status", "Running")


def test_the_drawing_survives_training_and_reset(visit: Visit, zero: PenDigit):
    visitor = visit("?iterations=30")
    visitor.draw(on_canvas(zero.strokes))
    expect(visitor.prediction).to_have_text(DIGIT, timeout=PATIENCE)
    ink, untrained = visitor.ink(), visitor.bars()
    assert ink > 3000
    visitor.button("train").click()
    visitor.see("status", "Finished")
    visitor.wait(lambda: visitor.bars() != untrained)
    assert visitor.ink() == ink
    visitor.button("reset").click()
    visitor.wait(lambda: visitor.bars() == untrained)
    assert visitor.ink() == ink


def test_clear_empties_canvas_and_prediction(visit: Visit):
    visitor = visit()
    picture = visitor.at("network_sees").locator("img")
    buttons = visitor.button("clear"), visitor.at("canvas").get_by_role("button", name="Reset canvas")
    # more than once: the next drawing starts on a canvas that was cleared
    for clear in (*buttons, buttons[0]):
        visitor.draw(SEVEN)
        expect(visitor.prediction).to_have_text(DIGIT, timeout=PATIENCE)
        assert visitor.ink() > 1000
        clear.click()
        expect(visitor.prediction).to_have_text("–", timeout=PATIENCE)
        expect(picture).to_have_attribute("alt", re.compile("nothing"), timeout=PATIENCE)
        visitor.wait(lambda: visitor.ink() == 0)
        visitor.page.wait_for_timeout(500)
        expect(visitor.prediction).to_have_text("–")  # what the canvas sends late does not bring it back


def test_the_brush_changes_and_the_drawing_stays(visit: Visit):
    visitor = visit()
    visitor.draw(SEVEN[:1])
    expect(visitor.prediction).to_have_text(DIGIT, timeout=PATIENCE)
    thin = visitor.ink()
    for width in (22, 24, 26, 28):  # one at a time: two at once make Streamlit (1.67) rebuild the canvas
        visitor.slide("brush", "ArrowRight")
        visitor.see("brush", f"brush {width}")
        visitor.page.wait_for_timeout(600)
    visitor.wait(lambda: visitor.ink() == thin)
    visitor.draw(SEVEN[:1])  # over the same line, thicker
    visitor.wait(lambda: visitor.ink() > 1.2 * thin)


def test_a_finger_draws(visit: Visit):
    visitor = visit(width=390, height=844, has_touch=True, is_mobile=True)
    top = visitor.page.locator("[data-testid=stMain]").evaluate("main => main.scrollTop")
    visitor.draw_with_a_finger(SEVEN)
    expect(visitor.prediction).to_have_text(DIGIT, timeout=PATIENCE)
    assert visitor.ink() > 3000
    assert visitor.page.locator("[data-testid=stMain]").evaluate("main => main.scrollTop") == top
