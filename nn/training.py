"""Training as a thing one can hold: step it, pause it, watch it, change it, fork it. No callbacks."""

import threading
import time
from collections.abc import Callable, Iterator

import numpy as np

from nn.batches import Batch, Epochs
from nn.checkpoints import Checkpoints
from nn.checks import checked_examples
from nn.functions import SLICE, Array, dropout_mask
from nn.history import History
from nn.hyperparameters import Hyperparameters
from nn.measuring import Meter
from nn.model import Network
from nn.optimizers import OPTIMIZERS
from nn.parameters import Gradients, Parameters
from nn.run import DigitsLike, Run, Status
from nn.threads import in_order

HOPELESS = 5  # times worse than at the start, or than guessing: the run has diverged


class Trainer(Run):
    """
    One training run of one network.

    Attributes
    ----------
    net : Network
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
    net : Network
        Is trained from where it stands.
    dataset : DigitsLike
        Its X_train, Y_train, X_dev and Y_dev are used; X_dev may be None.
    hyperparameters : Hyperparameters, optional
    keep_checkpoints : bool
        Whether checkpoints are kept along the way.
    threads : int, 1 or more
        Work on the slices of a batch; may be set at any time, and changes nothing but the time it takes.

    Raises
    ------
    ValueError
        When the digits do not fit the network.
    """

    def __init__(
        self,
        net: Network,
        dataset: DigitsLike,
        hyperparameters: Hyperparameters | None = None,
        *,
        keep_checkpoints: bool = True,
        threads: int = 1,
    ) -> None:
        self._train = checked_examples(net, dataset.X_train, dataset.Y_train)
        dev = None if dataset.X_dev is None else checked_examples(net, dataset.X_dev, dataset.Y_dev)
        self.net, self.dataset, self.threads = net, dataset, threads
        self._settings = settings = hyperparameters or Hyperparameters()
        self._meter = Meter(self._train, dev, settings.seed)
        rng = np.random.default_rng([settings.seed, 1])  # not the stream of the weights
        self._optimizer = OPTIMIZERS[settings.optimizer]()
        self._epochs, self._batch = Epochs(len(self._train[1]), rng), None
        self._running = self._diverged = False
        self._turn = threading.RLock()
        self.iteration, self.seconds, self.forked_at = 0, 0.0, None
        self.history = History()
        self._start_loss = self.measure().train_loss
        self.keep_checkpoints, self.checkpoints = keep_checkpoints, Checkpoints()
        self._consider_checkpoint()

    def start(self) -> bool:
        """Mark the run as running, if there is anything left to do; return whether it runs."""
        self._running = self.status in (Status.READY, Status.RUNNING, Status.PAUSED)
        return self._running

    def pause(self) -> None:
        """Stop after the slices of digits under way, and measure where the network stands."""
        self._running = False
        with self._turn:
            self.measure()

    def step(self) -> None:
        """Make one parameter update; nothing when the run is finished or has diverged."""
        with self._turn:
            if self.status not in (Status.FINISHED, Status.DIVERGED):
                self._work(lambda: False)

    def advance(self, seconds: float) -> None:
        """
        Work for about so long, while the status is running: many updates, or a part of a large one.

        Parameters
        ----------
        seconds : float
            The slices of digits under way when the time is over are finished.
        """
        with self._turn:
            deadline = time.perf_counter() + seconds
            while self.status is Status.RUNNING:
                self._work(lambda: self.status is not Status.RUNNING or time.perf_counter() >= deadline)
                if time.perf_counter() >= deadline:
                    return

    def train(self) -> History:
        """Run to the end, here and now."""
        self.start()
        while self.status is Status.RUNNING:
            self.advance(seconds=1.0)
        return self.history

    def _work(self, is_over: Callable[[], bool]) -> None:
        """Follow the batch forward and backward, slice by slice; where it ends, update."""
        start = time.perf_counter()
        self._batch = batch = self._batch or self._epochs.next_batch(self._settings, self.distort)
        threads = self.threads if batch.size - batch.done > SLICE else 1
        for part in in_order(self._gradients, self._slices(batch, is_over), threads):
            batch.add(*part)
        if batch.done == batch.size:
            self._batch = None
            self._update(batch)
        self.seconds += time.perf_counter() - start

    def _slices(
        self, batch: Batch, is_over: Callable[[], bool]
    ) -> Iterator[tuple[Array, Array, Array | None, float]]:
        """Yield digits, labels, dropout mask and l2; whatever is random is drawn here, slice after slice."""
        settings, rng, dtype = batch.settings, self._epochs.rng, self.net.W1.dtype
        for rows in batch.slices(SLICE):
            X, Y = (array[rows] for array in self._train)
            if batch.distort:
                X = batch.distort(X, rng)
            keep = dropout_mask(rng, len(X), self.net.hidden_size, settings.dropout, dtype)
            yield X, Y, keep, settings.l2
            if is_over():
                return

    def _gradients(self, part: tuple[Array, Array, Array | None, float]) -> tuple[int, float, Gradients]:
        with np.errstate(over="ignore", invalid="ignore"):  # a run that diverges is known by its loss
            return len(part[0]), *self.net.loss_and_gradients(*part)

    def _update(self, batch: Batch) -> None:
        """Move the parameters by the batch's gradient, and keep the books."""
        rate = batch.settings.learning_rate_at(self.iteration)
        with np.errstate(over="ignore", invalid="ignore"):
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
