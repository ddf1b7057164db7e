"""Photographs: digits of MNIST and of a pen on paper and boards, in every light, are found and cut out."""

import numpy as np
import pytest
from PIL import Image
from scipy import ndimage

from data import DataError, load_sample
from data.drawing import to_mnist
from data.photo.ink import ink_of_photo
from tests.pen import PenDigit, read_pen
from tests.photos import HEIGHT, INKS, WIDTH, Scene, clean, from_mnist, from_pen, likeness, read, take


@pytest.fixture(scope="module")
def pictures() -> np.ndarray:
    """30 digits of MNIST, (30, 28, 28) uint8."""
    return np.rint(load_sample().X_test[:300:10] * 255).astype(np.uint8).reshape(-1, 28, 28)


@pytest.fixture(scope="module")
def five() -> np.ndarray:
    """A five whose bar does not touch its bow, 200 pixels tall: coverage with ink."""
    bow, bar = [(10, 80), (10, 48), (40, 50), (50, 30), (40, 5), (5, 0)], [(15, 95), (55, 98)]
    return from_pen(PenDigit(5, 0, [bow, bar]), 200, 12)


@pytest.mark.parametrize("source", ["mnist", "pen"])
def test_photographs_become_what_the_clean_drawing_becomes(source: str, pictures: np.ndarray):
    rng = np.random.default_rng(3)
    hands = [digit for digit in read_pen() if digit.writer >= 25][::50] if source == "pen" else []
    right_way, alike = [], []
    for i in range(30):
        size = int(rng.uniform(120, 270))
        digit = from_mnist(pictures[i], size)
        if hands:  # with a marker: finer pens are widened, see below
            digit = from_pen(hands[i], size, size * rng.uniform(1 / 11, 1 / 7))
        scene = Scene(
            ink=rng.choice([*INKS, "chalk"]),
            light=rng.choice(["even", "gradient", "vignette", "shadow"]),
            tilt=rng.choice([0, 1.5, -3]),
            grain=rng.uniform(2, 8),
        )
        if scene.ink != "chalk":
            scene = scene._replace(lines=rng.random() < 0.4, table=rng.random() < 0.3)
        top = int(rng.integers(40, max(41, HEIGHT - digit.shape[0] - 70)))
        left = int(rng.integers(80, max(81, WIDTH - digit.shape[1] - 30)))
        found = ink_of_photo(take([(digit, top, left)], scene, rng))
        right_way.append(found.dark_on_light == (scene.ink != "chalk"))
        alike.append(likeness(to_mnist(found.ink), clean(digit)) > 0.9)
    assert sum(right_way) == 30
    assert sum(alike) >= 28


@pytest.mark.parametrize("light", ["even", "gradient", "vignette", "shadow"])
@pytest.mark.parametrize("ink", [*INKS, "chalk"])
def test_every_ink_in_every_light(ink: str, light: str, pictures: np.ndarray):
    digit = from_mnist(pictures[3], 200)
    found = ink_of_photo(take([(digit, 120, 200)], Scene(ink, light), np.random.default_rng(0)))
    assert found.dark_on_light == (ink != "chalk")
    assert likeness(to_mnist(found.ink), clean(digit)) > 0.9


def test_ink_in_the_shade_is_as_strong_as_in_the_sun(pictures: np.ndarray):
    digit = from_mnist(pictures[3], 200)
    picture = np.pad(240 - 150 * digit, ((100, 100), (200, 200)), constant_values=240)
    picture[200:] *= 0.25
    found = ink_of_photo(picture.astype(np.uint8)).ink
    sun, shade = found[100:195], found[205:300]
    drawn = np.pad(digit, ((100, 100), (200, 200))) > 0.9
    assert sun[drawn[100:195]].mean() > 250
    assert shade[drawn[205:300]].mean() > 250


def test_a_digit_that_reaches_the_border(pictures: np.ndarray):
    large = np.asarray(Image.fromarray(pictures[4]).resize((280, 280), Image.Resampling.BICUBIC))
    bottom = np.flatnonzero(large.any(axis=1))[-1]
    off = np.roll(large, 279 - bottom + 8, axis=0)  # cut off a little below
    off[:60] = 0
    assert likeness(read(255 - off), to_mnist(off)) > 0.9


def test_the_larger_of_two_digits_is_taken(pictures: np.ndarray):
    large, small = from_mnist(pictures[4], 220), from_mnist(pictures[5], 110)
    right = take([(large, 100, 60), (small, 200, 380)], Scene(), np.random.default_rng(1))
    left = take([(small, 200, 60), (large, 100, 300)], Scene(), np.random.default_rng(1))
    for picture in (left, right):
        assert likeness(read(picture), clean(large)) > 0.9
        assert likeness(read(picture), clean(small)) < 0.8


