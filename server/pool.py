"""Worker threads that advance many runs in turn, so that thirty visitors share a few processors."""

import contextlib
import logging
import os
import threading
import weakref
from collections import deque
from collections.abc import Callable

from nn import Status, Trainer

logger = logging.getLogger(__name__)


class Pool:
    """
    Advances Trainers one after another, each for one turn.

    Parameters
    ----------
    workers : int, 1 or more, optional
        Threads; by default one for each processor.
    turn : float, seconds
        How long one Trainer is advanced before the next has its turn.
    after_turn : callable, optional
        Is given the Trainer after each turn, while nobody else works on it.
    """

    def __init__(
        self,
        workers: int | None = None,
        turn: float = 0.02,
        after_turn: Callable[[Trainer], None] | None = None,
    ) -> None:
        self._turn, self._after_turn = turn, after_turn
        self._queue: deque[Trainer] = deque()
        self._queued: set[Trainer] = set()  # in the queue, or in a worker's hands
        self._steps: weakref.WeakKeyDictionary[Trainer, int] = weakref.WeakKeyDictionary()  # asked for
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
            if trainer.start():
                self._enqueue(trainer)

    def step(self, trainer: Trainer, count: int = 1) -> None:
        """Let a Trainer make so many updates, and measure it, when its turn comes; they add up."""
        with self._changed:
            self._errors.pop(trainer, None)
            self._steps[trainer] = self._steps.get(trainer, 0) + count
            self._enqueue(trainer)

    def is_busy(self, trainer: Trainer) -> bool:
        """Tell whether a Trainer has something left to do here."""
        return trainer in self._queued

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

    def _enqueue(self, trainer: Trainer) -> None:
        if trainer not in self._queued:
            self._queued.add(trainer)
            self._queue.append(trainer)
            self._changed.notify()

    def _work(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._queue or self._closed)
                if self._closed:
                    return
                trainer = self._queue.popleft()
                steps = self._steps.pop(trainer, 0)
            self._advance(trainer, steps)
            with self._changed:
                if trainer.status is Status.RUNNING or trainer in self._steps:
                    self._queue.append(trainer)
                    self._changed.notify()
                else:
                    self._queued.discard(trainer)
            del trainer  # a worker that waits must not keep a finished run in memory

    def _advance(self, trainer: Trainer, steps: int) -> None:
        """Give one turn; whatever happens in it must not end the worker that serves everybody else."""
        try:
            for _ in range(steps):
                trainer.step()
            if steps:
                trainer.measure()
            trainer.advance(self._turn)
            if self._after_turn:
                self._after_turn(trainer)
        except Exception as error:
            logger.exception("A run stopped at iteration %s", trainer.iteration)
            self._errors[trainer] = f"{type(error).__name__}: {error}"  # first: a page may look at once
            with contextlib.suppress(Exception):  # measuring may fail for the same reason
                trainer.pause()
