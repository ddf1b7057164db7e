"""Pools that are closed after a test, and how a test waits for what their workers do."""

import time
from collections.abc import Callable, Iterator

from nn import Status, Trainer, TwoLayerNN
from server.pool import Pool

ENDLESS = 10**9  # iterations
MANY = 200


def closed_afterwards() -> Iterator[Callable[..., Pool]]:
    """Make pools that are closed after the test."""
    pools = []

    def make(workers: int = 1, **options: object) -> Pool:
        pools.append(Pool(workers, **options))
        return pools[-1]

    yield make
    for pool in pools:
        pool.close()


def wait_until(holds: Callable[[], bool], deadline: float = 30) -> None:
    """Return as soon as something holds; fail where it does not in time."""
    end = time.monotonic() + deadline
    while not holds():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.001)


def over(*trainers: Trainer) -> Callable[[], bool]:
    """Make the question whether all these runs are finished."""
    return lambda: all(trainer.status is Status.FINISHED for trainer in trainers)


def goes_on(trainer: Trainer) -> None:
    """Wait until a run has made more iterations."""
    before = trainer.iteration
    wait_until(lambda: trainer.iteration > before)


class Broken(TwoLayerNN):
    """A network that cannot learn from more than three batches."""

    batches = 0

    def backward(self, *arguments: object, **options: object) -> object:
        self.batches += 1
        if self.batches > 3:
            raise RuntimeError("the digits are gone")
        return super().backward(*arguments, **options)
