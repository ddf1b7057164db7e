"""The pool: everybody gets a turn, nobody is forgotten or kept too long, and nothing stops the workers."""

import gc
import logging
import threading
import time
import weakref
from collections.abc import Callable, Iterator

import numpy as np
import pytest

from nn import Status, Trainer, TwoLayerNN
from nn.pool import Pool
from tests.toy import same_parameters, toy_digits, toy_net, toy_trainer

ENDLESS = 10**9  # iterations
MANY = 200


@pytest.fixture
def new_pool() -> Iterator[Callable[..., Pool]]:
    """Make pools that are closed after the test."""
    pools = []

    def make(workers: int = 1, **options: object) -> Pool:
        pools.append(Pool(workers, **options))
        return pools[-1]

    yield make
    for pool in pools:
        pool.close()


@pytest.fixture
def turns(monkeypatch: pytest.MonkeyPatch) -> list[Trainer]:
    """The Trainers in the order of their turns."""
    order: list[Trainer] = []
    advance = Trainer.advance

    def noted(self: Trainer, seconds: float) -> None:
        order.append(self)
        advance(self, seconds)

    monkeypatch.setattr(Trainer, "advance", noted)
    return order


def wait_until(holds: Callable[[], bool], deadline: float = 30) -> None:
    """Return as soon as something holds; fail where it does not in time."""
    end = time.monotonic() + deadline
    while not holds():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.001)


def over(*trainers: Trainer) -> Callable[[], bool]:
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


@pytest.mark.parametrize("workers", [1, 2, 5])
def test_runs_end_exactly_as_they_would_alone(new_pool: Callable[..., Pool], workers: int):
    settings = {"batch_size": 16, "optimizer": "adam", "dropout": 0.2, "iterations": MANY}
    runs = [toy_trainer(seed=seed, **settings) for seed in range(6)]
    alone = [toy_trainer(seed=seed, **settings) for seed in range(6)]
    pool = new_pool(workers, turn=0)
    for run in runs:
        pool.run(run)
    wait_until(over(*runs))
    for run, other in zip(runs, alone, strict=True):
        other.train()
        assert run.iteration == MANY and same_parameters(run.net, other.net)
        assert run.history.points == other.history.points


def test_every_run_has_one_turn_in_each_round(new_pool: Callable[..., Pool], turns: list[Trainer]):
    # with a turn of no time each gets one slice of digits, the one with the huge batch as well
    huge = toy_trainer(toy_digits(train=20_000), toy_net(hidden=64), iterations=ENDLESS)
    runs = [huge, *(toy_trainer(iterations=ENDLESS) for _ in range(5))]
    pool = new_pool(turn=0)
    for run in runs:
        pool.run(run)
    wait_until(lambda: len(turns) > 200)
    for run in runs:
        run.pause()
    order = turns[6:200]  # once all of them have come
    for start in range(len(order) - 6):
        assert len({id(run) for run in order[start : start + 6]}) == 6


def test_nobody_starves_beside_huge_batches(new_pool: Callable[..., Pool]):
    huge = [toy_trainer(toy_digits(train=20_000), toy_net(hidden=64), iterations=ENDLESS) for _ in range(3)]
    small = [toy_trainer(iterations=MANY) for _ in range(12)]
    pool = new_pool(2, turn=0.001)
    for run in huge + small:
        pool.run(run)
    wait_until(over(*small))
    for run in huge:
        goes_on(run)
        run.pause()


def test_a_run_is_queued_once_however_often_it_is_started(
    new_pool: Callable[..., Pool], turns: list[Trainer]
):
    eager, other = toy_trainer(iterations=ENDLESS), toy_trainer(iterations=ENDLESS)
    pool = new_pool(turn=0)
    pool.run(other)
    for _ in range(5):
        pool.run(eager)
    wait_until(lambda: eager in turns)
    first = len(turns)
    wait_until(lambda: len(turns) > first + 50)
    eager.pause(), other.pause()
    order = turns[first : first + 50]
    assert all(one is not next_one for one, next_one in zip(order, order[1:], strict=False))


def test_a_paused_run_stands_still_and_goes_on(new_pool: Callable[..., Pool]):
    pool, run, other = new_pool(turn=0), toy_trainer(iterations=ENDLESS), toy_trainer(iterations=ENDLESS)
    pool.run(run), pool.run(other)
    goes_on(run)
    run.pause()
    stands_at = run.iteration
    for _ in range(5):
        goes_on(other)
    assert run.status is Status.PAUSED and run.iteration == stands_at
    assert run.history.iteration[-1] == stands_at
    pool.run(run)
    goes_on(run)
    run.pause(), other.pause()


