"""An experiment as a thing one can spoil: six ways to get one thing wrong in a run that works."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from nn.digits import Digits
from nn.functions import Array
from nn.hyperparameters import Hyperparameters
from nn.model import Forward, TwoLayerNN
from nn.parameters import Parameters
from nn.training import Trainer


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


class OverflowingNN(TwoLayerNN):
    """A network whose softmax is written as the formula reads."""

    def forward(self, X: Array, keep: Array | None = None) -> Forward:
        """Compute e^Z / sum e^Z without subtracting the largest Z first."""
        forward = super().forward(X, keep)
        with np.errstate(over="ignore", invalid="ignore"):
            E = np.exp(forward.Z2)  # float32 ends at 3.4e38 = e^88.7: beyond, infinity
            return forward._replace(A2=E / E.sum(axis=1, keepdims=True))  # infinity / infinity = NaN


def as_bytes(pixels: Array) -> Array:
    """Give the pixels as a picture file has them, 0 to 255."""
    return np.rint(np.multiply(pixels, 255, dtype=np.float32))


def inverted(pixels: Array) -> Array:
    """Give black ink on white paper, where MNIST has white ink on black."""
    return 1 - np.asarray(pixels)


def leave_undivided(experiment: Experiment) -> Experiment:
    """Forget to divide the pixels by 255, in the data and in the drawing."""
    X, Y, X_dev, Y_dev = experiment.digits
    digits = Digits(as_bytes(X), Y, None if X_dev is None else as_bytes(X_dev), Y_dev)
    return replace(experiment, digits=digits, see=as_bytes)


def start_at_zero(experiment: Experiment) -> Experiment:
    """Start with nothing but zeros."""
    zeros = Parameters(*(np.zeros_like(array) for array in experiment.net.parameters))
    net = TwoLayerNN.of(zeros, experiment.net.activation)
    return replace(experiment, net=net)


def shuffle_labels(experiment: Experiment) -> Experiment:
    """Shuffle the labels without their digits."""
    rng = np.random.default_rng(experiment.hyperparameters.seed)
    digits = experiment.digits._replace(Y_train=rng.permutation(experiment.digits.Y_train))
    return replace(experiment, digits=digits)


def learn_too_fast(experiment: Experiment) -> Experiment:
    """Learn at thirty times the rate."""
    settings = experiment.hyperparameters
    return replace(experiment, hyperparameters=settings.replace(learning_rate=30 * settings.learning_rate))


def let_overflow(experiment: Experiment) -> Experiment:
    """Let the softmax overflow."""
    net = OverflowingNN.of(experiment.net.parameters, experiment.net.activation)
    return replace(experiment, net=net)


def invert_canvas(experiment: Experiment) -> Experiment:
    """Hand the drawing over black on white."""
    return replace(experiment, see=inverted)
