"""A run as it stands: what it learns from, its status and settings, and how it is taken up again."""

import copy
import threading
from enum import StrEnum
from typing import NamedTuple, Protocol, Self

from nn.batches import Batch, Distortion, Epochs, Examples
from nn.checkpoints import Checkpoint, Checkpoints
from nn.functions import Array
from nn.history import History, Measurement
from nn.hyperparameters import Hyperparameters
from nn.measuring import Meter
from nn.model import Network
from nn.optimizers import OPTIMIZERS


class Status(StrEnum):
    """Where a run stands."""

    READY = "ready"
    RUNNING = "running"
    PAUSED = "paused"
    FINISHED = "finished"
    DIVERGED = "diverged"


class DigitsLike(Protocol):
    """Anything with training digits and, where there are any, held-out ones; `data.Dataset` is."""

    X_train: Array
    Y_train: Array
    X_dev: Array | None
    Y_dev: Array | None


class Digits(NamedTuple):
    """The simplest such thing."""

    X_train: Array
    Y_train: Array
    X_dev: Array | None = None
    Y_dev: Array | None = None


class Run:
    """What a run consists of; `Trainer`, which documents it, adds how it goes on."""

    net: Network
    iteration: int
    seconds: float
    history: History
    checkpoints: Checkpoints
    keep_checkpoints: bool
    forked_at: int | None
    _train: Examples
    _settings: Hyperparameters
    _meter: Meter
    _optimizer: object  # of one of the classes in OPTIMIZERS
    _epochs: Epochs
    _batch: Batch | None  # the one under way
    _start_loss: float
    _running: bool
    _diverged: bool
    _distort: Distortion | None = None
    _distortion: Distortion | None = None  # the last one there was
    _turn: threading.RLock  # held by whoever advances, measures or writes down this run

    @property
    def status(self) -> Status:
        """ready, running, paused, finished or diverged."""
        if self._diverged:
            return Status.DIVERGED
        if self.iteration >= self._settings.iterations:
            return Status.FINISHED
        if self._running:
            return Status.RUNNING
        return Status.PAUSED if self.iteration else Status.READY

    @property
    def epoch(self) -> float:
        """Passes over the training digits so far, of which the last may be a part."""
        return self._epochs.count

    @property
    def watched_digits(self) -> int:
        """How many training digits are measured."""
        return len(self._meter.train[0])

    @property
    def hyperparameters(self) -> Hyperparameters:
        """
        The settings; assigning others changes a run under way, all but its optimizer and seed.

        They count from the next update on, as `distort` does: one under way keeps its own. Only `iterations`,
        which tells where the run ends, counts at once.
        """
        return self._settings

    @hyperparameters.setter
    def hyperparameters(self, new: Hyperparameters) -> None:
        for name in ("optimizer", "seed"):
            old = getattr(self._settings, name)
            if getattr(new, name) != old:
                raise ValueError(
                    f"{name} cannot change from {old!r} to {getattr(new, name)!r} in the middle of a run; "
                    "start a new Trainer."
                )
        self._settings = new
        if self._running and self.status is Status.FINISHED:
            self._running = False  # raised again later, the iterations go on when somebody starts them
            self.measure()

    @property
    def changes_count_from(self) -> int:
        """Updates made before settings assigned now count: `iteration`, and the one that is under way."""
        return self.iteration + bool(self._batch)

    def change(self, hyperparameters: Hyperparameters, distort: Distortion | None) -> int:
        """Go on with other settings, running or not; return the updates made before they count."""
        with self._turn:
            self.hyperparameters, self.distort = hyperparameters, distort
            return self.changes_count_from

    @property
    def distort(self) -> Distortion | None:
        """Changes the digits of each update before they are learned: see above."""
        return self._distort

    @distort.setter
    def distort(self, new: Distortion | None) -> None:
        self._distort, self._distortion = new, new or self._distortion

    def measure(self) -> Measurement:
        """Compute loss and accuracy now, add them to the history and return them."""
        with self._turn:
            return self._measure(self.iteration)

    def _measure(self, iteration: int) -> Measurement:
        point = self._meter.measure(self.net, iteration)
        self.history.add(point)
        return point

    def checkpoint(self) -> Checkpoint:
        """Return all that it takes to go on from here; of an update under way, from before it began."""
        with self._turn:
            batch = self._batch
            return Checkpoint(
                iteration=self.iteration,
                parameters=self.net.parameters,
                activation=self.net.activation,
                hyperparameters=self._settings,
                distorted=self.distort is not None,
                under_way=(batch.settings, batch.distort is not None) if batch else None,
                place=self._epochs.place(batch),
                optimizer=copy.deepcopy(vars(self._optimizer)),
                history=copy.copy(self.history),
                start_loss=self._start_loss,
                credit=self._meter.credit,
                seconds=self.seconds,
                diverged=self._diverged,
                forked_at=self.forked_at,
            )

    def restore(self, checkpoint: Checkpoint, distort: Distortion | None = None) -> None:
        """
        Stand, paused, where a run stood, to go on from there bit for bit as that one would.

        Parameters
        ----------
        checkpoint : Checkpoint
            Of a run on the same digits, with the same optimizer and seed.
        distort : callable, optional
            Distorts the digits where the checkpoint says so; by default what `distort` was here last.

        Raises
        ------
        ValueError
            When the checkpoint is of other digits or another run, or `distort` is missing.
        """
        distort = distort or self._distortion
        mine = (*self._train[0].shape, self._settings.optimizer, self._settings.seed)
        settings, inputs = checkpoint.hyperparameters, checkpoint.parameters.W1.shape[1]
        its = (checkpoint.place.of, inputs, settings.optimizer, settings.seed)
        if mine != its:
            raise ValueError(
                "The checkpoint is of another run: digits, inputs, optimizer and seed "
                f"were {its}, and are {mine} here."
            )
        under_way, under_way_distorted = checkpoint.under_way or (None, False)
        if (checkpoint.distorted or under_way_distorted) and not distort:
            raise ValueError(
                "The digits were distorted in this run; give `distort`, the function that does it."
            )
        with self._turn:
            self._running, self._diverged = False, checkpoint.diverged
            self.net.parameters, self.net.activation = checkpoint.parameters, checkpoint.activation
            self._settings, self._distortion = settings, distort
            self.distort = distort if checkpoint.distorted else None
            self._optimizer = OPTIMIZERS[settings.optimizer]()
            vars(self._optimizer).update(copy.deepcopy(checkpoint.optimizer))
            self._epochs, self._batch = Epochs.at(checkpoint.place), None
            if under_way:
                self._batch = self._epochs.next_batch(under_way, distort if under_way_distorted else None)
            self.iteration, self.history = checkpoint.iteration, copy.copy(checkpoint.history)
            self._start_loss, self._meter.credit = checkpoint.start_loss, checkpoint.credit
            self.seconds, self.forked_at = checkpoint.seconds, checkpoint.forked_at
            self.checkpoints = self.checkpoints.until(self.iteration)
            if self.keep_checkpoints and not self.checkpoints:
                self.checkpoints.keep(checkpoint)

    @classmethod
    def resumed(
        cls, checkpoint: Checkpoint, dataset: DigitsLike, distort: Distortion | None = None, **options: object
    ) -> Self:
        """Make a run from a checkpoint and its digits: as `restore`, and `Trainer` with its other options."""
        run = cls(checkpoint.net, dataset, checkpoint.hyperparameters, **options)
        run.checkpoints = Checkpoints()
        run.restore(checkpoint, distort)
        return run

    def fork(self) -> Self:
        """Return a run of its own, paused, that would do exactly the same from here on."""
        with self._turn:
            return self._twin(self.checkpoint())

    def rewound(self, iteration: int) -> Self:
        """Return a run of its own, paused, that goes on from the checkpoint nearest to an iteration."""
        return self._twin(self.checkpoints.nearest(iteration))

    def _twin(self, checkpoint: Checkpoint) -> Self:
        twin = copy.copy(self)  # shares the digits
        twin.net, twin._meter, twin._turn = self.net.copy(), copy.copy(self._meter), threading.RLock()
        twin.restore(checkpoint)
        twin.forked_at = checkpoint.iteration
        return twin

    def _consider_checkpoint(self) -> None:
        """Keep one, if that is wanted and pays and the run is sound; the end of a run always pays."""
        due = self.status is Status.FINISHED or self.checkpoints.is_due(self.iteration, self._epochs.place())
        if self.keep_checkpoints and due and not self._diverged:
            self.checkpoints.keep(self.checkpoint())
