"""A visitor goes about while the network learns: pages change, parts follow, a reload keeps everything."""

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.pen import SEVEN

PATIENCE = 30_000
MARKS = {  # a page, and a container that only it has
    "Train": "loss_chart",
    "Digit doctor": "stages",
    "Inside": "inside_network",
    "Mistakes": "confusion",
    "How it got there": "runs_view",
    "How it works": "lesson_part",
}


@pytest.fixture
def open_page(browser: Browser, server: str) -> Iterator[Callable[..., Page]]:
    problems: list[str] = []
    contexts = []

    def open_it(query: str = "") -> Page:
        contexts.append(browser.new_context(viewport={"width": 1280, "height": 720}))
        page = contexts[-1].new_page()
        page.set_default_timeout(PATIENCE)
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.goto(server + query)
        expect(at(page, "canvas").locator(".upper-canvas")).to_be_visible(timeout=PATIENCE)
        return page

    yield open_it
    for context in contexts:
        context.close()
    assert problems == []


def at(page: Page, key: str) -> Locator:
    return page.locator(f".st-key-{key}")


def turn_to(page: Page, title: str) -> None:
    page.get_by_test_id("stTopNavLink").get_by_text(title, exact=True).click()
    expect(at(page, MARKS[title]).first).to_be_visible(timeout=PATIENCE)


def view(page: Page, name: str) -> None:
    page.get_by_test_id("stMain").get_by_role("radio", name=name, exact=True).click()


def draw(page: Page) -> None:
    box = at(page, "canvas").locator(".upper-canvas").bounding_box()
    for stroke in SEVEN:
        for k, (x, y) in enumerate(stroke):
            page.mouse.move(box["x"] + x, box["y"] + y, steps=3 if k else 1)
            if k == 0:
                page.mouse.down()
        page.mouse.up()
    expect(at(page, "prediction")).to_have_text("7")
    page.wait_for_timeout(800)  # the canvas tells Streamlit 0.2 s after the pen has been lifted


def says(page: Page, words: str) -> None:
    expect(at(page, "status")).to_contain_text(re.compile(words), timeout=PATIENCE)


def test_no_page_stays_empty_while_the_network_learns(open_page: Callable[..., Page]):
    page = open_page("?iterations=20000")
    draw(page)
    at(page, "train").locator("button").click()
    says(page, "Running")
    for k, title in enumerate([*list(MARKS)[1:], *reversed(MARKS), *list(MARKS)[1:]]):
        turn_to(page, title)
        page.wait_for_timeout(250 * (k % 4))  # the parts drawn in Python ask at other moments each time
    turn_to(page, "Mistakes")
    expect(at(page, "confusion").locator("svg, canvas").first).to_be_visible(timeout=PATIENCE)
    at(page, "train").locator("button").click()
    says(page, "Paused")


def test_what_waits_for_the_end_of_a_run_is_there_when_it_ends(open_page: Callable[..., Page]):
    page = open_page("?iterations=300")
    at(page, "train").locator("button").click()
    turn_to(page, "How it got there")
    view(page, "Keep and share")
    says(page, "Finished")
    expect(at(page, "reproduce")).to_contain_text("Notebook", timeout=PATIENCE)
    view(page, "Rewind")
    expect(at(page, "rewind")).to_be_visible(timeout=PATIENCE)


def test_a_reload_keeps_drawing_pins_history_and_the_moment_looked_back_to(open_page: Callable[..., Page]):
    page = open_page("?iterations=60")
    draw(page)
    at(page, "train").locator("button").click()
    says(page, "Finished")
    turn_to(page, "How it got there")
    view(page, "Pins")
    at(page, "pin_here").locator("button").click()
    expect(at(page, "pin_0")).to_be_visible(timeout=PATIENCE)
    view(page, "Rewind")
    at(page, "rewind").get_by_role("slider").press("ArrowLeft")
    says(page, r"Paused · iteration [1-5]\d of 60")
    moment = at(page, "status").inner_text()
    page.reload()
    says(page, re.escape(moment.splitlines()[0]))
    says(page, "Looking back")
    expect(at(page, "prediction")).to_have_text("7", timeout=PATIENCE)
    view(page, "Pins")
    expect(at(page, "pin_0")).to_be_visible(timeout=PATIENCE)
    view(page, "Rewind")
    at(page, "back_to_end").locator("button").click()
    says(page, "Finished · iteration 60 of 60")
