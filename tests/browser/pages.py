"""The six pages and their views, and how a visitor gets from one to another."""

import re

from playwright.sync_api import expect

from tests.browser.visitor import PATIENCE, Visitor

MAIN = {  # each page's title, its address, and the containers that make it
    "Train": ("", ("accuracy_chart", "loss_chart", "train_accuracy", "dev_accuracy")),
    "Digit doctor": ("doctor", ("stages", "raw")),
    "Inside": ("inside", ("inside_network", "network_picture", "one_unit")),
    "Mistakes": ("mistakes", ("mistakes_choice", "confusion", "cell", "worst")),
    "How it got there": ("runs", ("runs_view", "fork_chart", "fork_loss_chart")),
    "How it works": ("lesson", ("lesson_part", "lesson_step", "step_data")),
}
ROUND = [*list(MAIN)[1:], "Train"]

VIEWS = {  # what can be opened on a page, and a container or a text that shows it is open
    "Digit doctor": {
        "Not a digit": "threshold",
        "A photograph": "photo_ink",
        "Honest camera": "honest_camera",
        "Digit doctor": "stages",
    },
    "Inside": {
        "Templates": "templates",
        "Evidence": "evidence_choice",
        "Dreams": ".inside-dreams",
        "Blend": "blend_pins",
        "This drawing": "network_picture",
    },
    "Mistakes": {
        "Digit by digit": "per_digit",
        "Surest mistakes": "gallery_surest",
        "How sure, how right": "calibration",
        "A sample": "gallery_sample",
        "Confusions": "confusion",
    },
    "How it got there": {
        "Runs": "runs_chart",
        "Pins": "pin_here",
        "Ten seeds": "seeds_start",
        "Keep and share": "keep_files",
        "Rewind": "fork_chart",
    },
    "How it works": {"One weight": "weight_words", "Bug museum": "cases", "Seven steps": "step_data"},
}


def turn_to(visitor: Visitor, title: str) -> None:
    """Open a page as a visitor does: by its name at the top, on a phone in the row above the page."""
    at_the_top = visitor.page.get_by_test_id("stTopNavLink")
    links = at_the_top if at_the_top.count() else visitor.at("pages")
    address, keys = MAIN[title]
    visitor.insist(
        links.get_by_text(title, exact=True).first,
        lambda patience: expect(visitor.page).to_have_url(
            re.compile(rf":\d+/{address}(\?|$)"), timeout=patience
        ),
    )
    for key in keys:
        expect(visitor.at(key)).to_be_visible(timeout=PATIENCE)


def place(visitor: Visitor, sign: str) -> object:
    return visitor.page.locator(sign).first if sign[0] in ".#" else visitor.at(sign)


def open_view(visitor: Visitor, name: str, sign: str) -> None:
    """Open one of a page's tabs or views."""
    main = visitor.page.get_by_test_id("stMain")
    tab = main.get_by_role("tab", name=name, exact=True)
    (tab if tab.count() else main.get_by_role("radio", name=name, exact=True)).click()
    expect(place(visitor, sign)).to_be_visible(timeout=PATIENCE)


def settle(visitor: Visitor) -> None:
    """Let the page come to rest: nothing is being computed, and nothing old is left."""
    expect(visitor.page.locator("[data-stale=true]")).to_have_count(0, timeout=PATIENCE)
    assert visitor.page.get_by_test_id("stException").count() == 0
    assert visitor.page.get_by_test_id("stToast").count() == 0  # nothing was refused of what a visitor did
