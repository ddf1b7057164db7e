"""Pages that go and come back: an abandoned run is paused after a grace, and goes on when its page does."""

import threading
import time
from collections.abc import Callable, Iterator

import pytest

from nn import Status, Trainer
from server.pool import Pool
from tests.pools import ENDLESS, Clock, closed_afterwards, goes_on, wait_until
from tests.toy import toy_trainer


@pytest.fixture
def new_pool() -> Iterator[Callable[..., Pool]]:
    yield from closed_afterwards()


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
