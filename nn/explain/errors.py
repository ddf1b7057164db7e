"""Where a network errs: what is read as what, and which digits, the surest mistakes first."""

from typing import NamedTuple

import numpy as np

from nn.checks import checked_labels
from nn.functions import Array


class PrecisionAndRecall(NamedTuple):
    """How far each class can be trusted; NaN where there is nothing to divide by."""

    precision: Array  # (classes,): of all that is read as this, the share that is this
    recall: Array  # (classes,): of all that is this, the share that is read as this


class Confusion(NamedTuple):
    """One way to err, such as 4s read as 9s."""

    true: int
    read_as: int
    count: int
    share: float  # of all digits that truly are `true`


def confusion_matrix(Y: Array, predicted: Array, classes: int = 10) -> Array:
    """
    Count what was read as what.

    Parameters
    ----------
    Y : (n,) integers, 0 to classes - 1
        What the digits are.
    predicted : (n,) integers, 0 to classes - 1
        What they were read as.
    classes : int, 1 or more

    Returns
    -------
    (classes, classes) integers
        A row is what the digits are, a column what they were read as.

    Raises
    ------
    ValueError
        When the two are not equally long, empty, or hold what is no class.
    """
    predicted = np.asarray(predicted)
    Y = checked_labels(Y, predicted.size, classes)
    predicted = checked_labels(predicted, len(Y), classes)
    cells = Y.astype(np.int64) * classes + predicted  # uint8 labels must not wrap round
    return np.bincount(cells, minlength=classes**2).reshape(classes, classes)


def precision_and_recall(matrix: Array) -> PrecisionAndRecall:
    """
    Compute both for every class.

    Parameters
    ----------
    matrix : (classes, classes) integers
        From `confusion_matrix`.

    Returns
    -------
    PrecisionAndRecall
        Shares from 0 to 1.
    """
    right = np.diag(matrix)
    return PrecisionAndRecall(share(right, matrix.sum(axis=0)), share(right, matrix.sum(axis=1)))


def worst_confusions(matrix: Array, most: int = 10) -> list[Confusion]:
    """
    List the ways to err, the most frequent first.

    Parameters
    ----------
    matrix : (classes, classes) integers
        From `confusion_matrix`.
    most : int, 0 or more

    Returns
    -------
    list of Confusion
        At most so many, of those that did happen; equally frequent ones by class.
    """
    of_class = matrix.sum(axis=1)
    confusions = [
        Confusion(int(true), int(read_as), int(count), float(count / of_class[true]))
        for (true, read_as), count in np.ndenumerate(matrix)
        if true != read_as and count
    ]
    return sorted(confusions, key=lambda confusion: -confusion.count)[:most]


def confident_mistakes(probabilities: Array, Y: Array) -> Array:
    """
    Find the digits that were read wrong, the surest mistake first.

    Parameters
    ----------
    probabilities : (n, classes) floats
        From `predict_proba`.
    Y : (n,) integers, 0 to classes - 1

    Returns
    -------
    integers
        Rows of `probabilities`.

    Raises
    ------
    ValueError
        When Y does not fit.
    """
    Y = checked_labels(Y, *probabilities.shape)
    return _surest_first(probabilities, probabilities.argmax(axis=1) != Y)


def cell(probabilities: Array, Y: Array, true: int, read_as: int) -> Array:
    """
    Find the digits of one cell of the confusion matrix, the surest answer first.

    Parameters
    ----------
    probabilities : (n, classes) floats
        From `predict_proba`.
    Y : (n,) integers, 0 to classes - 1
    true, read_as : int, 0 to classes - 1
        The row and the column; where they are equal, the digits that were read right.

    Returns
    -------
    integers
        Rows of `probabilities`.

    Raises
    ------
    ValueError
        When Y does not fit.
    """
    Y = checked_labels(Y, *probabilities.shape)
    return _surest_first(probabilities, (true == Y) & (probabilities.argmax(axis=1) == read_as))


def share(part: Array, whole: Array) -> Array:
    """
    Divide, and give NaN where the whole is 0.

    Parameters
    ----------
    part, whole : numbers, or arrays that broadcast

    Returns
    -------
    array of float64
    """
    part, whole = np.broadcast_arrays(np.asarray(part, np.float64), np.asarray(whole, np.float64))
    return np.divide(part, whole, out=np.full(part.shape, np.nan), where=whole > 0)


def _surest_first(probabilities: Array, chosen: Array) -> Array:
    rows = np.flatnonzero(chosen)
    return rows[np.argsort(-probabilities[rows].max(axis=1), kind="stable")]
