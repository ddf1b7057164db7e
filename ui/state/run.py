"""One run and its story: what it was made from, what was changed on its way, and what it was forked from."""

import time
from collections import deque
from dataclasses import dataclass, field, replace
from typing import NamedTuple, Self

from data import Dataset
from nn import History, Hyperparameters, Status, TwoLayerNN
from nn.parameters import Parameters
from server.engine import Job, engine
from server.node import TrainingRecipe
from ui.state.settings import Settings

UPLOADED = "upload:"  # data of the visitor's own: keys of other files do not begin so
LOOKS = 8  # that the pace is computed from
SHORTEST = 0.2  # seconds from the first of them to the last


def new_trainer(
    settings: Settings, dataset: Dataset, net: TwoLayerNN | None = None, rewindable: bool = True
) -> Job:
    """
    Have the engine set up the training that settings describe.

    Parameters
    ----------
    settings : Settings
    dataset : Dataset
        The digits that they name.
    net : TwoLayerNN, optional
        Trained from where it stands, instead of a new one.
    rewindable : bool
        Whether anybody may want to go back in it.
    """
    net = net or settings.new_network()
    recipe = TrainingRecipe(dataset.key, net, settings.hyperparameters, settings.distort, rewindable)
    return engine().submit(recipe)


class Change(NamedTuple):
    """Other settings, from an iteration on; the first one of a run is what it started with."""

    iteration: int  # updates made before
    hyperparameters: Hyperparameters
    distorted: bool  # whether the training digits are distorted


@dataclass(eq=False)
class Run:
    """One run of training and all that belongs to its story."""

    settings: Settings  # what it was made from
    dataset: Dataset  # the digits it learns
    trainer: Job | None = None  # by default a new one, of these settings
    changes: list[Change] = field(default_factory=list)  # all its settings, from iteration 0 on, in order
    source: str | None = None  # the name of the file that its first weights were loaded from
    parent: Self | None = None  # the run that it was forked from, while that is kept
    name: str = ""  # empty until it is listed among the visitor's runs
    deleted: bool = False  # it is not listed again

    def __post_init__(self) -> None:
        """Make the trainer where there is none, and note what will not be there later."""
        self.trainer = self.trainer or new_trainer(self.settings, self.dataset)
        self.changes = self.changes or [Change(0, self.trainer.hyperparameters, self.distorted)]
        # the weights that it, or the run it was forked from, began with
        self.start: Parameters = self.parent.start if self.parent else self.trainer.net.parameters
        self.parent_history: History | None = self.parent.trainer.history if self.parent else None
        self._looks: deque[tuple[float, int]] = deque(maxlen=LOOKS)  # when it had come how far

    @property
    def distorted(self) -> bool:
        """Whether the training digits are distorted now."""
        return self.trainer.distorted

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
        return self.trainer.size

    @property
    def checkpoint_iterations(self) -> list[int]:
        """The iterations that one can rewind it to, rising."""
        return self.trainer.checkpoint_iterations

    def forget_past(self) -> None:
        """Free all checkpoints but the last: one cannot rewind it any more."""
        self.trainer.forget_past()

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
        iteration = self.trainer.change(new, distorted)
        if new.schedule == "constant":  # then it only matters at the end how many they are
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
        """Return the pace over the last few times this was asked, or None while there are too few."""
        if self.trainer.status is not Status.RUNNING:
            self._looks.clear()
            return None
        self._looks.append((time.monotonic(), self.trainer.iteration))
        looks = tuple(self._looks)  # another thread may clear them meanwhile
        if not looks:
            return None
        (start, first), (now, latest) = looks[0], looks[-1]
        return (latest - first) / (now - start) if now - start > SHORTEST else None
