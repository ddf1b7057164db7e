"""The picture that convinces a network most, and what it thinks as one picture turns into another."""

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from nn.checks import checked_labels, one_digit
from nn.explain.evidence import input_gradient
from nn.functions import Array, softmax
from nn.model import Network

GREY = 0.1  # what a dream starts from: on black, every ReLU unit might be off
TINY = 1e-30  # a gradient of 0 must not be divided by its length, 0


class LogOdds(NamedTuple):
    """log(p / (1 - p)) = Z2[y] - log(sum of e^Z2 over the other classes); 0 where p is one half."""

    value: Array  # (n,)
    gradient: Array  # (n, 784), by the pixels: above 0 where ink makes the network surer


class Blend(NamedTuple):
    """What the network thinks along the straight line from one picture to another."""

    shares: Array  # (count,), how much of the second picture, 0 to 1
    pictures: Array  # (count, 784)
    probabilities: Array  # (count, 10)


def log_odds(net: Network, X: Array, Y: Array) -> LogOdds:
    """
    Compute how sure the network is of a class as log(p / (1 - p)), and which pixels would make it surer.

    Unlike p, it goes on rising where p rounds to 1, and its gradient does not fade there.

    Parameters
    ----------
    net : Network
    X : (n, 784) floats in [0, 1]
    Y : (n,) integers, 0 to 9

    Returns
    -------
    LogOdds
    """
    of_class = np.arange(len(Y)), Y
    others = net.forward(X).Z2.copy()
    own = others[of_class]
    others[of_class] = -np.inf  # e^-inf = 0
    highest = others.max(axis=1)
    value = own - highest - np.log(np.exp(others - highest[:, None]).sum(axis=1))
    dZ2 = -softmax(others)
    dZ2[of_class] = 1
    return LogOdds(value, input_gradient(net, X, dZ2))


def dream(
    net: Network,
    digits: int | Sequence[int],
    steps: int = 40,
    rate: float = 0.1,
    decay: float = 0.1,
    smoothing: int = 3,
    start: Array | None = None,
) -> Array:
    """
    Climb, in the space of pictures, to what the network is surest is a given digit.

    Each step moves along the gradient of the log odds, averaged over neighbouring pixels, fades all ink
    (L2), and keeps it in [0, 1]; without the averaging and the fading the outcome is noise (Yosinski et al.,
    Understanding Neural Networks Through Deep Visualization, 2015, section 3). There is no chance in it.

    Parameters
    ----------
    net : Network
        For square pictures.
    digits : int or sequence of n ints, 0 to 9
        What to dream of; several at once are quicker than one by one.
    steps : int, 0 or more
        A step can overshoot, so the picture returned is the surest on the way, not the last.
    rate : float, above 0
        How much the ink changes in a step: the root mean square over the pixels.
    decay : float, 0 to 1
        Share of all ink that fades in a step.
    smoothing : int, 0 or more
        How many times each pixel of the gradient is averaged with its eight neighbours; 3 gives strokes as
        thick as a digit's.
    start : (784,) or (n, 784) floats in [0, 1], optional
        Where to begin, such as an earlier dream; by default an even dark grey.

    Returns
    -------
    (784,) floats in [0, 1], or (n, 784) for several digits

    Raises
    ------
    ValueError
        When there is no such digit, `start` does not fit, or the network's pictures are not square.
    """
    Y = np.atleast_1d(digits)
    Y = checked_labels(Y, len(Y), net.output_size)
    side = math.isqrt(net.input_size)
    if side**2 != net.input_size:
        raise ValueError(f"The network takes {net.input_size} pixels; dreams need a square, such as 784.")
    X = best = _start(start, (len(Y), net.input_size), net.W1.dtype)
    surest = np.full(len(Y), -np.inf, X.dtype)
    for _ in range(steps + 1):
        sure, uphill = log_odds(net, X, Y)
        best = np.where((sure >= surest)[:, None], X, best)
        surest = np.maximum(sure, surest)
        for _ in range(smoothing):
            uphill = _averaged(uphill, side)
        length = np.sqrt((uphill**2).mean(axis=1, keepdims=True))
        X = ((1 - decay) * (X + rate * uphill / np.maximum(length, TINY))).clip(0, 1)
    return best if np.ndim(digits) else best[0]


def blend(net: Network, a: Array, b: Array, count: int = 101) -> Blend:
    """
    Go from picture a to picture b in a straight line, and note the probabilities on the way.

    Parameters
    ----------
    net : Network
    a, b : (784,) or (28, 28) floats in [0, 1]
    count : int, 2 or more
        Stops on the way, a and b included.

    Returns
    -------
    Blend

    Raises
    ------
    ValueError
        When a picture does not fit the network, or there are fewer than two stops.
    """
    if count < 2:
        raise ValueError(f"count is {count}; choose at least 2 stops, the two pictures themselves.")
    a, b = one_digit(net, a), one_digit(net, b)
    shares = np.linspace(0, 1, count, dtype=net.W1.dtype)
    pictures = (1 - shares[:, None]) * a + shares[:, None] * b
    return Blend(shares, pictures, net.predict_proba(pictures))


def _averaged(X: Array, side: int) -> Array:
    """Average each pixel with its eight neighbours; beyond the edge there is 0."""
    padded = np.pad(X.reshape(-1, side, side), ((0, 0), (1, 1), (1, 1)))
    rows = padded[:, :-2] + padded[:, 1:-1] + padded[:, 2:]
    return ((rows[..., :-2] + rows[..., 1:-1] + rows[..., 2:]) / 9).reshape(X.shape)


def _start(start: Array | None, shape: tuple[int, int], dtype: np.dtype) -> Array:
    if start is None:
        return np.full(shape, GREY, dtype)
    start = np.asarray(start, dtype)
    if start.size != math.prod(shape):
        raise ValueError(f"start has shape {start.shape}; it needs {shape}, a picture for each digit.")
    return start.reshape(shape)
