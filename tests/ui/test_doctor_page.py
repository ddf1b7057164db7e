"""The page 'Digit doctor' as a visitor meets it: preparation, 'I am not sure', and the honest camera."""

import json
import re
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from data import load_sample
from data.doctor import measures, shrunken, stages
from data.drawing import to_mnist
from data.mnist import FASHION_MNIST
from nn import TwoLayerNN
from nn.expert import REPORT, load_expert
from tests.doctor import Doctor
from tests.page import pixels
from ui.doctor.doctor import STAGES, in_words

SAMPLE = load_sample()
DIGIT, LABEL = SAMPLE.X_test[0], SAMPLE.Y_test[0]
EXPERT = load_expert()


@pytest.fixture(scope="module")
def open_page() -> Doctor:
    """One page for tests that leave nothing behind but a drawing."""
    return Doctor()


@pytest.fixture
def page(open_page: Doctor) -> Doctor:
    """The page with an empty canvas, every switch as at the start."""
    open_page.session.clear()
    open_page.set("raw", False).set("threshold", 0.8)
    return open_page.draw(np.zeros((280, 280), np.uint8))


def small_in_a_corner() -> np.ndarray:
    """Draw the digit 84 pixels wide, at the top left of the canvas."""
    canvas = np.zeros((280, 280), np.uint8)
    small = Image.fromarray(pixels(DIGIT)).resize((84, 84))
    canvas[:84, :84] = np.asarray(small)
    return canvas


def reading_of(net: TwoLayerNN, digit: np.ndarray) -> str:
    probabilities = net.predict_proba(digit.reshape(1, -1))[0]
    return f"**{probabilities.argmax()}** {probabilities.max():.0%}"


# ---- the doctor


def test_without_a_drawing_it_invites_to_draw(page: Doctor):
    assert "Draw a digit" in page.text() and "What was off" not in page.text()
    assert "**as drawn**" not in page.text()
    assert "What was off" in page.draw(pixels(DIGIT)).text()


def test_four_stages_with_what_both_networks_read_of_each(page: Doctor):
    canvas = small_in_a_corner()
    page.draw(canvas)
    words = page.says("stages")
    for name in ("as drawn", "cropped", "scaled to 20 pixels", "centred by mass"):
        assert f"**{name}**" in words
    pictures = [item.proto.imgs[0] for item in page.app.get_by_key("stages") if item.type == "image"]
    assert [picture.alt.split(".")[0] for picture in pictures] == list(STAGES)
    shown = re.findall(r":(violet|green)\[●\] (\*\*\d\*\* \d+%)", words)
    wanted = [
        (colour, reading_of(net, stage))
        for stage in stages(canvas)
        for colour, net in (("violet", EXPERT), ("green", page.trainer.net))
    ]
    assert shown == wanted
    assert shown[-2][1].startswith(f"**{LABEL}**")  # prepared, the expert reads it


def test_says_what_was_off_for_a_small_drawing_in_a_corner(page: Doctor):
    text = page.draw(small_in_a_corner()).text()
    assert "What was off" in text and "Nothing is off" not in text
    assert "too far left" in text and "up" in text and "Small: your digit is" in text
    assert all(f"- {words}" in text for words in in_words(measures(small_in_a_corner())))
    text = page.draw(pixels(DIGIT)).text()
    assert "too far" not in text and "Small:" not in text


def test_the_switch_feeds_both_networks_the_raw_canvas(page: Doctor):
    canvas = small_in_a_corner()

    def readings(digit: np.ndarray) -> list[str]:
        both = (EXPERT, page.trainer.net)
        return [reading_of(net, digit).replace("*", "") for net in both]

    def shown() -> list[str]:
        return re.findall(r"(?:expert|yours): (\d \d+%)", page.alt("probabilities"))

    assert readings(shrunken(canvas)) != readings(to_mnist(canvas))
    seen = page.draw(canvas).picture("network_sees")
    assert shown() == readings(to_mnist(canvas))
    page.set("raw", True)
    assert shown() == readings(shrunken(canvas)) and page.picture("network_sees") != seen
    assert page.says("prediction") == readings(shrunken(canvas))[0][0]
    assert "scaled to 20 pixels" in page.says("stages")  # what preparation would do is still shown
    page.set("raw", False)
    assert shown() == readings(to_mnist(canvas)) and page.picture("network_sees") == seen


