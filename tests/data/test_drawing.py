"""The MNIST rule: exact on MNIST's own digits, and sensible on whatever else is drawn."""

import re
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw

from data import load_sample
from data.drawing import centre, crop, drop_specks, ink, scale, to_mnist
from data.mnist import read_digits


def canvas(*strokes: list[tuple[int, int]], size: int = 280, width: int = 20) -> np.ndarray:
    """White strokes on black, as the page's canvas draws them: grey, uint8."""
    picture = Image.new("L", (size, size))
    draw = ImageDraw.Draw(picture)
    radius = width / 2
    for stroke in strokes:
        draw.line(stroke, fill=255, width=width, joint="curve")
        for x, y in stroke:
            draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=255)
    return np.array(picture)


FIVE = [[(110, 80), (110, 130), (150, 130), (165, 160), (150, 190), (110, 190)], [(125, 75), (170, 75)]]


def test_is_the_identity_on_the_official_test_digits(mnist_dir: Path):
    pixels, _ = read_digits(mnist_dir / "t10k-images-idx3-ubyte.gz", mnist_dir / "t10k-labels-idx1-ubyte.gz")
    pictures = pixels.reshape(-1, 28, 28)
    same = sum(np.array_equal(to_mnist(picture), picture / np.float32(255)) for picture in pictures)
    assert len(pictures) == 10_000
    assert same == 9_997  # the longer side of the other three is not 20 pixels


def test_is_the_identity_on_the_sample():
    X = load_sample().X_train.reshape(-1, 28, 28)
    same = sum(np.array_equal(to_mnist(np.rint(x * 255).astype(np.uint8)), x) for x in X)
    assert same >= 0.999 * len(X)


def test_a_bar_worked_by_hand():
    # 40 x 4 pixels shrink to 20 x 2; the centre of mass, (9.5, 0.5), falls half a pixel beside (14, 14)
    image = np.zeros((100, 60), np.uint8)
    image[30:70, 50:54] = 255
    expected = np.zeros((28, 28), np.float32)
    expected[4:24, 14:16] = 1
    found = to_mnist(image)
    assert found.dtype == np.float32
    np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize("shape", [(28, 28), (1, 1), (280, 280, 3), (50, 90, 4)])
def test_blank_is_none(shape: tuple[int, ...]):
    assert to_mnist(np.zeros(shape, np.uint8)) is None


def test_transparent_is_blank_whatever_its_colour():
    image = np.full((50, 50, 4), 255, np.uint8)
    image[..., 3] = 0
    assert to_mnist(image) is None


def test_opaque_black_is_blank():
    image = np.zeros((50, 50, 4), np.uint8)
    image[..., 3] = 255
    assert to_mnist(image) is None


def test_grey_rgb_and_rgba_give_the_same():
    grey = canvas(*FIVE)
    rgb = np.dstack([grey] * 3)
    on_black = np.dstack([grey] * 3 + [np.full_like(grey, 255)])
    on_transparent = np.dstack([np.full_like(grey, 255)] * 3 + [grey])
    for image in (rgb, on_black, on_transparent):
        np.testing.assert_array_equal(to_mnist(image), to_mnist(grey))


def test_ink_is_luminance_times_alpha():
    image = np.array([[[255, 255, 255, 128], [255, 0, 0, 255], [0, 255, 0, 255], [0, 0, 255, 255]]], np.uint8)
    np.testing.assert_array_equal(ink(image), [[128, 76, 150, 29]])  # 255 times 0.299, 0.587, 0.114


def test_place_does_not_matter():
    one = canvas([(60, 60), (60, 120), (90, 120)])
    other = canvas([(200, 150), (200, 210), (230, 210)])
    np.testing.assert_array_equal(to_mnist(one), to_mnist(other))


def test_size_hardly_matters():
    small = to_mnist(canvas(*FIVE))
    doubled = [[(2 * x, 2 * y) for x, y in stroke] for stroke in FIVE]
    large = to_mnist(canvas(*doubled, size=560, width=40))
    assert np.abs(small - large).mean() < 0.02
    assert small.mean() > 0.1


def test_fits_20_pixels_around_the_centre_of_mass():
    found = to_mnist(canvas(*FIVE))
    rows, columns = np.flatnonzero(found.any(1)), np.flatnonzero(found.any(0))
    assert max(np.ptp(rows), np.ptp(columns)) + 1 == 20
    y = found.sum(1) @ np.arange(28) / found.sum()
    x = found.sum(0) @ np.arange(28) / found.sum()
    assert abs(y - 14) <= 0.5 and abs(x - 14) <= 0.5


