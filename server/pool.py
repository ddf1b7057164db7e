"""A few worker threads that advance everybody's run in turn, so that thirty visitors share two processors."""

import contextlib
import logging
import os
import threading
import time
import weakref
from collections import deque
from collections.abc import Callable

from nn.run import Status
from nn.training import Trainer

logger = logging.getLogger(__name__)


class Pool:
    """
    Advances the running Trainers one after another, each for one turn.

    Parameters
    ----------
    workers : int, 1 or more, optional
        Threads; by default one for each processor.
    turn : float, seconds
        How long one Trainer is advanced before the next has its turn.
    grace : float, seconds
        How long a Trainer goes on after its page is gone (a short loss of Wi-Fi should not stop it).
    clock : callable returning seconds
        Time as the grace sees it.
    """

    def __init__(
        self,
        workers: int | None = None,
        turn: float = 0.02,
        grace: float = 30.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._turn, self._grace, self._clock = turn, grace, clock
        self._queue: deque[Trainer] = deque()
        self._queued: set[Trainer] = set()  # in the queue, or in a worker's hands
        self._left: weakref.WeakKeyDictionary[Trainer, float] = weakref.WeakKeyDictionary()
        self._stopped: weakref.WeakSet[Trainer] = weakref.WeakSet()  # paused because the page was gone
        self._errors: weakref.WeakKeyDictionary[Trainer, str] = weakref.WeakKeyDictionary()
        self._changed = threading.Condition()
        self._closed = False
        self._threads = [
            threading.Thread(target=self._work, name=f"training-{k}", daemon=True)
            for k in range(workers or os.cpu_count() or 1)
        ]
        for thread in self._threads:
            thread.start()

    def run(self, trainer: Trainer) -> None:
        """Start a Trainer, or let it go on; it is advanced until it is paused, finished or has diverged."""
        with self._changed:
            self._errors.pop(trainer, None)
            self._left.pop(trainer, None)
            self._stopped.discard(trainer)
            if trainer.start() and trainer not in self._queued:
                self._queued.add(trainer)
                self._queue.append(trainer)
                self._changed.notify()

    def leave(self, trainer: Trainer) -> None:
        """Say that the Trainer's page is gone: after the grace it is paused."""
        with self._changed:
            self._left[trainer] = self._clock()

    def come_back(self, trainer: Trainer) -> None:
        """Say that the page is there again: a Trainer that was paused for its absence goes on."""
        with self._changed:
            self._left.pop(trainer, None)
            stopped = trainer in self._stopped
        if stopped:
            self.run(trainer)

    def error(self, trainer: Trainer) -> str | None:
        """Return what went wrong inside a Trainer that the pool had to pause, if anything did."""
        return self._errors.get(trainer)

    def close(self) -> None:
        """Let the workers end their turns and stop."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        for thread in self._threads:
            thread.join()

    def _work(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._queue or self._closed)
                if self._closed:
                    return
                trainer = self._queue.popleft()
            self._advance(trainer)
            with self._changed:
                if trainer.status is Status.RUNNING:
                    self._queue.append(trainer)
                    self._changed.notify()
                else:
                    self._queued.discard(trainer)
            del trainer  # a worker that waits must not keep a finished run in memory

    def _advance(self, trainer: Trainer) -> None:
        """Give one turn; whatever happens in it must not end the worker that serves everybody else."""
        try:
            if not self._stop_if_abandoned(trainer):
                trainer.advance(self._turn)
        except Exception as error:
            logger.exception("A run stopped at iteration %s", trainer.iteration)
            self._errors[trainer] = f"{type(error).__name__}: {error}"  # first: a page may look at once
            with contextlib.suppress(Exception):  # measuring may fail for the same reason
                trainer.pause()

    def _stop_if_abandoned(self, trainer: Trainer) -> bool:
        """Pause a run whose page has been gone too long, and note it, before the page can come back."""
        with self._changed:
            left = self._left.get(trainer)
            abandoned = left is not None and self._clock() - left >= self._grace
            if abandoned:
                self._stopped.add(trainer)
                trainer.pause()
        return abandoned
