"""What a network accepts: digits and labels that do not fit are refused, and the message says why."""

import re

import numpy as np
import pytest

from nn import TwoLayerNN


@pytest.mark.parametrize(
    ("X", "message"),
    [
        (np.zeros((28, 28)), "X has shape (28, 28); it needs (digits, 784)"),
        (np.zeros(784), "X has shape (784,)"),
        (np.zeros((1, 28, 28)), "X has shape (1, 28, 28)"),
        ([["one"]], "X is no table of numbers"),
        ([[1, 2], [3]], "X is no table of numbers"),
        (None, "X has shape ()"),
    ],
)
def test_digits_that_do_not_fit_are_refused(X: object, message: str):
    for use in (TwoLayerNN().predict, TwoLayerNN().predict_proba):
        with pytest.raises(ValueError, match=re.escape(message)):
            use(X)


@pytest.mark.parametrize(
    ("Y", "message"),
    [
        ([0, 1], "Y has shape (2,); it needs one label for each of the 3 rows"),
        ([[0], [1], [2]], "Y has shape (3, 1)"),
        ([0.0, 1.0, 2.0], "Y holds float64 values"),
        ([0, 1, 10], "the label 10; labels go from 0 to 9"),
        ([0, -1, 3], "the label -1"),
        (["a", "b", "c"], "Y holds <U1 values"),
    ],
)
def test_labels_that_do_not_fit_are_refused(Y: list, message: str):
    net, X = TwoLayerNN(), np.zeros((3, 784))
    for use in (net.evaluate, net.loss, net.train):
        with pytest.raises(ValueError, match=re.escape(message)):
            use(X, Y)


def test_nothing_to_learn_from_is_refused():
    for use in (TwoLayerNN().train, TwoLayerNN().evaluate):
        with pytest.raises(ValueError, match="empty; give at least one digit"):
            use(np.empty((0, 784)), np.empty(0, int))
