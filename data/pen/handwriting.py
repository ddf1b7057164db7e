"""Mixes MNIST and pen strokes into the stream of batches from which the expert learned."""

from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from functools import partial
from pathlib import Path

import numpy as np

from data.augment import distort
from data.drawing import to_mnist
from data.pen.strokes import PenDigits, draw, read_unipen, vary

WRITERS_TO_FIT = (1, 24)
WRITERS_TO_CHECK = (25, 30)
BRUSHES_TO_CHECK = (12, 20, 28)  # canvas pixels
SIZES_TO_CHECK = (80, 250)  # longer side of a digit, canvas pixels
CHUNK = 4096  # pictures distorted at a time


def pen_pictures(digits: PenDigits, brush: float, seed: int) -> np.ndarray:
    """Draw every digit once as it was written, at random size and place, and prepare it as MNIST would have.

    Parameters
    ----------
    digits : PenDigits
    brush : float
        Width of the brush in canvas pixels.
    seed : int

    Returns
    -------
    ndarray of shape (n, 784), float32 in [0, 1]
    """
    rng = np.random.default_rng([seed, round(brush)])
    drawn = [draw(strokes, brush, rng.uniform(*SIZES_TO_CHECK), rng) for strokes in digits.strokes]
    return np.stack([to_mnist(picture).ravel() for picture in drawn])


def varied_pen_pictures(digits: PenDigits, seed: int, variant: int) -> np.ndarray:
    """Draw every digit once as another hand, with another brush, might have: `variant` says which.

    Returns
    -------
    ndarray of shape (n, 784), uint8
    """
    rng = np.random.default_rng([seed, variant])
    pictures = np.empty((len(digits.Y), 784), np.uint8)
    for picture, strokes in zip(pictures, digits.strokes, strict=True):
        strokes = vary(strokes, rng, rng.uniform(0.0, 1.2))
        drawn = draw(strokes, rng.uniform(8, 34), rng.uniform(70, 255), rng, smooth=rng.random() < 0.5)
        picture[:] = np.rint(to_mnist(drawn).ravel() * 255)
    return pictures


def render_pen(path: str | Path, variants: int, seed: int) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Render the training writers' digits again and again, on all processors.

    Parameters
    ----------
    path : str or Path
        The UNIPEN file.
    variants : int
        How many pictures to make of each digit.
    seed : int

    Yields
    ------
    X : ndarray of shape (n, 784), uint8
        One variant of every digit.
    Y : ndarray of shape (n,), int64

    Raises
    ------
    DataError
        Where the file is not there or not UNIPEN.
    """
    digits = read_unipen(path).of_writers(*WRITERS_TO_FIT)
    with ProcessPoolExecutor() as pool:
        for X in pool.map(partial(varied_pen_pictures, digits, seed), range(variants)):
            yield X, digits.Y


class Handwriting:
    """The stream of batches: each epoch all MNIST digits and a share of pen digits, freshly distorted.

    Parameters
    ----------
    mnist : tuple of ndarray
        X (n, 784) float32 in [0, 1], Y (n,) integers.
    pen : tuple of ndarray
        X (variants, m, 784) uint8, Y (m,) integers.
    pen_share : float, 0 to below 1
        Share of pen digits in an epoch.
    batch_size : int
        A rest smaller than a batch is left out; another epoch will have it.
    seed : int
        Epoch e is made by the generator of [seed, e], so that a run can be resumed anywhere.
    """

    def __init__(
        self,
        mnist: tuple[np.ndarray, np.ndarray],
        pen: tuple[np.ndarray, np.ndarray],
        pen_share: float = 0.25,
        batch_size: int = 256,
        seed: int = 0,
    ) -> None:
        self.X, self.Y = mnist
        self.pen_X, self.pen_Y = pen
        self.pen_digits = round(len(self.Y) * pen_share / (1 - pen_share))
        self.batch_size, self.seed = batch_size, seed

    @property
    def batches_per_epoch(self) -> int:
        """Whole batches in an epoch."""
        return (len(self.Y) + self.pen_digits) // self.batch_size

    def epoch(self, number: int, strength: float = 1.0) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """Yield one epoch's batches, X (batch_size, 784) float32 and Y (batch_size,), in a thread ahead."""
        for X, Y in ahead(self._chunks(number, strength)):
            for start in range(0, len(Y), self.batch_size):
                yield X[start : start + self.batch_size], Y[start : start + self.batch_size]

    def _chunks(self, number: int, strength: float) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        rng = np.random.default_rng([self.seed, number])
        n = len(self.Y)
        order = rng.permutation(n + self.pen_digits)[: self.batches_per_epoch * self.batch_size]
        whose = rng.permutation(np.resize(rng.permutation(len(self.pen_Y)), self.pen_digits))
        variant = rng.integers(len(self.pen_X), size=self.pen_digits)
        step = max(CHUNK // self.batch_size, 1) * self.batch_size
        for start in range(0, len(order), step):
            chosen = order[start : start + step]
            is_pen = chosen >= n
            mnist, pen = chosen[~is_pen], chosen[is_pen] - n
            X, Y = np.empty((len(chosen), 784), np.float32), np.empty(len(chosen), np.int64)
            X[~is_pen], Y[~is_pen] = self.X[mnist], self.Y[mnist]
            X[is_pen] = self.pen_X[variant[pen], whose[pen]] / np.float32(255)
            Y[is_pen] = self.pen_Y[whose[pen]]
            yield distort(X, rng, strength), Y


def ahead(items: Iterable, count: int = 2) -> Iterator:
    """Yield the items while a thread makes the next `count`: NumPy lets go of the lock as it computes."""
    iterator = iter(items)
    with ThreadPoolExecutor(1) as pool:
        waiting = deque(pool.submit(next, iterator, None) for _ in range(count))
        while (item := waiting.popleft().result()) is not None:
            waiting.append(pool.submit(next, iterator, None))
            yield item
