"""What runs in one worker process: the runs placed here, and the pool that advances them."""

import math
import os
import time
import weakref
from dataclasses import dataclass
from typing import NamedTuple, Protocol

import numpy as np
from threadpoolctl import threadpool_limits

from data import Dataset
from data.augment import distort
from nn import Hyperparameters, Status, Trainer, TwoLayerNN
from nn.checkpoints import Checkpoint
from nn.explain.bugs import BUGS
from nn.functions import SLICE
from nn.history import Measurement
from server.datasets import datasets
from server.pool import Pool

NICENESS = 10  # the page goes first: it is what thirty people wait for
CHECKPOINT_EVERY = 3.0  # seconds, of a run that learns; with the way to the page it is never older than 5


class Recipe(Protocol):
    """What a run is made from, in any process: small, picklable, and the same each time."""

    dataset: str  # a key of the datasets

    def trainer(self, dataset: Dataset) -> Trainer:
        """Make the run, at its first iteration."""
        ...


@dataclass(frozen=True)
class TrainingRecipe:
    """
    A visitor's run.

    Attributes
    ----------
    dataset : str
        The key of its digits.
    net : TwoLayerNN
        As it is before the first iteration.
    hyperparameters : Hyperparameters
    distorted : bool
        Whether the training digits are bent, differently each time they are seen.
    rewindable : bool
        Whether checkpoints are kept along the way.
    """

    dataset: str
    net: TwoLayerNN
    hyperparameters: Hyperparameters
    distorted: bool = False
    rewindable: bool = True

    def trainer(self, dataset: Dataset) -> Trainer:
        """Make the run, at its first iteration."""
        trainer = Trainer(self.net.copy(), dataset, self.hyperparameters, keep_checkpoints=self.rewindable)
        trainer.distort = distort if self.distorted else None
        return trainer


@dataclass(frozen=True)
class ExhibitRecipe:
    """A run of the bug museum: an exhibit, or the same experiment in good health."""

    dataset: str
    bug: str  # a key of nn.explain.bugs.BUGS
    healthy: bool
    seed: int

    def trainer(self, dataset: Dataset) -> Trainer:
        """Make the run, at its first iteration."""
        bug = BUGS[self.bug]
        experiment = (bug.healthy if self.healthy else bug.experiment)(dataset, self.seed)
        return Trainer(experiment.net, experiment.digits, experiment.hyperparameters, keep_checkpoints=False)


class Question(NamedTuple):
    """What somebody wants to know of a run."""

    since: int = -1  # the iteration of the last measurement that is known already
    net: bool = False  # whether its weights are wanted
    checkpoint: bool = False  # likewise


class News(NamedTuple):
    """Where a run stands."""

    number: int  # rises with each news of a run: an older one that arrives later is thrown away
    status: Status
    busy: bool  # whether it is going to move by itself
    iteration: int
    epoch: float
    seconds: float
    hyperparameters: Hyperparameters
    distorted: bool
    changes_count_from: int
    watched_digits: int
    forked_at: int | None
    checkpoint_iterations: list[int]
    size: int  # bytes of its checkpoints and weights
    error: str | None
    points: list[Measurement]  # measured since
    net: TwoLayerNN | None
    checkpoint: Checkpoint | None


