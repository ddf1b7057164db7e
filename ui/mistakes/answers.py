"""What a network answers on many digits, asked again only when the network or the digits have changed."""

from functools import cached_property

import numpy as np

from nn import TwoLayerNN
from nn.explain.errors import confusion_matrix
from nn.functions import Array
from ui.shared.diverged import probabilities
from ui.shared.remembered import remembered

WHILE_LEARNING = 1000  # digits asked about at each refresh; with many hidden units fewer, so that
WEIGHTS = 250_000  # digits times hidden units stay below this, which is 5 ms on one processor


class Answers:
    """
    What one network says of some digits, spread evenly over a split.

    Attributes
    ----------
    X : (n, 784) floats in [0, 1]
        The digits that were asked about.
    Y : (n,) integers, 0 to 9
        What they are.
    every : int
        Row r of `X` is row r * every of the split.
    of : int
        Digits in the split.
    probabilities : (n, 10) floats
        What the network said.
    """

    def __init__(self, net: TwoLayerNN, X: Array, Y: Array, most: int) -> None:
        """Ask a network about at most so many digits of a split."""
        self.of = len(X)
        self.every = -(-len(X) // most)  # rounded up
        self.X, self.Y = X[:: self.every], Y[:: self.every]
        self.probabilities = probabilities(net, self.X)

    def __len__(self) -> int:
        """Count the digits that were asked about."""
        return len(self.Y)

    @property
    def finite(self) -> bool:
        """Whether these are probabilities at all; those of weights that have exploded are not."""
        return bool(np.isfinite(self.probabilities).all())

    @cached_property
    def predicted(self) -> Array:
        """(n,): the class that each was read as."""
        return self.probabilities.argmax(axis=1)

    @cached_property
    def matrix(self) -> Array:
        """(10, 10): what was read as what."""
        return confusion_matrix(self.Y, self.predicted)

    @property
    def right(self) -> int:
        """How many were read correctly."""
        return int(np.trace(self.matrix))


def ask(net: TwoLayerNN, X: Array, Y: Array, learning: bool) -> Answers:
    """Return what a network says of a split; while it is learning, of at most 1,000 digits of it."""
    net = net.copy()  # training may put in other parameters at any moment
    most = min(len(X), WHILE_LEARNING, WEIGHTS // net.hidden_size) if learning else len(X)
    return remembered("answers", (net.parameters, X, most), lambda: Answers(net, X, Y, most))
