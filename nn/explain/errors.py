"""Where a network errs: what it takes for what, how good it is at each class, its surest mistakes."""

from typing import NamedTuple

import numpy as np

from nn.checks import checked_labels
from nn.functions import Array


class PrecisionAndRecall(NamedTuple):
    """Two ways to be good at a class, (classes,) shares; NaN where there is nothing to divide by."""

    precision: Array  # of all that is read as this class, how much is of it
    recall: Array  # of all that is of this class, how much is read as it


class Confusion(NamedTuple):
    """One kind of mistake, such as a 4 read as a 9."""

    true: int
    read_as: int
    count: int
    share: float  # of all digits whose label is `true`


def confusion_matrix(Y: Array, predicted: Array, classes: int = 10) -> Array:
    """
    Count what was read as what.

    Parameters
    ----------
    Y : (n,) integers, 0 to classes - 1
        The labels.
    predicted : (n,) integers, 0 to classes - 1
    classes : int, 1 or more

    Returns
    -------
    (classes, classes) integers
        A row for each label, a column for each answer.

    Raises
    ------
    ValueError
        When the two are empty, differ in length, or hold something that is no class.
    """
    predicted = np.asarray(predicted)
    Y = checked_labels(Y, predicted.size, classes)
    predicted = checked_labels(predicted, len(Y), classes)
    cells = Y.astype(np.int64) * classes + predicted  # uint8 labels must not wrap round
    return np.bincount(cells, minlength=classes**2).reshape(classes, classes)


def precision_and_recall(matrix: Array) -> PrecisionAndRecall:
    """
    Compute precision and recall of every class.

    Parameters
    ----------
    matrix : (classes, classes) integers
        From `confusion_matrix`.

    Returns
    -------
    PrecisionAndRecall
    """
    right = np.diag(matrix)
    return PrecisionAndRecall(share(right, matrix.sum(axis=0)), share(right, matrix.sum(axis=1)))


def worst_confusions(matrix: Array, most: int = 10) -> list[Confusion]:
    """
    List the kinds of mistakes, the most frequent first.

    Parameters
    ----------
    matrix : (classes, classes) integers
        From `confusion_matrix`.
    most : int, 0 or more

    Returns
    -------
    list of Confusion
        Only kinds that occurred; equally frequent ones in the order of the classes.
    """
    of_class = matrix.sum(axis=1)
    confusions = [
        Confusion(int(true), int(read_as), int(count), float(count / of_class[true]))
        for (true, read_as), count in np.ndenumerate(matrix)
        if true != read_as and count
    ]
    return sorted(confusions, key=lambda confusion: -confusion.count)[:most]


def surest_first(probabilities: Array, chosen: Array) -> Array:
    """
    Order some digits by how sure their answers are.

    Parameters
    ----------
    probabilities : (n, classes) floats
        From `predict_proba`.
    chosen : (n,) bool
        Which digits, such as the mistakes, `predicted != Y`.

    Returns
    -------
    integers
        Rows of `probabilities`; equally sure ones in their own order.
    """
    rows = np.flatnonzero(chosen)
    return rows[np.argsort(-probabilities[rows].max(axis=1), kind="stable")]


def share(part: Array, whole: Array) -> Array:
    """
    Divide, with NaN where the whole is 0.

    Parameters
    ----------
    part, whole : numbers, or arrays that broadcast

    Returns
    -------
    array of float64
    """
    part, whole = np.broadcast_arrays(np.asarray(part, np.float64), np.asarray(whole, np.float64))
    return np.divide(part, whole, out=np.full(part.shape, np.nan), where=whole > 0)
