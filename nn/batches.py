"""Which digits each update looks at: every epoch takes every digit exactly once, the short rest too."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from nn.hyperparameters import Hyperparameters
from nn.parameters import Gradients

Distortion = Callable[[np.ndarray, np.random.Generator], np.ndarray]  # X, rng -> others like them


@dataclass
class Batch:
    """The digits of one update, the settings it is made with, and how far the work on it has come."""

    indices: np.ndarray | None  # None: every training digit, in order
    size: int
    settings: Hyperparameters  # as they were when it began
    distort: Distortion | None  # likewise
    done: int = 0  # digits worked on
    loss: float = 0.0  # of those, each weighted 1 / size
    gradients: Gradients | None = None  # likewise

    def rows(self, most: int) -> np.ndarray | slice:
        """Return which training digits come next, at most so many."""
        rows = slice(self.done, min(self.done + most, self.size))
        return rows if self.indices is None else self.indices[rows]

    def add(self, digits: int, loss: float, gradients: Gradients) -> None:
        """Add the mean loss and gradients of the next digits, weighted by how many they are."""
        share = digits / self.size
        if self.gradients is not None or share < 1:
            so_far = self.gradients or [0.0] * len(gradients)
            gradients = Gradients(*(G + share * g for G, g in zip(so_far, gradients, strict=True)))
        self.gradients = gradients
        self.loss += share * loss
        self.done += digits


class Epochs:
    """
    Deals out the training digits, epoch after epoch, each in an order of its own.

    Attributes
    ----------
    losses : list of float
        The mean loss of each epoch that is through; each batch counts by its length.

    Parameters
    ----------
    digits : int, 1 or more
        Training digits.
    rng : Generator
        Shuffles them; whatever else is drawn in a run is drawn from it, too.
    """

    def __init__(self, digits: int, rng: np.random.Generator) -> None:
        self.digits = digits
        self.rng = rng
        self.losses: list[float] = []
        self._order: np.ndarray | None = None
        self._dealt = 0  # digits of this epoch that have been through
        self._loss = 0.0

    @property
    def count(self) -> float:
        """Epochs so far, the one under way as a fraction."""
        return len(self.losses) + self._dealt / self.digits

    def next_batch(self, settings: Hyperparameters, distort: Distortion | None = None) -> Batch:
        """
        Choose the digits of the next update.

        Parameters
        ----------
        settings : Hyperparameters
            Their batch_size may differ from call to call; None is for all that are left of this epoch.
        distort : callable, optional
            As `Trainer.distort`.

        Returns
        -------
        Batch
        """
        left = self.digits - self._dealt
        size = min(settings.batch_size or left, left)
        if size == self.digits:
            return Batch(None, size, settings, distort)  # all of them: a sum does not ask for the order
        if self._dealt == 0:
            self._order = self.rng.permutation(self.digits)
        indices = self._order[self._dealt : self._dealt + size]
        return Batch(indices, size, settings, distort)

    def count_in(self, batch: Batch) -> None:
        """Note that a batch has been through."""
        self._dealt += batch.size
        self._loss += batch.loss * batch.size / self.digits
        if self._dealt == self.digits:
            self.losses.append(self._loss)
            self._dealt, self._loss = 0, 0.0