def test_a_finished_run_is_left_alone_until_its_iterations_are_raised(new_pool: Callable[..., Pool]):
    pool, run = new_pool(), toy_trainer(iterations=10)
    pool.run(run)
    wait_until(over(run))
    pool.run(run)
    assert run.status is Status.FINISHED and run.iteration == 10
    run.hyperparameters = run.hyperparameters.replace(iterations=25)
    pool.run(run)
    wait_until(over(run))
    assert run.iteration == 25


def test_iterations_lowered_and_raised_in_the_middle_of_a_run(new_pool: Callable[..., Pool]):
    pool, run = new_pool(turn=0), toy_trainer(iterations=ENDLESS)
    pool.run(run)
    goes_on(run)
    run.hyperparameters = run.hyperparameters.replace(iterations=1)
    assert run.status is Status.FINISHED
    run.hyperparameters = run.hyperparameters.replace(iterations=ENDLESS)
    assert run.status is Status.PAUSED  # and not running with nobody to advance it
    pool.run(run)
    goes_on(run)
    run.pause()


def test_the_page_may_do_anything_while_workers_train(new_pool: Callable[..., Pool]):
    pool = new_pool(3, turn=0)
    run = toy_trainer(batch_size=7, optimizer="momentum", iterations=ENDLESS)
    digits = toy_digits()
    for _ in range(40):
        pool.run(run)
        run.step()
        run.measure()
        assert np.isfinite(run.net.predict_proba(digits.X_dev)).all()
        assert run.fork().iteration <= run.iteration + 1
        run.hyperparameters = run.hyperparameters.replace(l2=0.001)
        run.pause()
    assert run.status is Status.PAUSED and run.iteration >= 40
    assert run.history.iteration == sorted(set(run.history.iteration))
    assert run.history.iteration[-1] == run.iteration


# Pages that go and come back


