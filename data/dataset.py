"""Holds the digits of one source the way the network wants them: normalised, split and read-only."""

from dataclasses import dataclass

import numpy as np

DIGIT_NAMES = tuple("0123456789")
ARRAYS = ("X_train", "Y_train", "X_dev", "Y_dev", "X_test", "Y_test")
SMALLEST = 10  # digits: with fewer there is nothing to split


class DataError(ValueError):
    """Says what is wrong with some data, and what to do about it."""


@dataclass(frozen=True)
class Dataset:
    """The digits of one source in three splits: to train on, to watch while training, and to test at the end.

    Attributes
    ----------
    name : str
        What people call the source.
    class_names : tuple of 10 str
        What the labels 0 to 9 stand for.
    X_train, X_dev, X_test : ndarray of shape (n, 784), float32 in [0, 1]
        A row a digit, 0 is background and 1 is full ink. Read-only. `X_test` is None where a source has none.
    Y_train, Y_dev, Y_test : ndarray of shape (n,), int64 in 0-9
        The labels. Read-only. `Y_test` is None where a source has none.
    key : str
        By which another process can open the same digits (`server.datasets`); empty where none can.
    """

    name: str
    class_names: tuple[str, ...]
    X_train: np.ndarray
    Y_train: np.ndarray
    X_dev: np.ndarray
    Y_dev: np.ndarray
    X_test: np.ndarray | None = None
    Y_test: np.ndarray | None = None
    key: str = ""


def make_dataset(
    name: str,
    training: tuple[np.ndarray, np.ndarray],
    test: tuple[np.ndarray, np.ndarray] | None,
    dev_size: int,
    seed: int,
    class_names: tuple[str, ...] = DIGIT_NAMES,
) -> Dataset:
    """Split the training digits into train and dev, and normalise them all.

    Parameters
    ----------
    name : str
        What people call the source.
    training : tuple of ndarray
        Pixels of shape (n, 784), uint8, and labels of shape (n,), uint8 in 0-9.
    test : tuple of ndarray, or None
        The same of the test digits, which keep their order.
    dev_size : int
        How many of the training digits are held out: at least 1, at most half.
    seed : int
        Not negative. The same seed gives the same split.
    class_names : tuple of 10 str
        What the labels stand for.

    Returns
    -------
    Dataset

    Raises
    ------
    DataError
        Where there are too few digits, or `dev_size` does not fit them.
    """
    pixels, labels = training
    train, dev = stratified_split(labels, dev_size, seed)
    splits = [_normalised(pixels, labels, train), _normalised(pixels, labels, dev)]
    if test is not None:
        splits.append(_normalised(*test, np.arange(len(test[1]))))
    return Dataset(name, class_names, *(array for split in splits for array in split))


def stratified_split(labels: np.ndarray, size: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Hold some digits out, of each class its share.

    Parameters
    ----------
    labels : ndarray of shape (n,), integers
        The class of each digit, in any order.
    size : int
        How many to hold out: at least 1, at most half.
    seed : int
        Not negative.

    Returns
    -------
    rest : ndarray of shape (n - size,), int64
        Indices of the digits that stay, shuffled.
    held_out : ndarray of shape (size,), int64
        Indices of the others, shuffled. Of a class with c digits there are c * size / n, rounded up or down.

    Raises
    ------
    DataError
        Where there are fewer than ten digits, `size` is out of range, or a class would keep no digit.
    """
    n = len(labels)
    if n < SMALLEST:
        raise DataError(f"There are only {n} digits, too few to train on: at least {SMALLEST} are needed.")
    if not 1 <= size <= n // 2:
        raise DataError(
            f"{size} of {n:,} digits cannot be held out: choose from 1 to {n // 2:,}, half of them."
        )
    random = np.random.default_rng(seed)
    order = random.permutation(n)
    order = order[np.argsort(labels[order], kind="stable")]  # shuffled, then class by class: at even steps
    picked = ((np.arange(size) + 0.5) * n / size).astype(int)  # through it each class gets its share
    rest, held_out = np.delete(order, picked), order[picked]
    lost = np.setdiff1d(labels, labels[rest])
    if lost.size:
        raise DataError(f"There is only one digit of class {lost[0]}: add more of them, or remove it.")
    return random.permutation(rest), random.permutation(held_out)


def _normalised(pixels: np.ndarray, labels: np.ndarray, index: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the digits at `index`: X float32 in [0, 1] and Y int64, both read-only."""
    X = np.divide(pixels[index], 255, dtype=np.float32, order="C")
    Y = labels[index].astype(np.int64)
    X.flags.writeable = Y.flags.writeable = False
    return X, Y
