"""Training as a thing one can hold: step it, pause it, watch it, change it, fork it. No callbacks."""

import copy
import threading
import time
from typing import Self

import numpy as np

from nn.batches import Batch, Distortion, Epochs
from nn.checkpoints import Checkpoint, Checkpoints
from nn.checks import checked_examples
from nn.digits import DigitsLike
from nn.dropout import units_that_stay
from nn.functions import cross_entropy
from nn.history import History, Measurement
from nn.hyperparameters import Hyperparameters
from nn.measuring import Meter
from nn.model import TwoLayerNN
from nn.optimizers import OPTIMIZERS
from nn.parameters import Parameters
from nn.slices import SLICE
from nn.status import Status

HOPELESS = 5  # times worse than at the start, or than guessing: the run has diverged


class Trainer:
    """
    One training run of one network.

    Attributes
    ----------
    net : TwoLayerNN
        The network, whole and usable at any time from any thread: an update swaps its parameters at once.
    iteration : int
        Updates made so far.
    history : History
        Loss and accuracy so far. Measured on all dev digits and on as many training digits, as often as
        costs at most a tenth of training (one digit trained is counted as three passes forward).
    checkpoints : Checkpoints
        Where the run stood along the way, for `rewound`.
    seconds : float
        Time spent on this run so far, pauses and other runs' turns not counted.
    distort : callable or None
        Changes the digits of each update before they are learned: `distort(X, rng)` returns others like them.
        May be set at any time, and counts from the next update on.
    forked_at : int or None
        The iteration at which this run left another; None for one that started by itself.

    Parameters
    ----------
    net : TwoLayerNN
        Is trained from where it stands.
    dataset : DigitsLike
        Its X_train, Y_train, X_dev and Y_dev are used; X_dev may be None.
    hyperparameters : Hyperparameters, optional
    keep_checkpoints : bool
        Whether checkpoints are kept along the way.

    Raises
    ------
    ValueError
        When the digits do not fit the network.
    """

    def __init__(
        self,
        net: TwoLayerNN,
        dataset: DigitsLike,
        hyperparameters: Hyperparameters | None = None,
        *,
        keep_checkpoints: bool = True,
    ) -> None:
        self._train = checked_examples(net, dataset.X_train, dataset.Y_train)
        dev = None if dataset.X_dev is None else checked_examples(net, dataset.X_dev, dataset.Y_dev)
        self.net = net
        self.dataset = dataset
        self._settings = hyperparameters or Hyperparameters()
        self._meter = Meter(self._train, dev, self._settings.seed)
        rng = np.random.default_rng([self._settings.seed, 1])  # not the stream of the weights
        self._optimizer = OPTIMIZERS[self._settings.optimizer]()
        self._epochs = Epochs(len(self._train[1]), rng)
        self._batch: Batch | None = None
        self._running = self._diverged = False
        self._turn = threading.RLock()  # held by whoever advances or measures this run
        self.iteration = 0
        self.seconds = 0.0
        self._distort = self._distortion = None  # what distorts now, and what did last
        self.history = History()
        self._start_loss = self.measure().train_loss
        self.forked_at: int | None = None
        self.keep_checkpoints, self.checkpoints = keep_checkpoints, Checkpoints()
        self._consider_checkpoint()

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
    def distort(self) -> Distortion | None:
        """Changes the digits of each update before they are learned: see above."""
        return self._distort

    @distort.setter
    def distort(self, new: Distortion | None) -> None:
        self._distort, self._distortion = new, new or self._distortion

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
            self.pause()  # raised again later, the iterations go on when somebody starts them

    @property
    def changes_count_from(self) -> int:
        """Updates made before settings assigned now count: `iteration`, and the one that is under way."""
        return self.iteration + bool(self._batch)

    def change(self, hyperparameters: Hyperparameters, distort: Distortion | None) -> int:
        """Go on with other settings, running or not; return the updates made before they count."""
        with self._turn:
            self.hyperparameters, self.distort = hyperparameters, distort
            return self.changes_count_from

    def start(self) -> bool:
        """Mark the run as running, if there is anything left to do; return whether it runs."""
        self._running = self.status in (Status.READY, Status.RUNNING, Status.PAUSED)
        return self._running

    def pause(self) -> None:
        """Stop after the slice of digits under way, and measure where the network stands."""
        self._running = False
        with self._turn:
            self.measure()

    def step(self) -> None:
        """Make one parameter update; nothing when the run is finished or has diverged."""
        with self._turn:
            target = self.iteration + 1
            while self.iteration < target and self.status not in (Status.FINISHED, Status.DIVERGED):
                self._work()

    def advance(self, seconds: float) -> None:
        """
        Work for about so long, while the status is running: many updates, or a part of a large one.

        Parameters
        ----------
        seconds : float
            The slice of digits under way when the time is over is finished.
        """
        with self._turn:
            deadline = time.perf_counter() + seconds
            while self.status is Status.RUNNING:
                self._work()
                if time.perf_counter() >= deadline:
                    return

    def train(self) -> History:
        """Run to the end, here and now."""
        self.start()
        while self.status is Status.RUNNING:
            self.advance(seconds=1.0)
        return self.history

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
        cls,
        checkpoint: Checkpoint,
        dataset: DigitsLike,
        distort: Distortion | None = None,
        keep_checkpoints: bool = True,
    ) -> Self:
        """Make a trainer from a checkpoint and the digits of its run; all else as in `restore`."""
        run = cls(checkpoint.net, dataset, checkpoint.hyperparameters, keep_checkpoints=False)
        run.keep_checkpoints = keep_checkpoints
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

    def measure(self) -> Measurement:
        """Compute loss and accuracy now, add them to the history and return them."""
        with self._turn:
            return self._measure(self.iteration)

    def _measure(self, iteration: int) -> Measurement:
        point = self._meter.measure(self.net, iteration)
        self.history.add(point)
        return point

    def _work(self) -> None:
        """Follow one slice of the batch forward and backward; after the last, update the network."""
        start = time.perf_counter()
        if not self._batch:
            self._batch = self._epochs.next_batch(self._settings, self.distort)
        batch, settings, rng = self._batch, self._batch.settings, self._epochs.rng
        rows = batch.rows(SLICE)
        X, Y = (array[rows] for array in self._train)
        if batch.distort:
            X = batch.distort(X, rng)
        keep = units_that_stay(rng, len(X), self.net.hidden_size, settings.dropout, self.net.W1.dtype)
        with np.errstate(over="ignore", invalid="ignore"):  # a run that diverges is told by its loss
            forward = self.net.forward(X, keep)
            gradients = self.net.backward(X, Y, forward, keep, settings.l2)
            batch.add(len(X), cross_entropy(forward.Z2, Y), gradients)
            if batch.done == batch.size:
                self._batch = None
                self._update(batch)
        self.seconds += time.perf_counter() - start

    def _update(self, batch: Batch) -> None:
        """Move the parameters by the batch's gradient, and keep the books."""
        rate = batch.settings.learning_rate_at(self.iteration)
        parameters = self._optimizer.step(self.net.parameters, batch.gradients, rate)
        if not np.isfinite(batch.loss) or not all(np.isfinite(array).all() for array in parameters):
            self._diverged = True
            return
        self.net.parameters = Parameters(*parameters)
        self._epochs.count_in(batch)
        iteration = self.iteration + 1
        finished = iteration >= self._settings.iterations
        if self._meter.is_due(batch.size, over=finished):
            loss = self._measure(iteration).train_loss  # first, so that a run that is over has its last point
            limit = HOPELESS * max(self._start_loss, np.log(self.net.output_size))
            self._diverged = not loss <= limit  # true of NaN, too
        self.iteration = iteration
        if finished:
            self._running = False
        if self.history.points[-1].iteration == iteration:
            self._consider_checkpoint()

    def _consider_checkpoint(self) -> None:
        """Keep one, if that is wanted and pays and the run is sound; the end of a run always pays."""
        due = self.status is Status.FINISHED or self.checkpoints.is_due(self.iteration, self._epochs.place())
        if self.keep_checkpoints and due and not self._diverged:
            self.checkpoints.keep(self.checkpoint())