def test_strokes_touching_the_edges_are_whole():
    frame = canvas([(0, 0), (279, 0), (279, 279), (0, 279), (0, 0)])
    found = to_mnist(frame)
    assert (found[4:24, 4] > 0).all() and (found[4, 4:24] > 0).all() and found[14, 14] == 0
    assert found[:4].sum() == found[24:].sum() == 0


@pytest.mark.parametrize("corner", [(slice(0, 2), slice(0, 20)), (slice(18, 20), slice(0, 20))])
def test_never_shifts_ink_off_the_edge(corner: tuple[slice, slice]):
    # nearly all ink at one end: centring it exactly would push the other end out of the picture
    digit = np.ones((20, 20), np.uint8)
    digit[corner] = 255
    assert centre(digit).sum(dtype=int) == digit.sum(dtype=int)
    assert centre(digit.T).sum(dtype=int) == digit.sum(dtype=int)


@pytest.mark.parametrize("shape", [(1, 1), (1, 300), (300, 1), (3, 7), (2000, 1500)])
def test_any_size_full_of_ink(shape: tuple[int, int]):
    found = to_mnist(np.full(shape, 255, np.uint8))
    height, width = (max(1, round(20 * side / max(shape))) for side in shape)
    assert found.shape == (28, 28)
    assert (found == 1).sum() == found.sum() == height * width


def test_a_single_dot_becomes_a_blot():
    found = to_mnist(canvas([(40, 250)]))
    assert found[14, 14] == 1 and found[4, 4] == 0
    assert found.sum() == pytest.approx(np.pi * 10**2, rel=0.05)  # a disc 20 pixels wide


@pytest.mark.parametrize("place", [(20, 20), (260, 20), (20, 260), (260, 260), (20, 140)])
def test_a_stray_speck_changes_nothing(place: tuple[int, int]):
    speck = canvas([place], width=12)
    both = np.maximum(canvas(*FIVE), speck)
    np.testing.assert_array_equal(to_mnist(both), to_mnist(canvas(*FIVE)))


def test_several_stray_specks_change_nothing():
    specks = canvas([(15, 15)], [(265, 20)], [(20, 260)], width=6)
    np.testing.assert_array_equal(to_mnist(np.maximum(canvas(*FIVE), specks)), to_mnist(canvas(*FIVE)))


def test_a_second_stroke_is_kept():
    lifted = [[(x, y - 30) for x, y in FIVE[1]], FIVE[0]]  # a five whose bar floats above it
    image = canvas(*lifted, width=8)
    np.testing.assert_array_equal(drop_specks(image), image)


def test_a_zero_drawn_in_dots_is_kept():
    angles = np.linspace(0, 2 * np.pi, 24, endpoint=False)
    image = canvas(*[[(int(140 + 80 * np.cos(a)), int(140 + 110 * np.sin(a)))] for a in angles], width=8)
    np.testing.assert_array_equal(drop_specks(image), image)


def test_two_digits_far_apart_are_kept():
    image = canvas([(30, 30), (30, 70)], [(240, 230), (240, 260)])
    np.testing.assert_array_equal(drop_specks(image), image)


def test_the_stages_show_what_the_whole_does():
    box = crop(drop_specks(ink(canvas(*FIVE))))
    assert box[0].any() and box[-1].any() and box[:, 0].any() and box[:, -1].any()
    digit = scale(box)
    assert max(digit.shape) == 20
    np.testing.assert_array_equal(centre(digit) / np.float32(255), to_mnist(canvas(*FIVE)))


def test_scaling_does_not_ring():
    edge = np.zeros((200, 200), np.uint8)
    edge[:, :95] = 200
    assert scale(edge).max() == 200


def test_does_not_write_into_the_drawing():
    image = canvas(*FIVE)
    before = image.copy()
    to_mnist(image)
    np.testing.assert_array_equal(image, before)


@pytest.mark.parametrize("dtype", [np.float64, np.float32, np.int64, np.bool_])
def test_refuses_other_dtypes(dtype: type):
    with pytest.raises(ValueError, match=f"uint8.*not {np.dtype(dtype)}"):
        to_mnist(np.ones((28, 28), dtype))


@pytest.mark.parametrize("shape", [(28,), (28, 28, 1), (28, 28, 2), (1, 28, 28, 3), (0, 28)])
def test_refuses_other_shapes(shape: tuple[int, ...]):
    with pytest.raises(ValueError, match=re.escape(f"not {shape}")):
        to_mnist(np.ones(shape, np.uint8))
