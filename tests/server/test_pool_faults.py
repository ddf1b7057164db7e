"""Whatever goes wrong in a run, the workers survive; and nothing is left of a pool or a run that is over."""

import gc
import logging
import threading
import time
import weakref
from collections.abc import Callable, Iterator

import pytest

from nn import Status
from server.pool import Pool
from tests.pools import ENDLESS, MANY, Broken, closed_afterwards, goes_on, over, wait_until
from tests.toy import toy_trainer


@pytest.fixture
def new_pool() -> Iterator[Callable[..., Pool]]:
    yield from closed_afterwards()


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


@pytest.mark.parametrize("end", ["finished", "paused", "failed", "stepped", "diverged"])
def test_runs_that_are_over_are_not_kept_in_memory(
    new_pool: Callable[..., Pool], monkeypatch: pytest.MonkeyPatch, end: str
):
    monkeypatch.setattr(
        "server.pool.logger.disabled", True
    )  # pytest keeps what is logged, with all its frames
    pool = new_pool(2, turn=0)
    settings = {
        "finished": {"iterations": 5},
        "failed": {"net": Broken(6, 5, 3)},
        "diverged": {"learning_rate": 1e30},
    }
    run = toy_trainer(**{"iterations": ENDLESS, **settings.get(end, {})})
    gone = weakref.ref(run)
    if end == "stepped":
        pool.step(run)
        wait_until(lambda: gone().iteration == 1)
    else:
        pool.run(run)
    if end == "paused":
        goes_on(run)
        run.pause()
    wait_until(lambda: gone().status is not Status.RUNNING)
    del run
    wait_until(lambda: gc.collect() >= 0 and gone() is None)
