"""Lets a run go back, and go on elsewhere: where it stood along the way, as plain data in bounded memory."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from nn.batches import Place
from nn.history import History
from nn.hyperparameters import Hyperparameters
from nn.model import Network
from nn.parameters import Parameters

MOST = 40  # checkpoints of a run
MOST_BYTES = 24 * 2**20  # of a run: some 20 checkpoints of 128 hidden units with Adam, 3 of 1,024
COPYING = 0.02  # copying may cost this share of training
# What takes time, in digits that a network of 10 hidden units learns from meanwhile (measured, rounded):
UPDATE = 50  # an update, besides its digits, each of which takes (20 + hidden units) / 30
FIXED_PRICE = 300  # a copy, besides its bytes
PRICE_PER_BYTE = 75 / 2**20


@dataclass(frozen=True)
class Checkpoint:
    """
    Where a run stood between two updates, and all that it takes to go on exactly: arrays and numbers.

    It can be pickled. A trainer is made from it by `Trainer.resumed`, or set back to it by `Trainer.restore`.

    Attributes
    ----------
    iteration : int
    parameters : Parameters
    activation : str
    hyperparameters : Hyperparameters
    distorted : bool
        Whether the training digits were being distorted.
    under_way : Hyperparameters and bool, or None
        Settings of an update that had begun: it is made with them, whatever has been set since.
    place : Place
        The epoch, and the state of the random generator.
    optimizer : dict
        The optimizer's attributes: averages and counts.
    history : History
    start_loss, credit, seconds, diverged, forked_at
        As in the trainer and its meter.
    """

    iteration: int
    parameters: Parameters
    activation: str
    hyperparameters: Hyperparameters
    distorted: bool
    under_way: tuple[Hyperparameters, bool] | None
    place: Place
    optimizer: dict[str, object]
    history: History
    start_loss: float
    credit: float
    seconds: float
    diverged: bool
    forked_at: int | None

    @property
    def net(self) -> Network:
        """The network as it was."""
        return Network.of(self.parameters, self.activation)

    @property
    def size(self) -> int:
        """Bytes that belong to this checkpoint alone: arrays, and 8 for each point of the history."""
        arrays = _arrays((self.parameters, *self.optimizer.values()))
        return sum(array.nbytes for array in arrays) + 8 * len(self.history)


class Checkpoints:
    """
    What is kept of one run: at most 40 checkpoints and 24 MiB, the first and the latest among them.

    Whenever there is one too many, the one goes that leaves the smallest gap, so that they stay evenly
    spread over the iterations. The first goes only where two do not fit (1,024 units in float64 with Adam),
    the latest never; for 784 pixels none is too large alone.
    """

    def __init__(self, kept: tuple[Checkpoint, ...] = ()) -> None:
        self._kept = kept  # swapped as a whole: a page may look at any time

    def __len__(self) -> int:
        """Count the checkpoints."""
        return len(self._kept)

    @property
    def iterations(self) -> list[int]:
        """The iterations that one can go back to, rising."""
        return [checkpoint.iteration for checkpoint in self._kept]

    @property
    def size(self) -> int:
        """Bytes held."""
        return sum(checkpoint.size for checkpoint in self._kept)

    def is_due(self, iteration: int, place: Place) -> bool:
        """
        Tell whether enough has been learned since the last checkpoint to pay for another.

        The price is counted in digits, not in seconds, so that the same run has the same checkpoints.

        Parameters
        ----------
        iteration : int
            Of the run now.
        place : Place
            In its epochs now.

        Returns
        -------
        bool
        """
        if not self._kept:
            return True
        last = self._kept[-1]
        hidden_size = len(last.parameters.b1)
        learned = (place.digits - last.place.digits) * (20 + hidden_size) / 30
        learned += UPDATE * (iteration - last.iteration)
        return learned * COPYING >= FIXED_PRICE + PRICE_PER_BYTE * last.size

    def keep(self, checkpoint: Checkpoint) -> None:
        """Add a checkpoint later than the others; drop some where they are too many."""
        kept = [*self._kept, checkpoint]
        while len(kept) > 1 and (len(kept) > MOST or sum(c.size for c in kept) > MOST_BYTES):
            del kept[_most_superfluous(kept)]
        self._kept = tuple(kept)

    def nearest(self, iteration: int) -> Checkpoint:
        """Find the checkpoint nearest to an iteration; of two equally near ones, the earlier."""
        return min(self._kept, key=lambda checkpoint: abs(checkpoint.iteration - iteration))

    def until(self, iteration: int) -> "Checkpoints":
        """Return those up to an iteration, shared, as a collection that goes on by itself."""
        return Checkpoints(tuple(c for c in self._kept if c.iteration <= iteration))

    def last(self) -> "Checkpoints":
        """Return the latest, by itself."""
        return Checkpoints(self._kept[-1:])


def _arrays(thing: object) -> Iterator[np.ndarray]:
    """Yield every array in a thing made of tuples."""
    if isinstance(thing, np.ndarray):
        yield thing
    elif isinstance(thing, tuple):
        for part in thing:
            yield from _arrays(part)


def _most_superfluous(kept: list[Checkpoint]) -> int:
    """Find which one to drop: between the first and the latest, the one with the nearest neighbours."""
    iterations = [checkpoint.iteration for checkpoint in kept]
    gaps = [after - before for before, after in zip(iterations, iterations[2:], strict=False)]
    return 1 + gaps.index(min(gaps)) if gaps else 0
