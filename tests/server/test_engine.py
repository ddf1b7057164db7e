"""The engine: runs here and in worker processes, which may die: nothing is lost, and nothing changes."""

import os
import signal
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import psutil
import pytest

from data import Dataset
from nn import Hyperparameters, Status, Trainer, TwoLayerNN
from server.cluster import workers
from server.datasets import datasets
from server.engine import BYTES_PER_SECOND, Engine, Job
from server.node import ExhibitRecipe, TrainingRecipe
from tests.pools import wait_until
from tests.toy import same_parameters

LONG = 100_000  # iterations
SAMPLE = datasets().get("sample").key


def recipe(iterations: int = 40, seed: int = 0, **settings: object) -> TrainingRecipe:
    hyperparameters = Hyperparameters(iterations=iterations, seed=seed, **settings)
    return TrainingRecipe(SAMPLE, TwoLayerNN(seed=seed), hyperparameters)


def alone(made: TrainingRecipe, iterations: int | None = None) -> Trainer:
    """The same run, trained here and now by itself."""
    trainer = made.trainer(datasets().open(made.dataset))
    for _ in range(iterations or made.hyperparameters.iterations):
        trainer.step()
    return trainer


def finished(*jobs: Job) -> Callable[[], bool]:
    return lambda: all(job.status is Status.FINISHED for job in jobs)


@pytest.fixture(scope="module")
def cluster() -> Iterator[Engine]:
    """An engine with real worker processes, one a processor."""
    engine = Engine()
    with workers(engine):
        yield engine


@pytest.fixture(params=["here", "there"])
def engine(request: pytest.FixtureRequest) -> Engine:
    return request.getfixturevalue("cluster") if request.param == "there" else Engine()


def worker_processes() -> list[psutil.Process]:
    """The processes in which this test's workers train."""
    children = psutil.Process().children(recursive=True)
    return [child for child in children if any("spawn_main" in word for word in child.cmdline())]


def niceness(process: psutil.Process) -> list[int]:
    """The niceness of each thread of a process."""
    stats = [stat.read_text() for stat in Path(f"/proc/{process.pid}/task").glob("*/stat")]
    return [int(stat.rpartition(")")[2].split()[16]) for stat in stats]


def test_a_run_ends_in_the_weights_it_would_have_reached_alone(engine: Engine):
    made = recipe(batch_size=64, optimizer="adam", dropout=0.2, schedule="cosine")
    job = engine.submit(made)
    assert job.status is Status.READY and job.iteration == 0 and len(job.history) == 1
    job.start()
    wait_until(finished(job))
    expected = alone(made)
    wait_until(lambda: same_parameters(job.net, expected.net))
    assert job.history.points[-1] == expected.history.points[-1]
    assert not job.wanted_running


def test_step_makes_one_update_and_measures(engine: Engine):
    made = recipe()
    job = engine.submit(made)
    job.step()
    job.step()
    assert job.iteration == 2 and job.status is Status.PAUSED
    assert same_parameters(job.net, alone(made, 2).net)
    assert job.history.points[-1].iteration == 2


def test_pause_stops_and_start_goes_on(engine: Engine):
    job = engine.submit(recipe(LONG))
    job.start()
    wait_until(lambda: job.iteration > 3)
    job.pause()
    iteration = job.iteration
    time.sleep(0.3)
    assert job.status is Status.PAUSED and job.iteration == iteration
    job.start()
    wait_until(lambda: job.iteration > iteration)
    job.pause()


def test_settings_change_on_the_way(engine: Engine):
    job = engine.submit(recipe())
    job.step()
    count = job.change(job.hyperparameters.replace(learning_rate=0.5), distorted=True)
    assert count == 1 and job.hyperparameters.learning_rate == 0.5 and job.distorted
    with pytest.raises(ValueError, match="optimizer cannot change"):
        job.change(job.hyperparameters.replace(optimizer="adam"), distorted=False)


