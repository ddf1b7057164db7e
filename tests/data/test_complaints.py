"""What the digit doctor says about a drawing is true, and it says no more than that."""

import re
from pathlib import Path

import numpy as np
import pytest

from data import load_sample
from data.complaints import SLANTS, STROKE_WIDTHS, complaints, slant, stroke_width
from data.idx import read_digits
from tests.strokes import line, zero


@pytest.mark.parametrize("shape", [(280, 280), (280, 280, 4), (1, 1)])
def test_nothing_is_said_of_an_empty_canvas(shape: tuple[int, ...]):
    assert complaints(np.zeros(shape, np.uint8)) == ["Nothing is drawn yet."]


def test_no_complaint_about_a_good_zero():
    (sentence,) = complaints(zero())
    assert sentence.startswith("Nothing is off")


@pytest.mark.parametrize(
    ("image", "words"),
    [
        (zero(105, 145), ["Off the middle of the canvas", "(39|40) pixels too far left;"]),
        (zero(145, 165), ["(20|21) pixels too far down;"]),
        (zero(175, 125), ["(30|31) pixels too far right and (19|20) pixels too far up;"]),
        (zero(size=80, width=10), ["Small: your digit is 81 pixels tall on a canvas of 280", "here 200"]),
        (zero(size=260, width=30), ["Large: your digit is 261 pixels tall"]),
        (zero(width=8), ["Thin strokes: about [78] pixels wide, 0.[78] once"]),
        (zero(width=60), ["Thick strokes: about 5", "once the digit has 20"]),
        (line((80, 230), (210, 60)), ["Slanted: your digit leans 37° to the right"]),
        (line((80, 60), (210, 230)), ["Slanted: your digit leans 37° to the left"]),
        (line((80, 145), (210, 145)), ["pixels wide on a canvas"]),
    ],
)
def test_complaints_name_what_is_off(image: np.ndarray, words: list[str]):
    said = " ".join(complaints(image))
    for phrase in words:
        assert re.search(phrase, said)


def test_only_what_is_off_is_complained_about():
    assert [sentence.split()[0] for sentence in complaints(zero(105, 145))] == ["Off"]
    assert [sentence.split()[0] for sentence in complaints(zero(size=110, width=13))] == ["Small:"]
    assert [sentence.split()[0] for sentence in complaints(zero(width=8))] == ["Thin"]


def test_complaints_name_the_surface():
    said = complaints(np.pad(zero(width=60), ((0, 0), (0, 320))), "photo")
    assert "photo of 600" in " ".join(said) and "canvas" not in " ".join(said)


def test_mnist_is_not_off_by_its_own_measure():
    pictures = np.rint(load_sample().X_train[:400] * 255).astype(np.uint8).reshape(-1, 28, 28)
    said = [complaints(picture) for picture in pictures]
    words = [sentence.split()[0] for sentences in said for sentence in sentences]
    assert words.count("Off") == 0
    assert words.count("Small:") + words.count("Large:") <= 1  # three in 10,000 are not 20 pixels
    assert words.count("Nothing") >= 0.75 * len(pictures)  # two measures, 90 % of the digits in each


@pytest.mark.parametrize("width", [2, 3, 10, 40])
def test_stroke_width_of_a_long_bar(width: int):
    bar = np.full((40 * width, width), 255, np.uint8)
    assert stroke_width(bar) == pytest.approx(width * 40 / 41, rel=0.01)  # 2 * area / outline
    assert stroke_width(bar // 2) == pytest.approx(width * 40 / 41, rel=0.01)  # paler is not thinner


def test_slant_of_lines():
    assert slant(np.full((50, 4), 255, np.uint8)) == pytest.approx(0, abs=1e-9)
    assert slant(line((100, 240), (180, 40))) == pytest.approx(np.degrees(np.arctan(80 / 200)), abs=1)
    assert slant(np.fliplr(line((100, 240), (180, 40)))) == pytest.approx(-np.degrees(np.arctan(0.4)), abs=1)
    assert slant(np.full((1, 9), 255, np.uint8)) == 0


def test_the_percentiles_are_those_of_mnist(mnist_dir: Path):
    pixels, _ = read_digits(
        mnist_dir / "train-images-idx3-ubyte.gz", mnist_dir / "train-labels-idx1-ubyte.gz"
    )
    some = pixels[::7].reshape(
        -1, 28, 28
    )  # every tenth would not do: the forms that people filled had ten boxes
    np.testing.assert_allclose(
        np.percentile([stroke_width(p) for p in some], [5, 50, 95]), STROKE_WIDTHS, atol=0.06
    )
    np.testing.assert_allclose(np.percentile([slant(p) for p in some], [5, 50, 95]), SLANTS, atol=1)


def test_the_drawing_is_not_written_into():
    image = zero()
    before = image.copy()
    complaints(image)
    np.testing.assert_array_equal(image, before)
