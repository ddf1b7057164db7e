"""A visitor brings digits along, or chooses others, in a real browser."""

import re
from collections.abc import Callable

import numpy as np
from playwright.sync_api import expect

from tests.browser.visitor import PATIENCE, Visitor

Visit = Callable[..., Visitor]


def upload(visitor: Visitor, name: str, content: bytes) -> None:
    if not visitor.at("upload").is_visible():
        visitor.page.get_by_text("Add your own digits").click()
    file = {"name": name, "mimeType": "text/csv", "buffer": content}
    visitor.at("upload").locator("input[type=file]").set_input_files(file)


def test_a_file_is_uploaded_and_learned(visit: Visit, digits):
    visitor = visit("?iterations=50")
    rows = np.column_stack([digits[1], digits[0]])
    upload(visitor, "ours.csv", "\n".join(",".join(map(str, row)) for row in rows).encode())
    expect(visitor.at("dataset").locator("input")).to_have_value("ours.csv (your upload)", timeout=PATIENCE)
    visitor.button("train").click()
    visitor.see("status", "Finished · iteration 50 of 50")


def test_a_file_that_is_no_digits_is_refused_in_words(visit: Visit, digits):
    visitor = visit()
    upload(visitor, "poem.csv", b"once upon a time\nthere was no digit\n")
    error = visitor.page.locator("[data-testid=stAlert]")
    expect(error).to_contain_text("poem.csv", timeout=PATIENCE)
    expect(visitor.at("dataset").locator("input")).to_have_value("MNIST sample: 5,000")
    visitor.button("step").click()
    visitor.see("status", "iteration 1 of")


def test_all_of_mnist_is_chosen_from_the_list(visit: Visit, mnist_dir):
    visitor = visit("?batch_size=64")
    visitor.at("dataset").locator("input").click()
    visitor.page.get_by_role("option", name=re.compile("70,000")).click()
    expect(visitor.page).to_have_url(re.compile("dataset=mnist"), timeout=PATIENCE)
    visitor.train_until(20)
    visitor.see("status", "of 500")
