"""How the page looks: on a projector, on a phone, light and dark, and to somebody who cannot see it."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.visitor import PATIENCE, Visitor
from ui.shared.charts import HELD_OUT, TRAINING

Visit = Callable[..., Visitor]

SIDEBAR = ("learning_rate", "iterations")
LESSON = (  # what a class has to see on a projector at once
    *("train", "step", "reset", *SIDEBAR, "canvas", "clear", "network_sees", "prediction", "probabilities"),
    *("status", "train_accuracy", "dev_accuracy", "accuracy_chart", "loss_chart"),
)

CONTRAST = """element => {
  const parse = text => text.match(/[\\d.]+/g).map(Number);
  const light = ([r, g, b]) => [r, g, b].map(c => c / 255)
    .map(c => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
    .reduce((sum, c, k) => sum + c * [0.2126, 0.7152, 0.0722][k], 0);
  const layers = [];
  for (let e = element; e; e = e.parentElement) {
    const [r, g, b, a = 1] = parse(getComputedStyle(e).backgroundColor);
    layers.unshift([r, g, b, a]);
  }
  const over = (below, [r, g, b, a]) => below.map((c, k) => c * (1 - a) + [r, g, b][k] * a);
  const back = layers.reduce(over, [255, 255, 255]);
  const [r, g, b, a = 1] = parse(getComputedStyle(element).color);
  let opacity = 1;
  for (let e = element; e; e = e.parentElement) opacity *= Number(getComputedStyle(e).opacity);
  const [one, two] = [light(back), light(over(back, [r, g, b, a * opacity]))].sort((x, y) => y - x);
  return (one + 0.05) / (two + 0.05);
}"""  # WCAG 2.1's contrast ratio of a text and what lies behind it


def test_a_projector_shows_the_lesson_without_scrolling(lesson: Visitor):
    boxes = {key: lesson.at(key).bounding_box() for key in LESSON}
    outside = {
        key: box
        for key, box in boxes.items()
        if box["x"] < 0 or box["y"] < 0 or box["x"] + box["width"] > 1280 or box["y"] + box["height"] > 720
    }
    assert outside == {}
    assert all(box["width"] > 30 and box["height"] > 15 for box in boxes.values())


def test_on_a_phone_the_canvas_comes_right_after_the_buttons(visit: Visit):
    visitor = visit("?iterations=20", width=390, height=844, has_touch=True, is_mobile=True)
    visitor.draw_and_train()
    box = {key: visitor.at(key).bounding_box() for key in LESSON if key not in SIDEBAR}
    assert box["train"]["y"] == box["step"]["y"] == box["reset"]["y"]
    below = box["canvas"]["y"] + box["canvas"]["height"]
    assert 0 <= box["canvas"]["y"] - (box["train"]["y"] + box["train"]["height"]) < 100
    assert all(box[key]["y"] >= below for key in box if key not in ("train", "step", "reset", "canvas"))
    assert {key: at for key, at in box.items() if at["x"] < 0 or at["x"] + at["width"] > 390} == {}
    pages = "() => [document.scrollingElement, document.querySelector('[data-testid=stMain]')]"
    assert visitor.page.evaluate(f"({pages})().map(page => page.scrollWidth)") == [390, 390]


@pytest.mark.parametrize("scheme", ["dark", "light"])
def test_light_and_dark_can_be_read(lesson: Visitor, scheme: str):
    lesson.page.emulate_media(color_scheme=scheme)
    page = lesson.page.locator(".stApp")
    brightness = "e => Math.max(...getComputedStyle(e).backgroundColor.match(/\\d+/g).slice(0, 3))"
    lesson.wait(lambda: (page.evaluate(brightness) > 200) == (scheme == "light"))
    label = "[data-testid=stWidgetLabel] p"
    texts = [
        *(("top", "h1"), ("reset", "span"), ("clear", "span"), ("status", "p"), ("prediction", "p")),
        *(("reading", ".live-sure"), ("reading", ".live-label"), ("dev_accuracy", ".live-label")),
        *(("accuracy_chart", ".live-caption"), ("accuracy_chart", "text"), ("probabilities", "span")),
        *(("dataset", label), ("learning_rate", label)),
    ]
    lesson.page.wait_for_timeout(500)  # colours fade from one scheme to the other
    contrast = {key: lesson.at(key).locator(text).first.evaluate(CONTRAST) for key, text in texts}
    assert {key: round(ratio, 1) for key, ratio in contrast.items() if ratio < 4.5} == {}


def test_pictures_and_charts_can_be_heard(lesson: Visitor):
    for key, words in (
        ("accuracy_chart", r"Accuracy after 20 iterations: [\d.]+% on training digits, [\d.]+% on held-out"),
        ("loss_chart", r"Loss after 20 iterations: [\d.]+ on training digits, [\d.]+ on held-out"),
    ):
        picture = lesson.at(key).get_by_role("img")
        expect(picture).to_have_attribute("aria-label", re.compile(words), timeout=PATIENCE)
    lesson.see("probabilities", r"expert: 7 \d+%.* yours: \d \d+%")
    assert lesson.page.locator("img").count() > 0
    assert lesson.page.locator("img:not([alt]), img[alt='']").count() == 0
    for name in ("Learning rate", "Iterations", "Brush width"):
        assert lesson.page.get_by_role("slider", name=name).count() == 1


def test_the_curves_are_drawn_in_their_colours(lesson: Visitor):
    for key in ("accuracy_chart", "loss_chart"):
        for name, colour in (("training", TRAINING), ("held-out", HELD_OUT)):
            line = lesson.curve(key, name)
            assert "L" in line.get_attribute("d")
            drawn = line.evaluate("path => getComputedStyle(path).stroke")
            assert "#{:02x}{:02x}{:02x}".format(*map(int, re.findall(r"\d+", drawn))) == colour


def test_nothing_is_asked_of_any_other_machine(lesson: Visitor):
    assert set(lesson.foreign) == set()
