"""The distortions: other pictures of the same digits, the same ones under a seed, and still to be read."""

import numpy as np
import pytest

import data.augment as augment
from data import load_sample
from data.augment import distort
from nn.expert import load_expert


@pytest.fixture(scope="module")
def real() -> tuple[np.ndarray, np.ndarray]:
    """1,000 real digits, a hundred of each class, and what they are."""
    digits = load_sample(dev_size=1000)
    assert (np.bincount(digits.Y_dev) == 100).all()
    return digits.X_dev, digits.Y_dev


def generator(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


def only(monkeypatch: pytest.MonkeyPatch, **kept: float) -> None:
    """Switch every distortion off but those named."""
    for name in ("ROTATION", "SLANT", "SCALE", "SHIFT", "ELASTIC", "WIDTH", "CONTRAST"):
        monkeypatch.setattr(augment, name, kept.get(name, 0.0))


def ink_and_spread(images: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return each picture's ink, its centre of mass (n, 2) and its spread along rows and columns (n, 2)."""
    pictures = images.reshape(-1, 28, 28).astype(float)
    ink = pictures.sum(axis=(1, 2))
    places = np.arange(28)
    profiles = np.stack([pictures.sum(axis=2), pictures.sum(axis=1)], axis=1) / ink[:, None, None]
    centre = profiles @ places
    return ink, centre, np.sqrt(profiles @ places**2 - centre**2)


def test_a_seed_decides_everything(real: tuple[np.ndarray, np.ndarray]):
    X = real[0][:50]
    one, same, other = (distort(X, generator(seed)) for seed in (3, 3, 4))
    np.testing.assert_array_equal(one, same)
    assert (np.abs(one - other).max(axis=1) > 0.3).all()  # each digit is another one


def test_a_generator_goes_on(real: tuple[np.ndarray, np.ndarray]):
    rng = generator()
    assert not np.array_equal(distort(real[0][:20], rng), distort(real[0][:20], rng))


def test_strength_0_changes_nothing(real: tuple[np.ndarray, np.ndarray]):
    np.testing.assert_array_equal(distort(real[0], generator(), strength=0), real[0])


def test_more_strength_changes_more(real: tuple[np.ndarray, np.ndarray]):
    change = [np.abs(distort(real[0], generator(), k) - real[0]).mean() for k in (0.25, 0.5, 1, 2)]
    assert change == sorted(change) and change[0] > 0.005 and change[-1] > 2 * change[0]


@pytest.mark.parametrize("n", [0, 1, 2, 3, 5, 7, 31])  # fields are shared by fours
def test_any_count_of_digits(real: tuple[np.ndarray, np.ndarray], n: int):
    X = real[0][:n]
    before = X.copy()
    result = distort(X, generator())
    assert result.shape == (n, 784) and result.dtype == np.float32
    np.testing.assert_array_equal(X, before)  # the digits themselves stay as they were


@pytest.mark.parametrize("strength", [0.5, 1, 3])
def test_greys_stay_between_0_and_1(real: tuple[np.ndarray, np.ndarray], strength: float):
    full = np.ones((9, 784), np.float32)  # ink up to the edge
    for X in (real[0], full):
        result = distort(X, generator(), strength)
        assert result.dtype == np.float32 and np.isfinite(result).all()
        assert result.min() >= 0 and result.max() <= 1


def test_an_empty_picture_stays_empty():
    assert not distort(np.zeros((8, 784), np.float32), generator()).any()


def test_every_picture_stays_at_its_place(real: tuple[np.ndarray, np.ndarray]):
    """A shuffled order would give digits the labels of others."""
    X = real[0][:200]
    result = distort(X, generator(), 0.3)
    distance = ((result[:, None] - X[None]) ** 2).sum(axis=2)
    np.testing.assert_array_equal(distance.argmin(axis=1), np.arange(200))


def test_labels_stay_readable(real: tuple[np.ndarray, np.ndarray]):
    X, Y = real
    net = load_expert()
    assert net.evaluate(distort(X, generator()), Y) >= 0.95
    assert net.evaluate(X, Y) >= 0.98  # it is a network that reads


def test_shift_moves_the_ink_by_as_much_as_it_says(
    real: tuple[np.ndarray, np.ndarray], monkeypatch: pytest.MonkeyPatch
):
    only(monkeypatch, SHIFT=0.6)
    moved = ink_and_spread(distort(real[0], generator()))[1] - ink_and_spread(real[0])[1]
    assert moved.std(axis=0) == pytest.approx(0.6, rel=0.2)  # of 250 fields: 4 standard errors
    assert np.abs(moved.mean(axis=0)) == pytest.approx(0, abs=0.16)


def test_scale_stretches_each_axis_by_as_much_as_it_says(
    real: tuple[np.ndarray, np.ndarray], monkeypatch: pytest.MonkeyPatch
):
    only(monkeypatch, SCALE=0.08)
    spread = np.log(ink_and_spread(distort(real[0], generator()))[2] / ink_and_spread(real[0])[2])
    assert spread.std(axis=0) == pytest.approx(0.08, rel=0.25)
    assert abs(np.corrcoef(spread.T)[0, 1]) < 0.3  # one axis does not follow the other


def test_width_makes_strokes_thicker_and_thinner(
    real: tuple[np.ndarray, np.ndarray], monkeypatch: pytest.MonkeyPatch
):
    only(monkeypatch, WIDTH=0.25)
    result = distort(real[0], generator())
    thicker, thinner = (result >= real[0]).all(axis=1), (result <= real[0]).all(axis=1)
    assert (thicker ^ thinner).all() and 0.4 < thicker.mean() < 0.6
    before, after = ink_and_spread(real[0])[0], ink_and_spread(result)[0]
    assert (after / before)[thicker].mean() > 1.05 and (after / before)[thinner].mean() < 0.95


def test_rotation_turns_a_bar(monkeypatch: pytest.MonkeyPatch):
    only(monkeypatch, ROTATION=0.13)
    bar = np.zeros((28, 28), np.float32)
    bar[4:24, 13:15] = 1
    pictures = distort(np.tile(bar.ravel(), (800, 1)), generator()).reshape(-1, 28, 28).astype(float)
    place = np.arange(28) - 13.5
    ink = pictures.sum(axis=(1, 2))
    yy = (pictures.sum(axis=2) @ place**2) / ink
    xx = (pictures.sum(axis=1) @ place**2) / ink
    xy = np.einsum("nij,i,j->n", pictures, place, place) / ink
    angle = np.arctan2(2 * xy, yy - xx) / 2  # of the principal axis
    assert angle.std() == pytest.approx(0.13, rel=0.25)
