"""How a run is watched: on which digits it is measured, how often, and what that says."""

import numpy as np

from nn.batches import Examples
from nn.functions import Array, cross_entropy, slices
from nn.history import Measurement
from nn.model import Network

MEASURING = 0.1  # measuring may cost this share of training


class Meter:
    """
    Measures a network on all dev digits and on as many training digits, chosen at random.

    Parameters
    ----------
    train : X, Y
    dev : X, Y, or None
    seed : int, 0 or more
        Chooses.
    """

    def __init__(self, train: Examples, dev: Examples | None, seed: int) -> None:
        X, Y = train
        count = min(len(X), 1000 if dev is None else len(dev[1]))
        chosen = np.random.default_rng([seed, 2]).permutation(len(X))[:count]
        self.train, self.dev = (X[chosen], Y[chosen]), dev
        self._price = count + (0 if dev is None else len(dev[1]))  # digits in one measurement
        self.credit = 0.0  # digits that may be measured by now

    def is_due(self, learned: int, over: bool) -> bool:
        """
        Tell whether to measure now: when what was learned since the last time pays for it.

        One digit trained is counted as three passes forward.

        Parameters
        ----------
        learned : int
            Digits of the latest update.
        over : bool
            Whether it was the last one: the end of a run is measured whatever it costs.

        Returns
        -------
        bool
        """
        self.credit += MEASURING * 3 * learned
        due = over or self.credit >= self._price
        if due:
            self.credit = 0.0
        return due

    def measure(self, net: Network, iteration: int) -> Measurement:
        """Compute loss and accuracy on both; NaN where there are no dev digits."""
        dev = (np.nan, np.nan) if self.dev is None else loss_and_accuracy(net, *self.dev)
        return Measurement(iteration, *loss_and_accuracy(net, *self.train), *dev)


def loss_and_accuracy(net: Network, X: Array, Y: Array) -> tuple[float, float]:
    """
    Compute both from one pass, for a network that may be about to diverge.

    Parameters
    ----------
    net : Network
    X : (n, inputs) floats in [0, 1], 1 row or more
    Y : (n,) integers, 0 to 9

    Returns
    -------
    loss : float
        Mean cross-entropy in nats, without penalty; may be infinite or NaN.
    accuracy : float
        In [0, 1].
    """
    loss, right = 0.0, 0
    with np.errstate(over="ignore", invalid="ignore"):
        for rows in slices(len(X)):
            Z2 = net.forward(X[rows]).Z2
            loss += cross_entropy(Z2, Y[rows]) * len(Z2)
            right += int(np.count_nonzero(Z2.argmax(axis=1) == Y[rows]))
    return loss / len(X), right / len(X)
