"""What the lesson shows: one digit, one label, and every number of one training step on them."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from nn import TwoLayerNN
from nn.explain.microscope import Step, one_step
from nn.functions import Array
from ui.shared.diverged import probabilities


@dataclass(frozen=True)
class Scene:
    """
    One digit in the network.

    Attributes
    ----------
    net : TwoLayerNN
        As it was at one moment; it does not learn on.
    x : (28, 28) floats in [0, 1]
    label : int or None
        The label that the visitor names; None for what the network reads.
    learning_rate : float
        Of the update.
    names : tuple of 10 str
        What the classes are called.
    """

    net: TwoLayerNN
    x: Array
    label: int | None
    learning_rate: float
    names: tuple[str, ...]

    @cached_property
    def _said(self) -> Array:
        return probabilities(self.net, self.x.reshape(1, -1))[0]

    @property
    def read_as(self) -> int:
        """The class that the network reads."""
        return int(self._said.argmax())

    @property
    def y(self) -> int:
        """The label of the step."""
        return self.read_as if self.label is None else self.label

    @cached_property
    def step(self) -> Step:
        """Every number of the step, in float64."""
        with np.errstate(over="ignore", invalid="ignore"):  # `diverged` says so
            return one_step(self.net, self.x, self.y, self.learning_rate)

    @property
    def diverged(self) -> bool:
        """Whether the weights are too large to compute with, before the step or after it."""
        return not (np.isfinite(self._said).all() and np.isfinite(self.step.loss_after))
