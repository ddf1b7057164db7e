"""The settings of a training run, checked once, so that nothing behind them has to check again."""

import dataclasses
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Self

from nn.checks import is_number, is_whole
from nn.optimizers import OPTIMIZERS


def constant(progress: float) -> float:
    """Keep the learning rate as it is."""
    return 1.0


def cosine(progress: float) -> float:
    """(1 + cos(pi k / N)) / 2: from 1 to 0 along half a wave (Loshchilov and Hutter, SGDR, 2017, eq. 5)."""
    return 0.5 * (1 + math.cos(math.pi * min(progress, 1)))


# The share of the learning rate that is used after k of N iterations, by k / N.
SCHEDULES: dict[str, Callable[[float], float]] = {"constant": constant, "cosine": cosine}


@dataclass(frozen=True)
class Hyperparameters:
    """
    How to train: what a person chooses before the network learns the rest.

    Parameters
    ----------
    learning_rate : float, above 0
        The length of a step.
    iterations : int, 1 or more
        Parameter updates in the run.
    batch_size : int, 1 or more, or None
        Digits looked at for one update; None is all of them (full batch).
    optimizer : {"gradient_descent", "momentum", "rmsprop", "adam"}
        How a gradient becomes a step.
    l2 : float, 0 or more
        How strongly large weights are pulled towards 0.
    dropout : float, 0 to below 1
        Share of the hidden units left out, at random, for each digit at each update.
    seed : int, 0 or more
        Decides the order of the digits and which units drop out.
    schedule : {"constant", "cosine"}
        Whether the learning rate stays, or falls to 0 along half a cosine wave over the iterations. With
        more iterations the wave is longer: a finished run that goes on does so at a higher rate.

    Raises
    ------
    ValueError
        When a value is out of its range.
    """

    learning_rate: float = 0.1
    iterations: int = 500
    batch_size: int | None = None
    optimizer: str = "gradient_descent"
    l2: float = 0.0
    dropout: float = 0.0
    seed: int = 0
    schedule: str = "constant"

    def __post_init__(self) -> None:
        """Refuse what cannot work, with the value and what to choose instead."""
        self._need(
            is_number(self.learning_rate) and self.learning_rate > 0, "learning_rate", "a number above 0"
        )
        self._need(is_whole(self.iterations, 1), "iterations", "a whole number, 1 or more")
        self._need(
            self.batch_size is None or is_whole(self.batch_size, 1),
            "batch_size",
            "a whole number, 1 or more, or None for the full batch",
        )
        self._need(self.optimizer in OPTIMIZERS, "optimizer", f"one of {', '.join(OPTIMIZERS)}")
        self._need(is_number(self.l2) and self.l2 >= 0, "l2", "a number, 0 or more")
        self._need(is_number(self.dropout) and 0 <= self.dropout < 1, "dropout", "a share from 0 to below 1")
        self._need(is_whole(self.seed, 0), "seed", "a whole number, 0 or more")
        self._need(self.schedule in SCHEDULES, "schedule", f"one of {', '.join(SCHEDULES)}")
        # plain numbers from here on: one float64 of NumPy's would turn all float32 weights into float64
        for name in ("learning_rate", "l2", "dropout"):
            object.__setattr__(self, name, float(getattr(self, name)))
        for name in ("iterations", "batch_size", "seed"):
            if getattr(self, name) is not None:
                object.__setattr__(self, name, int(getattr(self, name)))

    def _need(self, fine: bool, name: str, wanted: str) -> None:
        if not fine:
            raise ValueError(f"{name} is {getattr(self, name)!r}; choose {wanted}.")

    def learning_rate_at(self, iteration: int) -> float:
        """Compute the learning rate of the update that follows so many others."""
        return self.learning_rate * SCHEDULES[self.schedule](iteration / self.iterations)

    def batches_per_epoch(self, digits: int) -> int:
        """Count the updates in one pass over so many digits, the short last one included."""
        return math.ceil(digits / (self.batch_size or digits))

    def replace(self, **changes: object) -> Self:
        """Return the same settings with some changed."""
        return dataclasses.replace(self, **changes)
