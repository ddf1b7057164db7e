"""What a run learns from and is watched on: training digits and held-out ones, with their labels."""

from typing import NamedTuple, Protocol

from nn.functions import Array


class DigitsLike(Protocol):
    """Anything with training digits and, where there are any, held-out ones; `data.Dataset` is."""

    X_train: Array
    Y_train: Array
    X_dev: Array | None
    Y_dev: Array | None


class Digits(NamedTuple):
    """The plainest such thing."""

    X_train: Array
    Y_train: Array
    X_dev: Array | None = None
    Y_dev: Array | None = None