def test_a_bar_that_does_not_touch_is_kept(five: np.ndarray):
    _, pieces = ndimage.label(five > 0.1)
    assert pieces == 2
    assert likeness(read(take([(five, 100, 200)], Scene(), np.random.default_rng(2))), clean(five)) > 0.9


@pytest.mark.parametrize("tilt", [0.0, 2.0, -4.0])
def test_ruled_lines_as_dark_as_the_ink(tilt: float, pictures: np.ndarray):
    digit = from_mnist(pictures[6], 200)
    scene = Scene("pencil", "even", lines=True, tilt=tilt)
    picture = take([(digit, 130, 200)], scene, np.random.default_rng(3))
    dark = np.where((picture > 140) & (picture < 190), picture - 40, picture).astype(np.uint8)
    assert likeness(read(dark), clean(digit)) > 0.9


def test_the_table_is_no_digit(pictures: np.ndarray):
    digit = from_mnist(pictures[7], 150)
    for seed in range(4):
        picture = take([(digit, 120, 250)], Scene("pencil", table=True), np.random.default_rng(seed))
        assert likeness(read(picture), clean(digit)) > 0.9


def test_paper_is_exactly_nothing(pictures: np.ndarray):
    digit = from_mnist(pictures[8], 150)
    ink = ink_of_photo(take([(digit, 150, 250)], Scene(grain=8), np.random.default_rng(4))).ink
    around = np.pad(digit, 12) > 0
    assert ink.dtype == np.uint8 and ink.shape == (HEIGHT, WIDTH)
    inside = np.zeros_like(ink, dtype=bool)
    inside[138 : 138 + around.shape[0], 238 : 238 + around.shape[1]] = True
    assert ink[~inside].max() == 0 and ink.max() == 255
    assert ((ink > 0) & (ink < 255)).sum() > 0.02 * (ink > 0).sum()  # soft edges


def test_a_fine_pen_is_widened_to_mnists_thinnest():
    digit = read_pen()[11]
    fine, bold = from_pen(digit, 250, 5), from_pen(digit, 250, 22)
    ink = ink_of_photo(take([(fine, 60, 150)], Scene("black", "even"), np.random.default_rng(5))).ink
    assert np.median(to_mnist(ink)[to_mnist(ink) > 0]) > 0.6
    assert np.median(clean(fine)[clean(fine) > 0]) < 0.3
    assert likeness(to_mnist(ink), clean(bold)) > likeness(clean(fine), clean(bold))


@pytest.mark.parametrize("dark_on_light", [True, False])
def test_pictures_of_mnist_itself(dark_on_light: bool, pictures: np.ndarray):
    for pixels in pictures:
        found = ink_of_photo(255 - pixels if dark_on_light else pixels)
        assert found.dark_on_light == dark_on_light
        assert likeness(to_mnist(found.ink), to_mnist(pixels)) > 0.9


def test_the_switch_overrides(pictures: np.ndarray):
    dark, light = from_mnist(pictures[4], 250), from_mnist(pictures[5], 150)
    picture = np.full((HEIGHT, WIDTH), 128.0)
    picture[100 : 100 + dark.shape[0], 50 : 50 + dark.shape[1]] -= 100 * dark
    picture[150 : 150 + light.shape[0], 380 : 380 + light.shape[1]] += 100 * light
    picture = picture.astype(np.uint8)
    assert ink_of_photo(picture).dark_on_light is ink_of_photo(picture, True).dark_on_light is True
    assert ink_of_photo(picture, False).dark_on_light is False
    assert likeness(read(picture), clean(dark)) > 0.9
    assert likeness(read(picture, True), clean(dark)) > 0.9
    assert likeness(read(picture, False), clean(light)) > 0.9


@pytest.mark.parametrize("ink", ["blue", "chalk"])
@pytest.mark.parametrize("light", ["even", "gradient", "vignette", "shadow"])
def test_a_blank_page_has_no_digit(ink: str, light: str):
    with pytest.raises(DataError, match="No digit was found .* write one"):
        ink_of_photo(take([], Scene(ink, light), np.random.default_rng(7)))


@pytest.mark.parametrize("shape", [(1, 1), (1, 300), (300, 400), (3, 3, 4)])
@pytest.mark.parametrize("level", [0, 128, 255])
def test_a_plain_picture_has_no_digit(shape: tuple[int, ...], level: int):
    with pytest.raises(DataError, match="No digit"):
        ink_of_photo(np.full(shape, level, np.uint8))


@pytest.mark.parametrize("dtype", [np.float32, np.int64])
def test_refuses_other_dtypes(dtype: type):
    with pytest.raises(ValueError, match="uint8"):
        ink_of_photo(np.ones((28, 28), dtype))
