"""One run and its story: what it was made from, what was changed on its way, and what it was forked from."""

import time
from collections import deque
from dataclasses import replace
from typing import NamedTuple, Self

from data import Dataset
from data.augment import distort
from nn import History, Hyperparameters, Status, Trainer, TwoLayerNN
from nn.parameters import Parameters
from ui.state.settings import Settings

UPLOADED = "upload:"  # data of the visitor's own: keys of other files do not begin so
LOOKS = 8  # remembered, to tell the pace
SHORTEST = 0.2  # seconds that it takes to tell it


def new_trainer(
    settings: Settings, dataset: Dataset, net: TwoLayerNN | None = None, keep_checkpoints: bool = True
) -> Trainer:
    """
    Make the training that settings describe.

    Parameters
    ----------
    settings : Settings
    dataset : Dataset
        The digits that they name.
    net : TwoLayerNN, optional
        Trained from where it stands, instead of a new one.
    keep_checkpoints : bool
        Whether anybody may want to go back in it.
    """
    net = net or settings.new_network()
    trainer = Trainer(net, dataset, settings.hyperparameters, keep_checkpoints=keep_checkpoints)
    trainer.distort = distort if settings.distort else None
    return trainer


class Change(NamedTuple):
    """Other settings, from an iteration on; the first one of a run is what it started with."""

    iteration: int  # updates made before
    hyperparameters: Hyperparameters
    distorted: bool  # whether the training digits are distorted


class Run:
    """
    One run of training and all that it takes to tell its story.

    Attributes
    ----------
    name : str
        Empty until it is listed among the visitor's runs.
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
    parent_history : History or None
        That run's curves.
    start : Parameters
        The weights that it, or the run it was forked from, began with.
    deleted : bool
        It is not listed again.
    """

    def __init__(
        self,
        settings: Settings,
        dataset: Dataset,
        trainer: Trainer | None = None,
        changes: list[Change] | None = None,
        source: str | None = None,
        parent: Self | None = None,
    ) -> None:
        self.name = ""
        self.deleted = False
        self.settings, self.dataset = settings, dataset
        self.trainer = trainer or new_trainer(settings, dataset)
        self.changes = changes or [Change(0, self.trainer.hyperparameters, self.distorted)]
        self.source, self.parent = source, parent
        self.start: Parameters = parent.start if parent else self.trainer.net.parameters
        self.parent_history: History | None = parent.trainer.history if parent else None
        self._looks: deque[tuple[float, int]] = deque(maxlen=LOOKS)  # when it had come how far

    @property
    def distorted(self) -> bool:
        """Whether the training digits are distorted now."""
        return self.trainer.distort is not None

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
            distort=self.distorted,
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

    def forget_past(self) -> None:
        """Free all checkpoints but the last: one cannot rewind it any more."""
        self.trainer.checkpoints = self.trainer.checkpoints.last()

    def step(self) -> None:
        """Make one update, and measure."""
        self.trainer.step()
        self.trainer.measure()

    def change(self, new: Hyperparameters, distorted: bool = False) -> None:
        """
        Go on with other settings, and note since when.

        Parameters
        ----------
        new : Hyperparameters
            With the same optimizer and seed.
        distorted : bool
            Whether the training digits are distorted from now on.
        """
        old, same_digits = self.trainer.hyperparameters, distorted == self.distorted
        iteration = self.trainer.change(new, distort if distorted else None)
        if new.schedule == "constant":  # then their number tells where it ends, not how it gets there
            old = old.replace(iterations=new.iterations)
        if new != old or not same_digits:
            earlier = [change for change in self.changes if change.iteration < iteration]
            self.changes = [*earlier, Change(iteration, new, distorted)]

    def rewound(self, iteration: int) -> "Run":
        """Return a run of its own that stands where this one stood, at the nearest checkpoint."""
        trainer = self.trainer.rewound(iteration)
        changes = [change for change in self.changes if change.iteration < trainer.iteration]
        past = Run(self.settings, self.dataset, trainer, changes, self.source, parent=self)
        # it may have been changed as its last update was under way: that counts from here on
        past.changes = [*changes, Change(trainer.iteration, trainer.hyperparameters, past.distorted)]
        return past

    def iterations_per_second(self) -> float | None:
        """Return the pace over the last few times this was asked, or None while there is none to tell."""
        if self.trainer.status is not Status.RUNNING:
            self._looks.clear()
            return None
        self._looks.append((time.monotonic(), self.trainer.iteration))
        (start, first), (now, latest) = self._looks[0], self._looks[-1]
        return (latest - first) / (now - start) if now - start > SHORTEST else None
