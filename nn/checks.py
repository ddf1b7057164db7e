"""What a network accepts: digits, labels and numbers are checked here, and others refused in a sentence."""

import math
from typing import Protocol

import numpy as np


class Sized(Protocol):
    """What is asked of a network here: how many numbers go in and come out, and of which kind."""

    W1: np.ndarray
    input_size: int
    output_size: int


def checked_examples(net: Sized, X: np.ndarray, Y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """
    Return digits and their labels as arrays that a network can learn from.

    Parameters
    ----------
    net : Network
    X : (n, inputs) numbers
    Y : (n,) integers, 0 to 9

    Returns
    -------
    X, Y
        X in the network's dtype.

    Raises
    ------
    ValueError
        When X or Y do not fit the network or each other; it says why.
    """
    X = checked_digits(net, X)
    return X, checked_labels(Y, len(X), net.output_size)


def checked_digits(net: Sized, X: np.ndarray) -> np.ndarray:
    """
    Return X as an array with a digit in each row.

    Parameters
    ----------
    net : Network
    X : (n, inputs) numbers

    Returns
    -------
    (n, inputs) array
        In the network's dtype, so that training does not change the network's.

    Raises
    ------
    ValueError
        When X has another shape, or is no table of numbers.
    """
    try:
        X = np.asarray(X, net.W1.dtype)
    except (TypeError, ValueError) as error:
        raise ValueError(f"X is no table of numbers ({error}); it needs a row of pixels a digit.") from error
    if X.ndim != 2 or X.shape[1] != net.input_size:
        raise ValueError(
            f"X has shape {X.shape}; it needs (digits, {net.input_size}). "
            "Turn one 28x28 picture into a row with reshape(1, -1)."
        )
    return X


def one_digit(net: Sized, x: np.ndarray) -> np.ndarray:
    """
    Return one picture as the row that a network takes.

    Parameters
    ----------
    net : Network
    x : (784,) or (28, 28) floats in [0, 1]

    Returns
    -------
    (1, 784) array

    Raises
    ------
    ValueError
        When it has another number of pixels.
    """
    return checked_digits(net, np.reshape(x, (1, -1)))


def checked_labels(Y: np.ndarray, digits: int, classes: int) -> np.ndarray:
    """
    Return Y as an array with a label for each digit.

    Parameters
    ----------
    Y : (digits,) integers, 0 to classes - 1
    digits : int
    classes : int

    Returns
    -------
    (digits,) integers

    Raises
    ------
    ValueError
        When there are no labels, not as many as digits, or some that are no class.
    """
    Y = np.asarray(Y)
    if Y.shape != (digits,):
        raise ValueError(f"Y has shape {Y.shape}; it needs one label for each of the {digits} rows of X.")
    if not len(Y):
        raise ValueError("X and Y are empty; give at least one digit.")
    if not np.issubdtype(Y.dtype, np.integer):
        raise ValueError(f"Y holds {Y.dtype} values; labels are integers, so use Y.astype(int).")
    if Y.min() < 0 or Y.max() >= classes:
        wrong = Y.min() if Y.min() < 0 else Y.max()
        raise ValueError(f"Y holds the label {wrong}; labels go from 0 to {classes - 1}.")
    return Y


def known(name: str, names: dict, what: str) -> str:
    """
    Return the name if it is one of the known ones.

    Parameters
    ----------
    name : str
    names : dict with the known names as keys
    what : str
        What is being named, for the message.

    Returns
    -------
    str

    Raises
    ------
    ValueError
        When it is not.
    """
    if name not in names:
        raise ValueError(f"{what} is {name!r}; choose one of {', '.join(names)}.")
    return name


def is_number(value: object) -> bool:
    """Tell whether a value is a finite number, True and False not among them."""
    return not isinstance(value, bool) and hasattr(value, "__float__") and math.isfinite(value)


def is_whole(value: object, least: int) -> bool:
    """Tell whether a value is a whole number, `least` or more."""
    return not isinstance(value, bool) and hasattr(value, "__index__") and value >= least
