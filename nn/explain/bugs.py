"""The bug museum: six mistakes that everybody makes once, each as a recipe that spoils a run that works."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from nn.functions import Array
from nn.hyperparameters import Hyperparameters
from nn.model import Forward
from nn.parameters import Parameters
from nn.run import Digits, DigitsLike
from nn.training import Trainer
from nn.two_layer import TwoLayerNN

MOST_DIGITS = 2000  # to train on: enough to show the bug within seconds
MOST_HELD_OUT = 1000


@dataclass(frozen=True)
class Experiment:
    """A network, digits to learn, how to learn them, and what the network gets of a drawing."""

    net: TwoLayerNN
    digits: Digits
    hyperparameters: Hyperparameters
    see: Callable[[Array], Array] = np.asarray  # pixels in [0, 1] -> what the network is given

    def trainer(self) -> Trainer:
        """Return a run, ready."""
        return Trainer(self.net, self.digits, self.hyperparameters)


class Bug(NamedTuple):
    """
    One exhibit: a healthy experiment, and how to spoil it.

    Both methods depend on nothing but the bug, the dataset and the seed, so that a run can be set up again in
    another process, and both copy the few digits that they need: a large dataset need not outlive its choice.
    """

    key: str
    network: dict  # hidden_size and init
    hyperparameters: Hyperparameters
    spoil: Callable[[Experiment], Experiment]

    def healthy(self, dataset: DigitsLike, seed: int = 0) -> Experiment:
        """
        Set up the experiment without the bug, for comparison.

        Parameters
        ----------
        dataset : DigitsLike
            Its first 2,000 training digits and its first 1,000 held-out ones are used.
        seed : int, 0 or more
            Decides the initial weights and the order of the digits.

        Returns
        -------
        Experiment
        """
        digits = Digits(
            dataset.X_train[:MOST_DIGITS].copy(),
            dataset.Y_train[:MOST_DIGITS].copy(),
            None if dataset.X_dev is None else dataset.X_dev[:MOST_HELD_OUT].copy(),
            None if dataset.Y_dev is None else dataset.Y_dev[:MOST_HELD_OUT].copy(),
        )
        net = TwoLayerNN(digits.X_train.shape[1], seed=seed, **self.network)
        return Experiment(net, digits, self.hyperparameters.replace(seed=seed))

    def experiment(self, dataset: DigitsLike, seed: int = 0) -> Experiment:
        """Set up the same experiment with the bug."""
        return self.spoil(self.healthy(dataset, seed))


def leave_undivided(experiment: Experiment) -> Experiment:
    """Forget to divide the pixels by 255, in the data and in the drawing."""
    X, Y, X_dev, Y_dev = experiment.digits
    digits = Digits(as_bytes(X), Y, None if X_dev is None else as_bytes(X_dev), Y_dev)
    return replace(experiment, digits=digits, see=as_bytes)


def as_bytes(pixels: Array) -> Array:
    """Return the pixels as a picture file has them, 0 to 255."""
    return np.rint(np.multiply(pixels, 255, dtype=np.float32))


def start_at_zero(experiment: Experiment) -> Experiment:
    """Start with every weight at zero."""
    zeros = Parameters(*(np.zeros_like(array) for array in experiment.net.parameters))
    return replace(experiment, net=TwoLayerNN.of(zeros, experiment.net.activation))


def shuffle_labels(experiment: Experiment) -> Experiment:
    """Shuffle the labels but not the pictures."""
    rng = np.random.default_rng(experiment.hyperparameters.seed)
    digits = experiment.digits._replace(Y_train=rng.permutation(experiment.digits.Y_train))
    return replace(experiment, digits=digits)


def learn_too_fast(experiment: Experiment) -> Experiment:
    """Learn at thirty times the rate."""
    settings = experiment.hyperparameters
    return replace(experiment, hyperparameters=settings.replace(learning_rate=30 * settings.learning_rate))


def let_overflow(experiment: Experiment) -> Experiment:
    """Compute the softmax in a way that overflows."""
    net = experiment.net
    return replace(experiment, net=OverflowingNN.of(net.parameters, net.activation))


class OverflowingNN(TwoLayerNN):
    """A network whose softmax is written just as the formula reads."""

    def forward(self, X: Array, keep: Array | None = None) -> Forward:
        """Compute e^Z / sum e^Z without subtracting the largest Z first."""
        forward = super().forward(X, keep)
        with np.errstate(over="ignore", invalid="ignore"):
            E = np.exp(forward.Z2)  # float32 ends at 3.4e38 = e^88.7; beyond it there is only infinity
            return forward._replace(A2=E / E.sum(axis=1, keepdims=True))  # infinity / infinity = NaN


def invert_canvas(experiment: Experiment) -> Experiment:
    """Give the network black drawings on white."""
    return replace(experiment, see=inverted)


def inverted(pixels: Array) -> Array:
    """Return black ink on white paper, where MNIST has white ink on black."""
    return 1 - np.asarray(pixels)


SMALL, CLASSIC = {"hidden_size": 10, "init": "uniform"}, Hyperparameters(0.1, 300)
ADAM = Hyperparameters(0.1, 400, optimizer="adam")
BY_HEART = Hyperparameters(0.003, 1000, batch_size=100, optimizer="adam")

BUGS = {
    bug.key: bug
    for bug in (
        Bug("undivided", SMALL, CLASSIC, leave_undivided),
        Bug("zeros", SMALL, CLASSIC, start_at_zero),
        Bug("shuffled", {"hidden_size": 128, "init": "he"}, BY_HEART, shuffle_labels),
        Bug("too_fast", SMALL, CLASSIC, learn_too_fast),
        Bug("overflow", {"hidden_size": 32, "init": "he"}, ADAM, let_overflow),
        Bug("inverted", SMALL, CLASSIC, invert_canvas),
    )
}
