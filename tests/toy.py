"""Small made-up digits and small runs on them, for the tests of training: they take no time."""

import numpy as np
from threadpoolctl import threadpool_limits

from nn import Hyperparameters, Trainer, TwoLayerNN
from nn.run import Digits

INPUTS, CLASSES = 6, 3
BUSY = {"batch_size": 16, "optimizer": "adam", "dropout": 0.3, "l2": 0.01, "iterations": 30}  # all there is

threadpool_limits(1, user_api="blas")  # as page and command line do: small matrices go slower with two


def toy_digits(train: int = 50, dev: int = 20, seed: int = 0, dtype: type = np.float32) -> Digits:
    """Points around three centres in six dimensions: a network learns them, though not at once."""
    rng = np.random.default_rng(seed)
    centres = rng.random((CLASSES, INPUTS))
    Y = rng.integers(CLASSES, size=train + dev)
    X = (centres[Y] + 0.2 * rng.standard_normal((train + dev, INPUTS))).clip(0, 1).astype(dtype)
    return Digits(X[:train], Y[:train], X[train:], Y[train:])


def toy_net(hidden: int = 5, **options: object) -> TwoLayerNN:
    """A network that fits them."""
    return TwoLayerNN(INPUTS, hidden, CLASSES, **options)


def toy_trainer(digits: Digits | None = None, net: TwoLayerNN | None = None, **settings: object) -> Trainer:
    """A run on toy digits; `settings` are those of `Hyperparameters`."""
    return Trainer(net or toy_net(), digits or toy_digits(), Hyperparameters(**settings))


def same_parameters(one: TwoLayerNN, other: TwoLayerNN) -> bool:
    """Tell whether two networks are the same to the last bit."""
    return all(np.array_equal(a, b) for a, b in zip(one.parameters, other.parameters, strict=True))


def steps(trainer: Trainer, count: int) -> Trainer:
    """Make so many updates."""
    for _ in range(count):
        trainer.step()
    return trainer


def noise(X: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A distortion: other digits each time."""
    return (X + rng.normal(0, 0.1, X.shape)).astype(X.dtype)


def numbered(train: int = 50) -> Digits:
    """Toy digits whose last pixel says which one it is, in thousandths."""
    digits = toy_digits(train)
    return Digits(
        np.column_stack([digits.X_train, np.arange(train) / 1000]).astype(np.float32),
        digits.Y_train,
        np.column_stack([digits.X_dev, np.zeros(20)]).astype(np.float32),
        digits.Y_dev,
    )


class SpyNet(TwoLayerNN):
    """Notes which digits each gradient is taken from, and their loss there."""

    def __init__(self, hidden: int = 5, dtype: type = np.float32) -> None:
        super().__init__(7, hidden, 3, dtype=dtype)
        self.digits: list[list[int]] = []  # of each call
        self.keeps: list[np.ndarray] = []

    def backward(
        self, X: np.ndarray, Y: np.ndarray, forward: object, keep: object = None, l2: float = 0
    ) -> object:
        self.digits.append([int(number) for number in np.rint(X[:, -1] * 1000)])
        self.keeps.append(keep)
        return super().backward(X, Y, forward, keep, l2)