class Clock:
    """Time as the test wants it."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


def test_an_abandoned_run_pauses_after_the_grace_and_goes_on(new_pool: Callable[..., Pool]):
    clock = Clock()
    pool, run = new_pool(turn=0, grace=30, clock=clock), toy_trainer(iterations=ENDLESS)
    pool.run(run)
    pool.leave(run)
    clock.now += 29
    goes_on(run)
    assert run.status is Status.RUNNING
    clock.now += 1
    wait_until(lambda: run.status is Status.PAUSED)
    wait_until(lambda: run.history.iteration[-1] == run.iteration)
    stands_at = run.iteration
    pool.come_back(run)
    assert run.status is Status.RUNNING
    goes_on(run)
    clock.now += 1000  # the absence is forgotten
    goes_on(run)
    run.pause()
    assert run.iteration > stands_at


def test_a_page_back_within_the_grace_has_lost_nothing(new_pool: Callable[..., Pool]):
    clock = Clock()
    pool, run = new_pool(turn=0, grace=30, clock=clock), toy_trainer(iterations=ENDLESS)
    pool.run(run)
    pool.leave(run)
    clock.now += 20
    pool.come_back(run)
    clock.now += 20
    for _ in range(3):
        goes_on(run)
    assert run.status is Status.RUNNING
    run.pause()


def test_a_run_that_was_paused_by_hand_stays_so(new_pool: Callable[..., Pool]):
    clock = Clock()
    pool, run, other = new_pool(turn=0, clock=clock), toy_trainer(), toy_trainer(iterations=ENDLESS)
    run.step()
    pool.run(other)
    pool.leave(run)
    clock.now += 1000
    goes_on(other)
    pool.come_back(run)
    goes_on(other)
    assert run.status is Status.PAUSED and run.iteration == 1
    other.pause()


def test_only_the_abandoned_run_pauses(new_pool: Callable[..., Pool]):
    clock = Clock()
    pool, gone, here = (
        new_pool(2, turn=0, clock=clock),
        toy_trainer(iterations=ENDLESS),
        toy_trainer(iterations=ENDLESS),
    )
    pool.run(gone), pool.run(here)
    pool.leave(gone)
    clock.now += 1000
    wait_until(lambda: gone.status is not Status.RUNNING)
    goes_on(here)
    here.pause()


def test_a_page_that_comes_back_as_its_run_is_being_paused_finds_it_running(
    new_pool: Callable[..., Pool], monkeypatch: pytest.MonkeyPatch
):
    clock, pausing = Clock(), threading.Event()
    pool, run = new_pool(turn=0, clock=clock), toy_trainer(iterations=ENDLESS)
    pause = Trainer.pause

    def slow_pause(self: Trainer) -> None:
        pausing.set()
        time.sleep(0.02)  # long enough for the page to come back meanwhile
        pause(self)

    monkeypatch.setattr(Trainer, "pause", slow_pause)
    pool.run(run)
    pool.leave(run)
    clock.now += 1000
    assert pausing.wait(30)
    pool.come_back(run)
    goes_on(run)
    assert run.status is Status.RUNNING
    run.pause()


# Faults


def test_a_worker_survives_an_exception_and_reports_it(
    new_pool: Callable[..., Pool], caplog: pytest.LogCaptureFixture
):
    pool = new_pool(1)
    broken = toy_trainer(net=Broken(6, 5, 3), iterations=ENDLESS)
    with caplog.at_level(logging.ERROR):
        pool.run(broken)
        wait_until(lambda: pool.error(broken) is not None)
    assert pool.error(broken) == "RuntimeError: the digits are gone"
    assert broken.status is Status.PAUSED and broken.iteration == 3
    assert "A run stopped at iteration 3" in caplog.text and "the digits are gone" in caplog.text
    healthy = toy_trainer(iterations=MANY)
    pool.run(healthy)
    wait_until(over(healthy))
    assert pool.error(healthy) is None


def test_a_run_that_failed_can_be_started_again(new_pool: Callable[..., Pool]):
    pool, net = new_pool(1), Broken(6, 5, 3)
    run = toy_trainer(net=net, iterations=10)
    pool.run(run)
    wait_until(lambda: pool.error(run) is not None)
    net.batches = -ENDLESS  # mended
    pool.run(run)
    wait_until(over(run))
    assert pool.error(run) is None and run.iteration == 10


def test_a_run_that_cannot_even_be_measured_stops_too(
    new_pool: Callable[..., Pool], monkeypatch: pytest.MonkeyPatch
):
    run, healthy = toy_trainer(net=Broken(6, 5, 3), iterations=ENDLESS), toy_trainer(iterations=5)
    monkeypatch.setattr(run, "measure", lambda: 1 / 0)
    pool = new_pool(1)
    pool.run(run), pool.run(healthy)
    wait_until(over(healthy))
    wait_until(lambda: pool.error(run) is not None)
    assert run.status is not Status.RUNNING


def test_a_diverged_run_is_no_error(new_pool: Callable[..., Pool]):
    pool, run = new_pool(1), toy_trainer(learning_rate=1e30, iterations=ENDLESS)
    pool.run(run)
    wait_until(lambda: run.status is Status.DIVERGED)
    assert pool.error(run) is None


# Ends


def test_close_ends_the_workers_and_runs_stand_still():
    before = threading.active_count()
    pool, runs = Pool(3), [toy_trainer(iterations=ENDLESS) for _ in range(5)]
    assert threading.active_count() == before + 3
    for run in runs:
        pool.run(run)
    goes_on(runs[0])
    pool.close()
    assert threading.active_count() == before
    stand_at = [run.iteration for run in runs]
    time.sleep(0.01)
    assert [run.iteration for run in runs] == stand_at
    pool.close()  # twice does no harm


def test_a_pool_has_a_worker_for_each_processor_and_none_keeps_the_program_alive():
    before = set(threading.enumerate())
    pool = Pool()
    workers = set(threading.enumerate()) - before
    assert len(workers) >= 1 and all(worker.daemon for worker in workers)
    pool.close()


@pytest.mark.parametrize("end", ["finished", "paused", "failed", "abandoned", "diverged"])
def test_runs_that_are_over_are_not_kept_in_memory(
    new_pool: Callable[..., Pool], monkeypatch: pytest.MonkeyPatch, end: str
):
    monkeypatch.setattr("nn.pool.logger.disabled", True)  # pytest keeps what is logged, with all its frames
    clock = Clock()
    pool = new_pool(2, turn=0, clock=clock)
    settings = {
        "finished": {"iterations": 5},
        "failed": {"net": Broken(6, 5, 3)},
        "diverged": {"learning_rate": 1e30},
    }
    run = toy_trainer(**{"iterations": ENDLESS, **settings.get(end, {})})
    pool.run(run)
    if end == "paused":
        goes_on(run)
        run.pause()
    if end == "abandoned":
        pool.leave(run)
        clock.now += 1000
    gone = weakref.ref(run)
    wait_until(lambda: gone().status is not Status.RUNNING)
    del run
    wait_until(lambda: gc.collect() >= 0 and gone() is None)
