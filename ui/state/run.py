"""One run and its story: what it was made from, what was changed on its way, and what it was forked from."""

from dataclasses import replace
from typing import NamedTuple, Self

from data import Dataset
from nn import History, Hyperparameters, Trainer
from nn.batches import Distortion
from nn.parameters import Parameters
from ui.state.settings import Settings

UPLOADED = "upload:"  # data of the visitor's own: keys of other files do not begin so


class Change(NamedTuple):
    """Other settings, from an iteration on; the first one of a run is what it started with."""

    iteration: int  # updates made before
    hyperparameters: Hyperparameters
    distorted: bool  # whether the training digits are bent


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
    start : Parameters
        The weights that it, or the run it was forked from, began with.
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
        self.start: Parameters = parent.start if parent else trainer.net.parameters
        self.parent_history: History | None = parent.trainer.history if parent else None

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

    def change(self, new: Hyperparameters, distort: Distortion | None = None) -> None:
        """
        Go on with other settings, and note since when.

        Parameters
        ----------
        new : Hyperparameters
            With the same optimizer and seed.
        distort : callable, optional
            As `Trainer.distort`.
        """
        trainer = self.trainer
        old = trainer.hyperparameters
        if new.schedule == "constant":  # then `iterations` says where it ends, not how it gets there
            old = old.replace(iterations=new.iterations)
        same = new == old and distort is trainer.distort
        iteration = trainer.change(new, distort)
        if same:
            return
        earlier = [change for change in self.changes if change.iteration < iteration]
        self.changes = [*earlier, Change(iteration, new, distort is not None)]

    def rewound(self, iteration: int) -> "Run":
        """Return a run of its own that stands where this one stood, at the nearest checkpoint."""
        trainer = self.trainer.rewound(iteration)
        changes = [change for change in self.changes if change.iteration < trainer.iteration]
        # it may have been changed as its last update was under way: that counts from here on
        changes.append(Change(trainer.iteration, trainer.hyperparameters, trainer.distort is not None))
        return Run(self.settings, self.dataset, trainer, changes, self.source, parent=self)
