"""One run and its story: what it was made from, what was changed on its way, and what it was forked from."""

from collections.abc import Callable
from dataclasses import replace
from typing import NamedTuple, Self

import numpy as np

from data import Dataset
from nn import History, Hyperparameters, Status, Trainer
from nn.slices import SLICE
from ui.settings import Settings

UPLOADED = "upload:"  # data of the visitor's own: keys of other files do not begin so

Distortion = Callable[[np.ndarray, np.random.Generator], np.ndarray]


class Change(NamedTuple):
    """Other settings, from an iteration on; the first one of a run is what it started with."""

    iteration: int  # updates made before
    hyperparameters: Hyperparameters
    distorted: bool  # whether the training digits are bent
    exact: bool = True  # False where it may have come in the middle of an update


class Run:
    """
    One run of training and all that it takes to tell its story.

    Attributes
    ----------
    name : str
        Empty until it is noted in a book.
    settings : Settings
        What it was made from.
    dataset : Dataset
        The digits it learns.
    trainer : Trainer
    changes : list of Change
        The settings it was trained with, from iteration 0 on, by their first iteration.
    source : str or None
        The name of the file that its first weights were loaded from.
    parent : Run or None
        The run that it was forked from, while that is kept.
    left : History or None
        That run's curves.
    forgotten : bool
        Whether it has been deleted: it is not noted again.
    """

    def __init__(
        self,
        settings: Settings,
        dataset: Dataset,
        trainer: Trainer,
        changes: list[Change] | None = None,
        source: str | None = None,
        parent: Self | None = None,
    ) -> None:
        self.name = ""
        self.forgotten = False
        self.settings, self.dataset, self.trainer = settings, dataset, trainer
        self.changes = changes or [Change(0, trainer.hyperparameters, trainer.distort is not None)]
        self.source, self.parent = source, parent
        self.left: History | None = parent.trainer.history if parent else None
        self._settled = trainer.seconds  # nothing has been computed since: it stands between two updates

    @property
    def looking_back(self) -> bool:
        """Whether this is another run as it was, with nothing learned since."""
        return self.parent is not None and self.trainer.iteration == self.trainer.forked_at

    @property
    def end(self) -> "Run":
        """The run whose past is on show; this one itself if it is none's past."""
        return self.parent if self.looking_back else self

    @property
    def now(self) -> Settings:
        """What it was made from, with what has been changed since."""
        trainer = self.trainer
        return replace(
            self.settings,
            hidden_size=trainer.net.hidden_size,
            distort=trainer.distort is not None,
            hyperparameters=trainer.hyperparameters,
        )

    @property
    def learned(self) -> Settings:
        """What it was made from, with what it learned with last: a setting since then has had no effect."""
        trainer = self.trainer
        counted = [change for change in self.changes if change.iteration < trainer.iteration]
        last = (counted or self.changes)[-1]
        training = last.hyperparameters.replace(iterations=trainer.hyperparameters.iterations)
        return replace(self.now, distort=last.distorted, hyperparameters=training)

    @property
    def size(self) -> int:
        """Bytes of its checkpoints and its network."""
        return self.trainer.checkpoints.size + sum(array.nbytes for array in self.trainer.net.parameters)

    def step(self) -> None:
        """Make one update, and measure."""
        self.trainer.step()
        self.trainer.measure()
        self._settled = self.trainer.seconds

    def change(self, new: Hyperparameters, distort: Distortion | None = None) -> None:
        """
        Go on with other settings, and note since when.

        Parameters
        ----------
        new : Hyperparameters
            With the same optimizer and seed. Where more than `iterations` changes, the run must not be
            running, or nobody could say since when.
        distort : callable, optional
            As `Trainer.distort`.
        """
        old, iteration = self.trainer.hyperparameters, self.trainer.iteration
        between_updates = self._is_between_updates()
        changed = {name for name, value in vars(new).items() if value != getattr(old, name)}
        if distort is not self.trainer.distort:
            changed.add("distort")
        self.trainer.hyperparameters, self.trainer.distort = new, distort
        if changed <= {"iterations"}:
            return  # these tell where it ends, not how it gets there
        exact = changed <= {"iterations", "learning_rate"} or between_updates
        exact = exact and all(change.exact for change in self.changes if change.iteration == iteration)
        earlier = [change for change in self.changes if change.iteration < iteration]
        self.changes = [*earlier, Change(iteration, new, distort is not None, exact)]

    def rewound(self, iteration: int) -> "Run":
        """Return a run of its own that stands where this one stood, at the nearest checkpoint."""
        trainer = self.trainer.rewound(iteration)
        changes = [change for change in self.changes if change.iteration < trainer.iteration]
        return Run(self.settings, self.dataset, trainer, changes, self.source, parent=self)

    def _is_between_updates(self) -> bool:
        """Tell whether it surely is; a batch of up to `SLICE` digits is never left half-done."""
        trainer, digits = self.trainer, len(self.dataset.X_train)
        batch = min(trainer.hyperparameters.batch_size or digits, digits)
        if batch <= SLICE or trainer.status is Status.FINISHED:
            self._settled = trainer.seconds
        return trainer.seconds == self._settled
