"""Lets a run go back: copies of it along the way, evenly spread, in bounded memory."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from nn.training import Trainer

MOST = 40  # checkpoints of a run
MOST_BYTES = 24 * 2**20  # of a run: some 20 copies of 128 hidden units with Adam, 3 of 1,024
COPYING = 0.02  # copying may cost this share of training
# What takes time, in digits that a network of 10 hidden units learns from meanwhile (measured, rounded):
UPDATE = 50  # an update, besides its digits, each of which takes (20 + hidden units) / 30
FIXED_PRICE = 300  # a copy, besides its bytes
PRICE_PER_BYTE = 75 / 2**20


class Checkpoint(NamedTuple):
    """One copy of a run, and the memory that it alone takes."""

    run: "Trainer"
    size: int  # bytes


class Checkpoints:
    """
    What is kept of one run: at most 40 checkpoints and 24 MiB, the first and the latest among them.

    A checkpoint is a paused fork of the run, so everything that it takes to go on exactly is in it. Look at
    it (net, history, hyperparameters), but train only what `Trainer.rewound` returns.

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
        return [checkpoint.run.iteration for checkpoint in self._kept]

    @property
    def size(self) -> int:
        """Bytes held."""
        return sum(checkpoint.size for checkpoint in self._kept)

    def consider(self, run: "Trainer") -> None:
        """
        Keep a copy of the run, if enough has been learned since the last one and it has not diverged.

        The price is counted in digits, not in seconds, so that the same run has the same checkpoints.

        Parameters
        ----------
        run : Trainer
            Between two updates.
        """
        if run.status == "diverged" or not self._is_due(run):
            return
        twin = run.fork()
        twin.checkpoints = Checkpoints()  # or each would hold on to all before it, dropped ones too
        kept = [*self._kept, Checkpoint(twin, _size(twin))]
        while len(kept) > 1 and (len(kept) > MOST or sum(c.size for c in kept) > MOST_BYTES):
            del kept[_most_superfluous(kept)]
        self._kept = tuple(kept)

    def nearest(self, iteration: int) -> "Trainer":
        """
        Find the checkpoint nearest to an iteration; of two equally near ones, the earlier.

        Parameters
        ----------
        iteration : int

        Returns
        -------
        Trainer
            To look at, not to train.
        """
        return min(self._kept, key=lambda checkpoint: abs(checkpoint.run.iteration - iteration)).run

    def until(self, iteration: int) -> "Checkpoints":
        """Return those up to an iteration, shared, as a collection that goes on by itself."""
        return Checkpoints(tuple(c for c in self._kept if c.run.iteration <= iteration))

    def last(self) -> "Checkpoints":
        """Return the latest, by itself."""
        return Checkpoints(self._kept[-1:])

    def _is_due(self, run: "Trainer") -> bool:
        if not self._kept or run.status == "finished":
            return True
        last, size = self._kept[-1]
        digits = (run.epoch - last.epoch) * len(run.dataset.X_train)
        learned = digits * (20 + run.net.hidden_size) / 30 + UPDATE * (run.iteration - last.iteration)
        return learned * COPYING >= FIXED_PRICE + PRICE_PER_BYTE * size


def _size(run: "Trainer") -> int:
    """Count the bytes that belong to this copy alone; the digits it learns from belong to all."""
    arrays = _arrays((run.net, run._optimizer, run._epochs))
    lists = len(run.history.points) + len(run.history.epoch_losses)  # 8 bytes for each entry
    return sum(array.nbytes for array in arrays) + 8 * lists


def _arrays(thing: object) -> Iterator[np.ndarray]:
    """Yield every array in a thing made of tuples and plain objects."""
    if isinstance(thing, np.ndarray):
        yield thing
    elif isinstance(thing, tuple):
        for part in thing:
            yield from _arrays(part)
    elif hasattr(thing, "__dict__"):
        yield from _arrays(tuple(vars(thing).values()))


def _most_superfluous(kept: list[Checkpoint]) -> int:
    """Find which one to drop: between the first and the latest, the one with the nearest neighbours."""
    iterations = [checkpoint.run.iteration for checkpoint in kept]
    gaps = [after - before for before, after in zip(iterations, iterations[2:], strict=False)]
    return 1 + gaps.index(min(gaps)) if gaps else 0