class Node:
    """
    The runs of one process, by name.

    Its methods are called one at a time and return at once: the work itself is done by the pool's threads.

    Parameters
    ----------
    threads : int, 1 or more
        Runs that are advanced at the same moment.
    nice : bool
        Whether this process steps behind the page's: where it has a process of its own.
    """

    def __init__(self, threads: int = 1, nice: bool = False) -> None:
        threadpool_limits(1, user_api="blas")  # the matrices are small: two threads on one are slower
        if nice:
            _step_behind()
        self._pool = Pool(threads, after_turn=self._keep_checkpoint)
        self._runs: dict[str, Trainer] = {}
        self._checkpoints: weakref.WeakKeyDictionary[Trainer, tuple[float, Checkpoint]] = (
            weakref.WeakKeyDictionary()  # of runs that learn: when it was made, and what it is
        )
        self._numbers: dict[str, int] = {}

    def has(self, key: str) -> bool:
        """Tell whether this process can open a dataset."""
        try:
            datasets().open(key)
        except (LookupError, OSError):
            return False
        return True

    def put(self, dataset: Dataset) -> None:
        """Keep a dataset that this process cannot open by its key."""
        datasets().put(dataset)

    def submit(self, name: str, recipe: Recipe, checkpoint: Checkpoint | None, question: Question) -> News:
        """
        Make a run here, paused.

        Parameters
        ----------
        name : str
        recipe : Recipe
        checkpoint : Checkpoint or None
            Where it is to go on from; None for the beginning.
        question : Question

        Returns
        -------
        News
        """
        trainer = recipe.trainer(datasets().open(recipe.dataset))
        if checkpoint is not None:
            trainer.restore(checkpoint, distort)
            if trainer.keep_checkpoints and checkpoint.iteration not in trainer.checkpoints.iterations:
                trainer.checkpoints.keep(checkpoint)  # one can rewind to it, though not to those between
        self._runs[name] = trainer
        return self.news(name, question)

    def start(self, name: str, question: Question) -> News:
        """Let a run learn."""
        self._pool.run(self._runs[name])
        return self.news(name, question)

    def pause(self, name: str, question: Question) -> News:
        """Stop a run after the digits under way."""
        self._runs[name].pause()
        return self.news(name, question)

    def step(self, name: str, count: int, question: Question) -> News:
        """Let a run make so many updates, as soon as its turn comes."""
        self._pool.step(self._runs[name], count)
        return self.news(name, question)

    def change(
        self, name: str, hyperparameters: Hyperparameters, distorted: bool, question: Question
    ) -> tuple[int, News]:
        """Go on with other settings; return the updates made before they count, too."""
        trainer = self._runs[name]
        count = trainer.change(hyperparameters, distort if distorted else None)
        self._checkpoints[trainer] = time.monotonic(), trainer.checkpoint()  # one from before is out of date
        return count, self.news(name, question)

    def rewound(self, name: str, iteration: int, new_name: str, question: Question) -> News:
        """Make another run that stands where this one stood, at the checkpoint nearest to an iteration."""
        self._runs[new_name] = self._runs[name].rewound(iteration)
        return self.news(new_name, question)

    def read_along(self, name: str, X: np.ndarray, iterations: list[int]) -> dict[int, np.ndarray]:
        """
        Return what a run read of some digits on its way.

        Parameters
        ----------
        name : str
        X : (n, 784) float32 in [0, 1]
        iterations : list of int
            Of the checkpoints to ask; those that are not kept any more are left out.

        Returns
        -------
        dict of int to (n, 10) float32
            By the iteration of each checkpoint; not finite where the weights have diverged.
        """
        trainer, readings = self._runs[name], {}
        with np.errstate(over="ignore", invalid="ignore"):
            for iteration in iterations:
                checkpoint = trainer.checkpoints.nearest(iteration)
                if checkpoint.iteration == iteration:
                    readings[iteration] = checkpoint.net.predict_proba(X)
        return readings

    def forget_past(self, name: str, question: Question) -> News:
        """Free all checkpoints of a run but the last: one cannot rewind it any more."""
        trainer = self._runs[name]
        trainer.checkpoints = trainer.checkpoints.last()
        return self.news(name, question)

    def discard(self, names: list[str]) -> None:
        """Stop runs and forget them."""
        for name in names:
            trainer = self._runs.pop(name, None)
            self._numbers.pop(name, None)
            if trainer is not None:
                trainer.pause()

    def look(self, questions: dict[str, Question], cores: int) -> dict[str, News]:
        """
        Tell where some runs stand, all in one call.

        Parameters
        ----------
        questions : dict of str to Question
            By the runs' names; those that are not here are left out of the answer.
        cores : int, 1 or more
            How many processors each run may use for the slices of a batch.

        Returns
        -------
        dict of str to News
        """
        for trainer in self._runs.values():
            trainer.threads = min(cores, math.ceil(len(trainer.dataset.Y_train) / SLICE))
        return {name: self.news(name, asked) for name, asked in questions.items() if name in self._runs}

    def news(self, name: str, question: Question) -> News:
        """Tell where one run stands."""
        trainer = self._runs[name]
        number = self._numbers[name] = self._numbers.get(name, 0) + 1
        # first, so that what is told of a run that has ended holds its last measurement and weights
        busy, status, iteration = self._pool.is_busy(trainer), trainer.status, trainer.iteration
        points = []
        for point in reversed(trainer.history.points):
            if point.iteration <= question.since:
                break
            points.append(point)
        return News(
            number=number,
            status=status,
            busy=busy,
            iteration=iteration,
            epoch=trainer.epoch,
            seconds=trainer.seconds,
            hyperparameters=trainer.hyperparameters,
            distorted=trainer.distort is not None,
            changes_count_from=trainer.changes_count_from,
            watched_digits=trainer.watched_digits,
            forked_at=trainer.forked_at,
            checkpoint_iterations=trainer.checkpoints.iterations,
            size=trainer.checkpoints.size + sum(array.nbytes for array in trainer.net.parameters),
            error=self._pool.error(trainer),
            points=points[::-1],
            net=trainer.net.copy() if question.net else None,
            checkpoint=self._checkpoint(trainer, busy) if question.checkpoint else None,
        )

    def _checkpoint(self, trainer: Trainer, busy: bool) -> Checkpoint | None:
        """Return the latest checkpoint: of a busy run the one its thread made, so that nobody waits."""
        if not busy:
            return trainer.checkpoint()
        _, checkpoint = self._checkpoints.get(trainer, (0.0, None))
        return checkpoint

    def _keep_checkpoint(self, trainer: Trainer) -> None:
        made, _ = self._checkpoints.get(trainer, (-math.inf, None))
        if time.monotonic() - made >= CHECKPOINT_EVERY:
            self._checkpoints[trainer] = time.monotonic(), trainer.checkpoint()

    def close(self) -> None:
        """Stop everything."""
        self.discard(list(self._runs))
        self._pool.close()


def _step_behind() -> None:
    """Give what trains a lower priority than the page."""
    if hasattr(os, "nice"):
        os.nice(NICENESS)  # Linux: of this thread, and so of the pool's, which it starts
    else:  # Windows
        import psutil

        psutil.Process().nice(psutil.BELOW_NORMAL_PRIORITY_CLASS)
