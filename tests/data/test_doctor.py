"""The digit doctor: stages that end where the network begins, measures of a drawing, and MNIST itself."""

from pathlib import Path

import numpy as np
import pytest

from data import load_sample
from data.doctor import SLANTS, STROKE_WIDTHS, honest_camera, measures, shrunken, slant, stages, stroke_width
from data.drawing import to_mnist
from data.mnist import read_digits
from tests.strokes import line, zero


@pytest.fixture(scope="module")
def pictures() -> np.ndarray:
    """The sample's first 400 digits of MNIST, (400, 28, 28) uint8."""
    return np.rint(load_sample().X_train[:400] * 255).astype(np.uint8).reshape(-1, 28, 28)


def test_every_stage_is_a_picture_that_the_network_can_read():
    for picture in stages(zero(80, 90, 100)):
        assert picture.shape == (28, 28) and picture.dtype == np.float32
        assert 0 <= picture.min() < picture.max() <= 1


def extent(picture: np.ndarray) -> tuple[int, int, int, int]:
    """First and last row, first and last column with ink."""
    rows, columns = np.flatnonzero(picture.any(axis=1)), np.flatnonzero(picture.any(axis=0))
    return int(rows[0]), int(rows[-1]), int(columns[0]), int(columns[-1])


def test_each_stage_does_what_its_name_says():
    drawn, cropped, scaled, centred = stages(line((20, 20), (20, 120), (70, 120), width=10))
    assert extent(drawn)[1] <= 13 and extent(drawn)[3] <= 8  # still in its corner, still small
    assert extent(cropped)[:2] == (0, 27)  # fills the picture
    assert extent(scaled)[:2] == (4, 23)  # 20 pixels, four free on either side
    assert extent(centred)[1] - extent(centred)[0] == 19
    rows, columns = centred.sum(axis=1) @ np.arange(28), centred.sum(axis=0) @ np.arange(28)
    assert abs(rows / centred.sum() - 14) <= 0.5 and abs(columns / centred.sum() - 14) <= 0.5
    assert abs(scaled.sum(axis=1) @ np.arange(28) / scaled.sum() - 14) > 0.5  # the mass hangs low


def test_the_last_stage_is_what_the_network_gets(pictures: np.ndarray):
    for image in [zero(100, 80, 90), *pictures[:50]]:
        np.testing.assert_array_equal(stages(image).centred, to_mnist(image))


def test_a_speck_is_shown_but_not_cropped_to():
    clean, speckled = zero(150, 150, 100), zero(150, 150, 100)
    speckled[5:9, 5:9] = 255
    assert stages(speckled).drawn[:2, :2].any()
    for stage, other in zip(stages(clean)[1:], stages(speckled)[1:], strict=True):
        np.testing.assert_array_equal(stage, other)


def test_the_crop_of_a_small_picture_is_enlarged(pictures: np.ndarray):
    top, bottom, left, right = extent(stages(pictures[0]).cropped)
    assert max(bottom - top, right - left) >= 26


def test_shrunken_is_the_mean_of_each_tile():
    image = np.zeros((280, 280), np.uint8)
    image[100:110, 50:60] = 255  # one whole pixel of 28x28
    found = shrunken(image)
    assert found.shape == (28, 28) and found.dtype == np.float32
    assert found.argmax() == 10 * 28 + 5
    assert found.sum() == pytest.approx(1, abs=0.02)
    hair = np.zeros((280, 280), np.uint8)
    hair[:, 50] = 255  # a tenth of a pixel
    assert shrunken(hair).sum(axis=1) == pytest.approx(0.1, abs=0.03)


def test_shrunken_keeps_mnist_and_proportions(pictures: np.ndarray):
    np.testing.assert_array_equal(shrunken(pictures[0]), pictures[0] / np.float32(255))
    wide = shrunken(np.full((100, 200), 255, np.uint8))
    assert wide[8:20].min() == 1 and wide[7:21].min() > 0.9 and wide[:6].max() == wide[22:].max() == 0


@pytest.mark.parametrize("shape", [(280, 280), (280, 280, 4), (1, 1)])
def test_blank(shape: tuple[int, ...]):
    blank = np.zeros(shape, np.uint8)
    assert stages(blank) is None and measures(blank) is None
    assert not shrunken(blank).any()


def test_honest_camera_on_the_official_test_digits(mnist_dir: Path):
    pixels, _ = read_digits(mnist_dir / "t10k-images-idx3-ubyte.gz", mnist_dir / "t10k-labels-idx1-ubyte.gz")
    reported: list[float] = []
    same = honest_camera(np.divide(pixels, 255, dtype=np.float32), reported.append)
    assert same.shape == (10_000,) and same.sum() == 9_997
    assert reported == sorted(reported) and len(reported) == 100 and reported[-1] == 1


def test_honest_camera_notices_what_is_moved(pictures: np.ndarray):
    moved = pictures[:20].copy()
    moved[::2] = np.roll(moved[::2], 1, axis=2)
    moved[19] = 0
    same = honest_camera(moved.reshape(-1, 784) / np.float32(255))
    np.testing.assert_array_equal(same, [False, True] * 9 + [False, False])
    assert honest_camera(np.empty((0, 784), np.float32)).shape == (0,)


def test_does_not_write_into_the_drawing():
    image = zero()
    before = image.copy()
    stages(image), shrunken(image), measures(image)
    np.testing.assert_array_equal(image, before)


def test_a_good_zero_is_measured_as_it_was_drawn():
    found = measures(zero())
    assert found.side == 280 and found.unit == 10 and found.unusual == []
    assert abs(found.down) < 1 and abs(found.right) < 1
    assert (found.height, found.width) == (201, 141)
    assert found.stroke_width == pytest.approx(24, rel=0.2)  # the brush has hard, jagged edges
    assert found.slant == pytest.approx(0, abs=0.5)


@pytest.mark.parametrize(
    ("image", "unusual"),
    [
        (zero(105, 145), ["place"]),
        (zero(size=110, width=13), ["size"]),
        (zero(size=260, width=30), ["size"]),
        (zero(width=8), ["stroke width"]),
        (zero(width=60), ["stroke width"]),
        (line((80, 230), (210, 60)), ["slant"]),
        (zero(120, 145, 80, 10), ["place", "size"]),
    ],
)
def test_what_is_unusual_is_named_and_nothing_else(image: np.ndarray, unusual: list[str]):
    assert measures(image).unusual == unusual


def test_the_place_is_measured_from_where_mnist_has_it():
    low_left = measures(zero(105, 165))
    assert low_left.right == pytest.approx(-40, abs=1) and low_left.down == pytest.approx(20, abs=1)


def test_mnist_is_not_off_by_its_own_measure(pictures: np.ndarray):
    found = [measures(picture).unusual for picture in pictures]
    assert sum("place" in unusual for unusual in found) == 0
    assert sum("size" in unusual for unusual in found) <= 1  # three in 10,000 are not 20 pixels
    assert sum(not unusual for unusual in found) >= 0.75 * len(found)  # two measures, 90 % of the digits each


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
    some = pixels[::7].reshape(-1, 28, 28)  # not every tenth: the forms that people filled had ten boxes
    np.testing.assert_allclose(
        np.percentile([stroke_width(p) for p in some], [5, 95]), STROKE_WIDTHS, atol=0.06
    )
    np.testing.assert_allclose(np.percentile([slant(p) for p in some], [5, 95]), SLANTS, atol=1)
