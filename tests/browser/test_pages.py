"""Once through all six pages in a real browser, with a drawing on the canvas and a network that learns."""

import io
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import expect

from data import load_sample
from tests.browser.pages import ROUND, VIEWS, open_view, settle, turn_to
from tests.browser.visitor import PATIENCE, Visitor
from tests.page import pixels
from tests.pen import SEVEN

Visit = Callable[..., Visitor]

TOO_WIDE = """width => {
  const held = element => {  // a table that scrolls, or hides what is too much, by itself
    for (let e = element.parentElement; e && e.dataset.testid !== 'stMain'; e = e.parentElement)
      if (getComputedStyle(e).overflowX !== 'visible' && e.getBoundingClientRect().right <= width + 1)
        return true;
    return false;
  };
  const found = [];
  for (const element of document.querySelectorAll('[data-testid=stMain] *')) {
    const box = element.getBoundingClientRect();
    if (box.width > 1 && box.height > 1 && (box.right > width + 1 || box.left < -1) && !held(element))
      found.push(`${element.tagName}.${element.className.baseVal ?? element.className}`);
  }
  for (const e of [document.scrollingElement, document.querySelector('[data-testid=stMain]')])
    if (e.scrollWidth > width) found.push(`${e.tagName} scrolls sideways, ${e.scrollWidth} pixels`);
  return found;
}"""


@pytest.fixture(scope="module")
def photograph() -> bytes:
    """A 7 in dark ink on light paper."""
    sample = load_sample()
    digit = sample.X_test[np.flatnonzero(sample.Y_test == 7)[0]]
    large = Image.fromarray(pixels(digit)).resize((240, 240), Image.Resampling.BICUBIC)
    sheet = np.full((450, 600), 225.0)
    sheet[100:340, 170:410] -= np.asarray(large) / 255 * 185
    file = io.BytesIO()
    Image.fromarray(sheet.astype(np.uint8)).save(file, "PNG")
    return file.getvalue()


def test_every_view_opens_on_a_phone_while_the_network_learns(visit: Visit):
    visitor = visit("?iterations=10000", width=390, height=844, has_touch=True, is_mobile=True)
    visitor.draw(SEVEN)
    expect(visitor.prediction).to_have_text("7", timeout=PATIENCE)
    ink = visitor.ink()
    visitor.train_until(5)
    wide = {}
    for title in ROUND:
        turn_to(visitor, title)
        for name, sign in VIEWS.get(title, {}).items():
            open_view(visitor, name, sign)
            before = visitor.iteration()
            visitor.wait(lambda before=before: visitor.iteration() > before)  # goes on, and the page follows
            wide[f"{title}: {name}"] = what_is_too_wide(visitor)
        visitor.see("status", "Running")
        assert visitor.ink() == ink and "iterations=10000" in visitor.page.url
        expect(visitor.prediction).to_have_text("7")
        if title == "Inside":
            follow_the_picture(visitor)
    wide["Train"] = what_is_too_wide(visitor)
    visitor.draw([[(60, 140), (220, 140)]])  # the canvas still takes a pen
    visitor.wait(lambda: visitor.ink() > ink)
    visitor.pause()
    turn_to(visitor, "How it got there")  # which has more to show of a run that rests
    for name, sign in VIEWS["How it got there"].items():
        open_view(visitor, name, sign)
        wide[f"How it got there, paused: {name}"] = what_is_too_wide(visitor)
    assert {view: found[:5] for view, found in wide.items() if found} == {}


def test_no_page_stays_empty_while_the_network_learns(visit: Visit):
    visitor = visit("?iterations=10000")
    visitor.draw(SEVEN)
    visitor.button("train").click()
    visitor.see("status", "Running")
    for k, title in enumerate([*ROUND, *reversed(ROUND[:-1]), *ROUND]):
        turn_to(visitor, title)
        visitor.page.wait_for_timeout(250 * (k % 4))  # Python is asked to draw at other moments each time
    turn_to(visitor, "Mistakes")
    expect(visitor.at("confusion").locator("svg, canvas").first).to_be_visible(timeout=PATIENCE)


def test_what_waits_for_the_end_of_a_run_is_there_when_it_ends(visit: Visit):
    visitor = visit("?iterations=200")
    visitor.button("train").click()
    turn_to(visitor, "How it got there")
    open_view(visitor, "Keep and share", "keep_files")
    visitor.see("status", "Finished")
    visitor.see("reproduce", "Notebook")
    open_view(visitor, "Rewind", "rewind")


def what_is_too_wide(visitor: Visitor) -> list[str]:
    """Let the page come to rest, and return what a phone cuts off or has to be scrolled sideways for."""
    settle(visitor)
    visitor.page.wait_for_timeout(150)  # charts fit themselves to their column
    return visitor.page.evaluate(TOO_WIDE, 390)


def follow_the_picture(visitor: Visitor) -> None:
    """See the network's picture tell other numbers as it learns."""
    words = set()
    picture = visitor.at("network_picture").locator("img")
    visitor.wait(lambda: words.add(picture.get_attribute("alt")) or len(words) > 2)
    assert all("It reads" in alt for alt in words)


