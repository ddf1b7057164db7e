"""Whether a network is as right as it is sure, and what it costs to let it say 'I am not sure'."""

from typing import NamedTuple

import numpy as np

from nn.checks import checked_labels
from nn.explain.errors import share
from nn.functions import Array


class Calibration(NamedTuple):
    """Whether an answer given with 80 % is right in 80 % of the cases; NaN where a bin is empty."""

    confidence: Array  # (bins,): mean of the largest probability
    accuracy: Array  # (bins,): share of right answers
    count: Array  # (bins,): digits
    error: float  # expected calibration error, 0 to 1: how far the two are apart, on average over digits


class RejectPrice(NamedTuple):
    """What a threshold for 'I am not sure' costs and brings; floats, or an array for many thresholds."""

    threshold: float | Array  # the largest probability has to reach it
    refused: float | Array  # share of all digits
    right: float | Array  # share of the rest that is read right; NaN where nothing is left
    lost: float | Array  # share of all digits that was right and is refused all the same
    caught: float | Array  # share of all mistakes that is refused; NaN where there are none


def calibration(probabilities: Array, Y: Array, bins: int = 10) -> Calibration:
    """
    Sort the answers by how sure they were, and count how often they were right.

    Parameters
    ----------
    probabilities : (n, classes) floats
        From `predict_proba`.
    Y : (n,) integers, 0 to classes - 1
    bins : int, 1 or more
        Of equal width from 0 to 1; a bin holds its upper edge (Guo et al., On Calibration of Modern Neural
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
    Count what it costs and brings to refuse a digit whose largest probability is below a threshold.

    Parameters
    ----------
    probabilities : (n, classes) floats
        From `predict_proba`.
    Y : (n,) integers, 0 to classes - 1
    threshold : float, or (k,) floats for a whole curve
        0 to 1.

    Returns
    -------
    RejectPrice
        Floats, or (k,) floats.

    Raises
    ------
    ValueError
        When Y does not fit.
    """
    confidence, right = _confidence_and_right(probabilities, Y)
    order = confidence.argsort()
    right_below = np.concatenate([[0], right[order].cumsum()])  # right among the k least sure, k = 0 ... n
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
    """Return each answer's probability, in float64, and whether it is right."""
    Y = checked_labels(Y, *probabilities.shape)
    return probabilities.max(axis=1).astype(np.float64), probabilities.argmax(axis=1) == Y