def test_clothes_are_called_by_their_names_and_the_expert_says_that_it_knows_digits_only(page: Doctor):
    run = page.session.run
    digits = run.dataset
    run.dataset = replace(digits, name="Fashion-MNIST", class_names=FASHION_MNIST.class_names)
    try:
        page.draw(pixels(DIGIT))
        words = page.says("stages")
        name = FASHION_MNIST.class_names[page.trainer.net.predict(to_mnist(pixels(DIGIT)).reshape(1, -1))[0]]
        assert f":green[●] **{name}** " in words
        assert f":violet[●] as a digit: **{LABEL}** " in words
        assert "the expert knows digits only" in page.text() and "against MNIST" not in page.text()
    finally:
        run.dataset = digits


def test_a_network_whose_weights_exploded_says_so_and_never_nan(page: Doctor):
    net = page.trainer.net
    before = net.W1.copy()
    net.W1[:] = np.nan
    try:
        text = page.draw(pixels(DIGIT)).text()
        assert text.count(":green[●] its weights exploded") == 4
        assert "its weights exploded, so it is sure of nothing. Lower the learning rate" in text
        assert "nan%" not in text.lower() and "nan %" not in text.lower()
    finally:
        net.W1[:] = before


def test_an_empty_picture_of_a_file_is_no_drawing(page: Doctor):
    assert "Draw a digit" in page.show(np.zeros(784, np.float32)).text()


# ---- not a digit


def prices(page: Doctor) -> tuple[list[str], list[str]]:
    """Return the percentages that are given for the expert and of the visitor's network."""
    lines = page.text().split("\n")
    expert = next(line for line in lines if "**Expert**" in line)
    yours = next(line for line in lines if "**Yours**" in line)
    return re.findall(r"\*\*([\d.]+%)\*\*", expert), re.findall(r"\*\*([\d.]+%)\*\*", yours)


@pytest.mark.parametrize("threshold", [0.0, 0.5, 0.8, 0.99])
def test_the_price_is_the_measured_one(page: Doctor, threshold: float):
    page.set("threshold", threshold)
    price = min(json.loads(REPORT.read_text())["reject"], key=lambda p: abs(p["threshold"] - threshold))
    assert price["threshold"] == pytest.approx(threshold, abs=0.006)
    expert, yours = prices(page)
    assert expert == [f"{price['refused']:.2%}", f"{price['right']:.2%}"]
    probabilities = page.trainer.net.predict_proba(SAMPLE.X_test)
    kept = probabilities.max(axis=1) >= threshold
    right = (probabilities.argmax(axis=1) == SAMPLE.Y_test)[kept]
    if kept.any():
        assert yours == [f"{1 - kept.mean():.2%}", f"{right.mean():.2%}"]
    else:
        assert "refuses all of them" in page.text()


def test_the_slider_decides_what_is_not_sure_beside_the_canvas(page: Doctor):
    canvas = np.zeros((280, 280), np.uint8)
    canvas[60:220, 60:220] = 255  # a filled square is no digit
    sure = EXPERT.predict_proba(to_mnist(canvas).reshape(1, -1))[0].max()
    assert 0.02 < sure < 0.97
    page.draw(canvas)
    for threshold, unsure in ((round(sure + 0.02, 2), True), (round(sure - 0.02, 2), False)):
        captions = [
            line for line in page.set("threshold", threshold).says("reading").split("\n") if "sure" in line
        ]
        assert (f":orange[**not sure**: {sure:.0%}]" in captions) == unsure
        assert (f"{sure:.0%} sure" in captions) == (not unsure)


# ---- the honest camera


def test_the_honest_camera_counts_identical_digits_of_the_data_on_show(cache):
    with Doctor() as page:
        assert "identical" not in page.text()
        page.press("honest_camera")
        bytes_of = np.rint(SAMPLE.X_test * 255).astype(np.uint8).reshape(-1, 28, 28)
        same = sum(np.array_equal(np.rint(to_mnist(digit) * 255), digit) for digit in bytes_of)
        assert same > 0.99 * len(bytes_of)
        told = f"**{same:,} of {len(bytes_of):,}** digits of {SAMPLE.name} come back pixel"
        assert told in page.text() and told in page.look().text()


def test_the_honest_camera_takes_all_of_mnist_where_it_is_at_hand(mnist_dir, monkeypatch):
    monkeypatch.setenv("MNIST_DIR", str(mnist_dir))
    with Doctor() as page:
        assert "**9,997 of 10,000** digits of" in page.press("honest_camera").text()
