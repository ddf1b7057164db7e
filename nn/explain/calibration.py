"""Whether a network is right as often as it is sure, and the price of letting it say 'I am not sure'."""

from typing import NamedTuple

import numpy as np

from nn.checks import checked_labels
from nn.explain.errors import share
from nn.functions import Array


class Calibration(NamedTuple):
    """Whether answers with a confidence of 80 % are right 80 % of the time; NaN where a bin is empty."""

    confidence: Array  # (bins,), mean of the largest probability
    accuracy: Array  # (bins,)
    count: Array  # (bins,), digits
    error: float  # expected calibration error: how far confidence and accuracy are apart, mean over digits


class RejectPrice(NamedTuple):
    """What a threshold for 'I am not sure' costs and gains: floats, or arrays for many thresholds."""

    threshold: float | Array  # an answer with a smaller probability is refused
    refused: float | Array  # share of all digits
    right: float | Array  # share of the accepted digits that is read right; NaN where none is accepted
    lost: float | Array  # share of all digits that is refused though it was read right
    caught: float | Array  # share of all mistakes that is refused; NaN where there are none


def calibration(probabilities: Array, Y: Array, bins: int = 10) -> Calibration:
    """
    Group the answers by their confidence, and count how often each group is right.

    Parameters
    ----------
    probabilities : (n, classes) floats
        From `predict_proba`.
    Y : (n,) integers, 0 to classes - 1
    bins : int, 1 or more
        Of equal width from 0 to 1, each with its upper edge (Guo et al., On Calibration of Modern Neural
        Networks, 2017, equations 2, 3 and 5).

    Returns
    -------
    Calibration

    Raises
    ------
    ValueError
        When Y does not fit, or there is no bin.
    """
    if bins < 1:
        raise ValueError(f"bins is {bins}; choose 1 or more.")
    confidence, right = _confidence_and_right(probabilities, Y)
    edges = np.linspace(0, 1, bins + 1)[1:-1]
    which = np.searchsorted(edges, confidence)
    count = np.bincount(which, minlength=bins)
    sum_confidence = np.bincount(which, confidence, minlength=bins)
    sum_right = np.bincount(which, right, minlength=bins)
    error = float(np.abs(sum_right - sum_confidence).sum() / len(right))  # sum of count/n |accuracy - conf.|
    return Calibration(share(sum_confidence, count), share(sum_right, count), count, error)


def reject_price(probabilities: Array, Y: Array, threshold: float | Array) -> RejectPrice:
    """
    Count what is lost and gained by refusing digits whose largest probability is below a threshold.

    Parameters
    ----------
    probabilities : (n, classes) floats
        From `predict_proba`.
    Y : (n,) integers, 0 to classes - 1
    threshold : float from 0 to 1, or (k,) floats for a whole curve

    Returns
    -------
    RejectPrice

    Raises
    ------
    ValueError
        When Y does not fit.
    """
    confidence, right = _confidence_and_right(probabilities, Y)
    order = confidence.argsort()
    right_below = np.concatenate([[0], right[order].cumsum()])  # how many of the k least sure are right
    n, all_right = len(right), right_below[-1]
    refused = np.searchsorted(confidence[order], threshold, side="left")  # how many are below
    lost = right_below[refused]
    price = RejectPrice(
        threshold=np.asarray(threshold, float),
        refused=share(refused, n),
        right=share(all_right - lost, n - refused),
        lost=share(lost, n),
        caught=share(refused - lost, n - all_right),
    )
    return price if np.ndim(threshold) else RejectPrice(*(float(value) for value in price))


def _confidence_and_right(probabilities: Array, Y: Array) -> tuple[Array, Array]:
    """Return the probability of each answer, in float64, and whether it is right."""
    Y = checked_labels(Y, *probabilities.shape)
    return probabilities.max(axis=1).astype(np.float64), probabilities.argmax(axis=1) == Y
