"""Small made-up digits and small runs on them, for the tests of training: they take no time."""

import numpy as np
from threadpoolctl import threadpool_limits

from nn import Hyperparameters, Trainer, TwoLayerNN
from nn.training import Digits

INPUTS, CLASSES = 6, 3

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