def test_a_run_goes_back_and_another_way_from_there(engine: Engine):
    job = engine.submit(recipe(iterations=30))
    job.start()
    wait_until(finished(job))
    back = job.checkpoint_iterations[len(job.checkpoint_iterations) // 2]
    twin = job.rewound(back)
    assert twin.iteration == back == twin.forked_at and twin.status is Status.PAUSED
    assert same_parameters(twin.net, alone(recipe(iterations=30), back).net)
    twin.start()
    wait_until(finished(twin))
    assert same_parameters(twin.net, job.net)


def test_readings_along_the_way(engine: Engine):
    X = datasets().open(SAMPLE).X_dev[:3]
    job = engine.submit(recipe(iterations=5))
    job.start()
    wait_until(finished(job))
    readings = job.read_along(X, [*job.checkpoint_iterations, 4711])
    assert list(readings) == job.checkpoint_iterations
    assert np.array_equal(readings[5], job.net.predict_proba(X))
    assert np.array_equal(readings[0], TwoLayerNN(seed=0).predict_proba(X))


def test_an_exhibit_of_the_museum_is_trained_too(engine: Engine):
    sick = engine.submit(ExhibitRecipe(SAMPLE, "zeros", healthy=False, seed=0))
    sick.step()
    assert sick.history.points[-1].train_accuracy < 0.2 and sick.checkpoint_iterations == []


def test_what_nobody_holds_is_forgotten():
    engine = Engine()
    job, other = engine.submit(recipe()), engine.submit(recipe())
    node = engine.nodes[0]
    assert len(node._node._runs) == 2
    del job
    assert other.iteration == 0  # whoever asks next lets go of it
    assert len(node._node._runs) == 1


def test_runs_are_spread_over_the_workers(cluster: Engine):
    jobs = [cluster.submit(recipe(LONG, seed)) for seed in range(6)]
    for job in jobs:
        job.start()
    counts = [sum(job.node is node for job in jobs) for node in cluster.nodes]
    assert max(counts) - min(counts) <= 1
    for job in jobs:
        job.pause()


def test_weights_come_only_while_something_shows_them(cluster: Engine):
    job = cluster.submit(recipe(LONG))
    job.start()
    first = job.net
    wait_until(lambda: not same_parameters(first, job.net))
    job.net_shown = -np.inf
    time.sleep(0.3)
    taken = job.net_taken
    time.sleep(1.2)
    assert job.net_taken == taken
    began, changes = time.monotonic(), set()
    while time.monotonic() - began < 2:
        changes.add(job.net_taken)
        assert job.net is not None
        time.sleep(0.02)
    assert 2 <= len(changes) <= 6  # twice a second
    job.pause()


def test_what_may_be_sent_in_a_second_is_bounded():
    engine = Engine()
    sent = sum(engine._afford(10**6) for _ in range(1000))
    assert sent <= BYTES_PER_SECOND / 10**6 + 2


@pytest.mark.slow
def test_a_killed_worker_costs_at_most_five_seconds(cluster: Engine):
    made = [recipe(iterations=8000, seed=seed, batch_size=64, optimizer="adam") for seed in range(5)]
    jobs = [cluster.submit(one) for one in made]
    for job in jobs:
        job.start()
    wait_until(lambda: all(job.checkpoint and job.checkpoint.iteration > 20 for job in jobs), 60)
    before = {job: (job.iteration, job.node) for job in jobs}
    os.kill(worker_processes()[0].pid, signal.SIGKILL)
    wait_until(lambda: any(job.moved_at is not None for job in jobs), 30)
    moved = [job for job in jobs if job.moved_at is not None]
    assert moved and all(job.moved_at > 0 for job in moved)
    wait_until(finished(*jobs), 120)
    for job, one in zip(jobs, made, strict=True):
        assert job.node is not before[job][1] or job.moved_at is None
        expected = alone(one)
        wait_until(lambda job=job, expected=expected: same_parameters(job.net, expected.net))
    wait_until(lambda: len(cluster.nodes) == (os.cpu_count() or 1), 30)  # another worker has come


@dataclass(frozen=True)
class GreedyRecipe(TrainingRecipe):
    """A run that takes too much memory, but only the first time."""

    flag: Path = Path()

    def trainer(self, dataset: Dataset) -> Trainer:
        trainer = super().trainer(dataset)
        if not self.flag.exists():
            self.flag.touch()
            trainer.hoard = np.ones(10**9, np.uint8)
        return trainer


@pytest.mark.slow
def test_a_worker_that_takes_too_much_memory_is_replaced(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.setattr("server.cluster.MEMORY", "800MB")
    engine, modest = Engine(), recipe(iterations=60, batch_size=64, dropout=0.1)
    with workers(engine):
        before = {process.pid for process in worker_processes()}
        job = engine.submit(modest)
        greedy = engine.submit(GreedyRecipe(SAMPLE, TwoLayerNN(), Hyperparameters(), flag=tmp_path / "flag"))
        wait_until(lambda: not before <= {process.pid for process in worker_processes()}, 60)
        greedy.step()
        wait_until(lambda: greedy.iteration == 1, 60)  # in another process
        job.start()
        wait_until(finished(job), 60)
        assert same_parameters(job.net, alone(modest).net)


def test_a_run_put_away_comes_back_where_it_was(cluster: Engine):
    made = recipe(iterations=60, batch_size=32, dropout=0.1)
    job = cluster.submit(made)
    for _ in range(7):
        job.step()
    job.put_away()
    assert job.node is None and job.iteration == 7
    job.start()
    wait_until(finished(job))
    expected = alone(made)
    wait_until(lambda: same_parameters(job.net, expected.net))


def test_workers_stand_behind_the_page_and_listen_on_this_computer_only(cluster: Engine):
    processes = worker_processes()
    assert len(processes) == (os.cpu_count() or 1)
    mine = psutil.Process()
    for process in processes:
        assert max(niceness(process)) >= mine.nice() + 10
    for process in [mine, *processes]:
        for connection in process.net_connections("inet"):
            if connection.status == psutil.CONN_LISTEN:
                assert connection.laddr.ip in ("127.0.0.1", "::1")
