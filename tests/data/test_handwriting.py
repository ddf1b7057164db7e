"""The stream of batches: which digits an epoch shows, how many of them from the pen, and that it repeats."""

from pathlib import Path

import numpy as np
import pytest

import data.pen.handwriting as handwriting
from data.pen.handwriting import Handwriting, ahead, pen_pictures, render_pen, varied_pen_pictures
from data.pen.strokes import PenDigits, read_unipen
from tests.data.test_pen_file import SEVEN_AND_ONE, file_with

MNIST, PEN, VARIANTS = 300, 12, 3
Batches = list[tuple[np.ndarray, np.ndarray]]


def numbered(pen_share: float = 0.25, batch_size: int = 32, seed: int = 0) -> Handwriting:
    """Pictures that tell by their first three pixels which they are; those of the pen say so in the last."""
    X = np.zeros((MNIST, 784), np.float32)
    X[:, 0], X[:, 1] = np.arange(MNIST) // 256 / 255, np.arange(MNIST) % 256 / 255
    pen = np.zeros((VARIANTS, PEN, 784), np.uint8)
    pen[..., 1], pen[..., 2], pen[..., -1] = np.arange(PEN), np.arange(VARIANTS)[:, None], 255
    return Handwriting((X, np.arange(MNIST) % 10), (pen, np.arange(PEN) % 7), pen_share, batch_size, seed)


def seen(batches: Batches) -> tuple[np.ndarray, ...]:
    """Return, for each digit in turn: its number, its variant, whether the pen wrote it, and its label."""
    X = np.concatenate([X for X, _ in batches])
    pixels = np.rint(X * 255).astype(int)
    number = pixels[:, 0] * 256 + pixels[:, 1]
    return number, pixels[:, 2], pixels[:, -1] == 255, np.concatenate([Y for _, Y in batches])


def escaped(stream: Handwriting, number: int) -> Batches:
    """One epoch without any distortion."""
    return list(stream.epoch(number, strength=0))


def same(one: Batches, other: Batches) -> bool:
    return len(one) == len(other) and all(
        np.array_equal(X, x) and np.array_equal(Y, y) for (X, Y), (x, y) in zip(one, other, strict=True)
    )


