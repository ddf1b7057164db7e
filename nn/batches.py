"""Which digits each update looks at: every epoch takes every digit exactly once, the short rest too."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NamedTuple, Self

import numpy as np

from nn.hyperparameters import Hyperparameters
from nn.parameters import Gradients

Examples = tuple[np.ndarray, np.ndarray]  # X, Y
Distortion = Callable[[np.ndarray, np.random.Generator], np.ndarray]  # X, rng -> others like them


@dataclass
class Batch:
    """The digits of one update, the settings it is made with, and how far the work on it has come."""

    indices: np.ndarray | None  # None: every training digit, in order
    size: int
    settings: Hyperparameters  # as they were when it began
    distort: Distortion | None  # likewise
    generator: dict  # the generator's state before anything was drawn for it
    done: int = 0  # digits worked on
    loss: float = 0.0  # of those, each weighted 1 / size
    gradients: Gradients | None = None  # likewise

    def slices(self, most: int) -> Iterator[np.ndarray | slice]:
        """Yield which training digits come next, `most` of them or fewer at a time."""
        for start in range(self.done, self.size, most):
            rows = slice(start, min(start + most, self.size))
            yield rows if self.indices is None else self.indices[rows]

    def add(self, digits: int, loss: float, gradients: Gradients) -> None:
        """Add the mean loss and gradients of the next digits, weighted by how many they are."""
        share = digits / self.size
        if self.gradients is not None or share < 1:
            so_far = self.gradients or [0.0] * len(gradients)
            gradients = Gradients(*(G + share * g for G, g in zip(so_far, gradients, strict=True)))
        self.gradients = gradients
        self.loss += share * loss
        self.done += digits


class Place(NamedTuple):
    """How far the epochs have come, as plain data."""

    epochs: int  # through
    dealt: int  # digits of the epoch under way that have been through
    of: int  # training digits
    shuffle: dict | None  # the generator's state before it drew that epoch's order
    generator: dict  # the generator's state now

    @property
    def digits(self) -> int:
        """Digits learned from, each as often as it was."""
        return self.epochs * self.of + self.dealt


class Epochs:
    """
    Deals out the training digits, epoch after epoch, each in an order of its own.

    Parameters
    ----------
    digits : int, 1 or more
        Training digits.
    rng : Generator
        Shuffles them; whatever else is drawn in a run is drawn from it, too.
    """

    def __init__(self, digits: int, rng: np.random.Generator) -> None:
        self.digits, self.rng = digits, rng
        self._through = 0  # epochs
        self._dealt = 0  # digits of this epoch that have been through
        self._order: np.ndarray | None = None
        self._shuffle: dict | None = None  # the generator's state before it drew the order

    @classmethod
    def at(cls, place: Place) -> Self:
        """Go on from a place; the order is not in it, as drawing it again takes less time than copying."""
        epochs = cls(place.of, np.random.default_rng(0))
        epochs._through, epochs._dealt = place.epochs, place.dealt
        if place.dealt:
            epochs._draw_order(place.shuffle)
        epochs.rng.bit_generator.state = place.generator
        return epochs

    @property
    def count(self) -> float:
        """Epochs so far, the one under way as a fraction."""
        return self._through + self._dealt / self.digits

    def place(self, batch: Batch | None = None) -> Place:
        """Return where they stand; while a batch is under way, where they stood before it."""
        generator = batch.generator if batch else self.rng.bit_generator.state
        shuffle = self._shuffle if self._dealt else None
        return Place(self._through, self._dealt, self.digits, shuffle, generator)

    def next_batch(self, settings: Hyperparameters, distort: Distortion | None = None) -> Batch:
        """
        Choose the digits of the next update.

        Parameters
        ----------
        settings : Hyperparameters
            Their batch_size may differ from call to call; None is for all that remain of this epoch.
        distort : callable, optional, as `Trainer.distort`

        Returns
        -------
        Batch
        """
        before = self.rng.bit_generator.state
        remaining = self.digits - self._dealt
        size = min(settings.batch_size or remaining, remaining)
        if size == self.digits:  # all of them: a sum does not ask for the order
            return Batch(None, size, settings, distort, before)
        if self._dealt == 0:
            self._draw_order(before)
        indices = self._order[self._dealt : self._dealt + size]
        return Batch(indices, size, settings, distort, before)

    def count_in(self, batch: Batch) -> None:
        """Note that a batch has been through."""
        self._dealt += batch.size
        if self._dealt == self.digits:
            self._through, self._dealt = self._through + 1, 0

    def _draw_order(self, state: dict) -> None:
        self.rng.bit_generator.state = self._shuffle = state
        self._order = self.rng.permutation(self.digits)