def test_a_photograph_takes_the_canvas_place_and_is_read(visit: Visit, photograph: bytes):
    visitor = visit()
    turn_to_empty(visitor)
    open_view(visitor, "A photograph", "photo_ink")
    file = {"name": "seven.png", "mimeType": "image/png", "buffer": photograph}
    visitor.at("photo").locator("input[type=file]").set_input_files(file)
    expect(visitor.at("exhibit").locator("img")).to_be_visible(timeout=PATIENCE)
    expect(visitor.prediction).to_have_text("7", timeout=PATIENCE)
    visitor.see("canvas_title", "From your photograph")
    assert visitor.canvas.count() == 0
    turn_to(visitor, "Inside")  # and every page explains it
    expect(visitor.prediction).to_have_text("7")
    visitor.button("clear").click()
    expect(visitor.canvas).to_be_visible(timeout=PATIENCE)
    expect(visitor.prediction).to_have_text("–", timeout=PATIENCE)
    visitor.draw(SEVEN)
    expect(visitor.prediction).to_have_text("7", timeout=PATIENCE)


def turn_to_empty(visitor: Visitor) -> None:
    """Open the doctor while nothing is drawn: it invites."""
    visitor.page.get_by_test_id("stTopNavLink").get_by_text("Digit doctor", exact=True).first.click()
    expect(visitor.page.get_by_text("small and in a corner")).to_be_visible(timeout=PATIENCE)


def test_a_mistake_goes_to_the_canvas_place(visit: Visit):
    visitor = visit("?iterations=20")
    visitor.draw_and_train()
    turn_to(visitor, "Mistakes")
    open_view(visitor, "Surest mistakes", "gallery_surest")
    settle(visitor)
    mistake = visitor.at("gallery_surest").locator("button").first
    is_a, read_as = re.search(r"(\d) → (\d)", mistake.inner_text()).groups()
    mistake.click()
    visitor.see("canvas_title", rf"Held-out digit \d+: {is_a}")
    expect(visitor.at("your_prediction").locator("p")).to_have_text(read_as, timeout=PATIENCE)
    expect(visitor.at("exhibit").locator("img")).to_be_visible()
    turn_to(visitor, "Inside")
    picture = visitor.at("network_picture").locator("img")
    expect(picture).to_have_attribute("alt", re.compile(f"It reads {read_as},"), timeout=PATIENCE)


def test_rewinding_shows_an_earlier_network_on_every_page(visit: Visit):
    visitor = visit("?iterations=60&learning_rate=0.3")
    visitor.draw_and_train()
    end = visitor.bars()
    turn_to(visitor, "How it got there")
    slider = visitor.at("rewind").get_by_role("slider")
    slider.press("Home")
    visitor.see("where", "as it was after 0 iterations")
    visitor.see("status", "iteration 0 of 60")
    visitor.wait(lambda: visitor.bars() != end)
    untrained = visitor.bars()
    slider.press("ArrowRight")
    visitor.see("status", r"iteration [1-9]\d* of 60")
    visitor.wait(lambda: visitor.bars() != untrained)
    turn_to(visitor, "Inside")  # another page shows the same moment
    assert 0 < visitor.iteration() < 60
    turn_to(visitor, "How it got there")
    visitor.button("back_to_end").click()
    visitor.see("status", "iteration 60 of 60")
    visitor.wait(lambda: visitor.bars() == end)
    slider.press("Home")
    visitor.see("status", "iteration 0 of 60")
    visitor.button("step").click()  # from here it takes a path of its own
    turn_to(visitor, "Train")
    parent = visitor.at("accuracy_chart").locator(".curve.parent.training")
    expect(parent).to_have_attribute("d", re.compile("L"), timeout=PATIENCE)
    visitor.see("accuracy_chart", "dashed")


@pytest.fixture
def visitor_who_keeps(visit: Visit) -> Iterator[Visitor]:
    visitor = visit("?iterations=20")
    visitor.draw_and_train()
    turn_to(visitor, "How it got there")
    open_view(visitor, "Keep and share", "keep_files")
    yield visitor


def test_a_network_is_saved_and_loaded(visitor_who_keeps: Visitor, tmp_path: Path):
    visitor = visitor_who_keeps
    trained = visitor.bars()
    with visitor.page.expect_download() as download:
        visitor.button("save_network").click()
    saved = tmp_path / download.value.suggested_filename
    download.value.save_as(saved)
    assert saved.name == "network.npz"
    visitor.button("reset").click()
    visitor.see("status", "Ready")
    visitor.wait(lambda: visitor.bars() != trained)
    upload = visitor.at("load_network").locator("input[type=file]")
    broken = tmp_path / "broken.npz"
    broken.write_bytes(b"once upon a time")
    upload.set_input_files(broken)
    expect(visitor.page.get_by_test_id("stAlert")).to_contain_text("Nothing has changed", timeout=PATIENCE)
    upload.set_input_files(saved)
    visitor.wait(lambda: visitor.bars() == trained)
    success = visitor.page.get_by_test_id("stAlert").filter(
        has_text="started from the weights in network.npz"
    )
    expect(success.first).to_be_visible(timeout=PATIENCE)
    visitor.see("status", "Trained before")