@pytest.fixture
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Distort 96 pictures at a time, so that a small epoch has several chunks too."""
    monkeypatch.setattr(handwriting, "CHUNK", 100)


def test_whole_batches_in_the_networks_types(small_chunks: None):
    stream = numbered()
    batches = list(stream.epoch(0))
    assert len(batches) == stream.batches_per_epoch == 400 // 32
    for X, Y in batches:
        assert X.shape == (32, 784) and X.dtype == np.float32 and X.min() >= 0 and X.max() <= 1
        assert Y.shape == (32,) and Y.dtype.kind == "i"


def test_an_epoch_shows_each_mnist_digit_at_most_once(small_chunks: None):
    number, _, pen, _ = seen(escaped(numbered(), 0))
    shown = number[~pen]
    assert len(set(shown)) == len(shown) >= MNIST - 16  # 400 digits less those of the last 12 batches
    one_of_each = seen(escaped(numbered(batch_size=40), 0))  # 400 are ten batches: nothing is left out
    assert sorted(one_of_each[0][~one_of_each[2]]) == list(range(MNIST))


def test_labels_belong_to_their_pictures(small_chunks: None):
    number, _, pen, labels = seen(escaped(numbered(), 2))
    np.testing.assert_array_equal(labels, np.where(pen, number % 7, number % 10))


@pytest.mark.parametrize(("share", "count"), [(0.25, 100), (0.5, 300), (0.1, 33), (0.0, 0)])
def test_the_pen_has_its_share(share: float, count: int):
    stream = numbered(share, batch_size=1)
    number, variant, pen, _ = seen(escaped(stream, 0))
    assert pen.sum() == stream.pen_digits == count  # count / (count + 300) is the share
    if count:
        often = np.bincount(number[pen], minlength=PEN)
        assert often.max() - often.min() <= 1  # no pen digit more often than another
        assert set(variant[pen]) == set(range(VARIANTS))


def test_the_pens_digits_are_mixed_among_the_others():
    pen = seen(escaped(numbered(batch_size=40), 0))[2].reshape(-1, 40)
    assert pen.any(axis=1).all() and not pen.all(axis=1).any()


def test_every_epoch_is_another_and_a_seed_repeats_them(small_chunks: None):
    epochs = [list(numbered().epoch(number)) for number in range(3)]
    assert not any(same(epochs[0], other) for other in epochs[1:])
    assert all(same(epoch, list(numbered().epoch(number))) for number, epoch in enumerate(epochs))
    assert not same(epochs[0], list(numbered(seed=1).epoch(0)))
    orders = [seen(escaped(numbered(), number))[0] for number in (0, 1)]
    assert not np.array_equal(*orders)  # another order, not only another distortion


def test_an_epoch_needs_none_before_it(small_chunks: None):
    """A run that is resumed sees what it would have seen."""
    stream = numbered()
    for number in range(3):
        list(stream.epoch(number))
    assert same(list(stream.epoch(3)), list(numbered().epoch(3)))


def test_strength_reaches_the_distortion():
    weak, strong = (next(numbered().epoch(0, strength))[0] for strength in (0.1, 1))
    original = escaped(numbered(), 0)[0][0]
    assert 0 < np.abs(weak - original).sum() < np.abs(strong - original).sum()


def test_the_digits_themselves_stay_as_they_were():
    stream = numbered()
    X, pen = stream.X.copy(), stream.pen_X.copy()
    list(stream.epoch(0))
    np.testing.assert_array_equal(stream.X, X)
    np.testing.assert_array_equal(stream.pen_X, pen)


# Working ahead


def test_ahead_keeps_the_order_and_passes_errors_on():
    assert list(ahead(range(9))) == list(range(9)) and list(ahead([])) == []

    def broken() -> object:
        yield 1
        raise RuntimeError("out of paper")

    items = ahead(broken())
    assert next(items) == 1
    with pytest.raises(RuntimeError, match="out of paper"):
        list(items)


# Pictures of pen strokes


@pytest.fixture
def written(tmp_path: Path) -> PenDigits:
    """A 7 of writer 3 and a 1 of writer 25."""
    return read_unipen(file_with(SEVEN_AND_ONE, tmp_path))


def test_pen_pictures_are_what_the_network_reads(written: PenDigits):
    pictures = pen_pictures(written, 20, seed=0)
    assert pictures.shape == (2, 784) and pictures.dtype == np.float32
    assert pictures.min() == 0 and 0.9 < pictures.max() <= 1
    ink = pictures.reshape(2, 28, 28).astype(float)
    rows, columns = (ink.sum(axis=axis) @ np.arange(28) / ink.sum(axis=(1, 2)) for axis in (2, 1))
    assert np.abs(rows - 14).max() <= 0.5 and np.abs(columns - 14).max() <= 0.5  # centred by mass, as MNIST
    np.testing.assert_array_equal(pictures, pen_pictures(written, 20, seed=0))
    assert not np.array_equal(pictures, pen_pictures(written, 20, seed=1))


def test_a_broader_brush_leaves_more_ink(written: PenDigits):
    def ink(brush: int) -> float:  # of twenty sizes, as a small digit looks thicker than a large one
        return float(np.mean([pen_pictures(written, brush, seed).sum() for seed in range(20)]))

    assert ink(12) < ink(20) < ink(28)


def test_every_variant_is_another_hand(written: PenDigits):
    pictures = [varied_pen_pictures(written, 0, variant) for variant in (0, 1, 0)]
    assert pictures[0].shape == (2, 784) and pictures[0].dtype == np.uint8
    np.testing.assert_array_equal(pictures[0], pictures[2])
    assert (pictures[0] != pictures[1]).any(axis=1).all()
    assert (pictures[0].max(axis=1) > 200).all()


def test_only_the_writers_to_fit_are_rendered(written: PenDigits, tmp_path: Path):
    rendered = list(render_pen(file_with(SEVEN_AND_ONE, tmp_path), variants=3, seed=5))
    assert len(rendered) == 3
    for variant, (X, Y) in enumerate(rendered):
        assert Y.tolist() == [7]  # writer 25 is kept for the check
        np.testing.assert_array_equal(X, varied_pen_pictures(written.of_writers(1, 24), 5, variant))
