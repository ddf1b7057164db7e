"""What the digit doctor says about a drawing is true, and it says no more than that."""

import re

import numpy as np
import pytest

from data.doctor import measures
from tests.strokes import line, zero
from ui.doctor.doctor import in_words


def words_about(image: np.ndarray, surface: str = "canvas") -> list[str]:
    return in_words(measures(image), surface)


def test_no_complaint_about_a_good_zero():
    (sentence,) = words_about(zero())
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
    said = " ".join(words_about(image))
    for phrase in words:
        assert re.search(phrase, said)


def test_only_what_is_off_is_complained_about():
    assert [sentence.split()[0] for sentence in words_about(zero(105, 145))] == ["Off"]
    assert [sentence.split()[0] for sentence in words_about(zero(size=110, width=13))] == ["Small:"]
    assert [sentence.split()[0] for sentence in words_about(zero(width=8))] == ["Thin"]


def test_complaints_name_the_surface():
    said = words_about(np.pad(zero(width=60), ((0, 0), (0, 320))), "photo")
    assert "photo of 600" in " ".join(said) and "canvas" not in " ".join(said)
