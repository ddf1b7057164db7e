"""Worker processes elsewhere: a Dask scheduler with a worker, and what is said when there is none."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextvars import copy_context
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from nn import Hyperparameters, Status, TwoLayerNN
from server.cluster import SCHEDULER, SchedulerUnreachableError, workers
from server.datasets import datasets
from server.engine import Engine
from server.node import TrainingRecipe
from tests.pools import wait_until

pytestmark = pytest.mark.slow  # they start processes and wait for them

ROOT = Path(__file__).parents[2]


@pytest.fixture
def scheduler(tmp_path: Path) -> Iterator[str]:
    """A scheduler and a worker, started as the README says, with a cache of its own: another computer's."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"tcp://127.0.0.1:{free.getsockname()[1]}"
    dask = Path(sys.executable).with_name("dask")
    environment = os.environ | {"PYTHONPATH": str(ROOT), "DIGITS_CACHE": str(tmp_path / "elsewhere")}
    options = {
        "cwd": tmp_path,
        "env": environment,
        "stdout": subprocess.DEVNULL,
        "stderr": subprocess.DEVNULL,
    }
    started = [
        subprocess.Popen(
            [dask, "scheduler", "--port", address.rpartition(":")[2], "--no-dashboard"], **options
        ),
        subprocess.Popen([dask, "worker", address, "--nworkers", "1", "--nthreads", "1"], **options),
    ]
    yield address
    for process in reversed(started):
        process.terminate()
        process.wait(30)


def test_runs_are_trained_by_a_scheduler_elsewhere(
    scheduler: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    monkeypatch.setenv(SCHEDULER, scheduler)
    rows = [[k % 10, *((np.arange(784) * (k + 3)) % 256)] for k in range(60)]
    file = tmp_path / "own.csv"
    file.write_text("\n".join(",".join(map(str, row)) for row in rows))
    engine = Engine()
    with workers(engine), file.open("rb") as upload:
        wait_until(lambda: engine.nodes, 60)
        assert len(engine.nodes) == 1
        own = datasets().read(upload)  # a file that the other computer does not have
        recipe = TrainingRecipe(own.key, TwoLayerNN(hidden_size=4), Hyperparameters(iterations=15))
        job = engine.submit(recipe)
        job.start()
        wait_until(lambda: job.status is Status.FINISHED)
        here = recipe.trainer(own)
        here.train()
        assert all(map(np.array_equal, job.net.parameters, here.net.parameters))


def test_a_scheduler_that_is_not_there_is_named(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv(SCHEDULER, "tcp://127.0.0.1:9")
    monkeypatch.setattr("server.cluster.CALL_PATIENCE", 1.0)
    with pytest.raises(SchedulerUnreachableError, match=r"127.0.0.1:9.*dask scheduler"), workers(Engine()):
        pass


def test_the_app_does_not_start_half_without_it():
    environment = os.environ | {SCHEDULER: "tcp://127.0.0.1:9"}
    command = [sys.executable, "-m", "streamlit", "run", "streamlit_app.py", "--server.headless", "true"]
    start = time.monotonic()
    ended = subprocess.run(
        [*command, "--server.port", "0"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=90,
    )
    assert ended.returncode != 0 and time.monotonic() - start < 60
    said = ended.stdout + ended.stderr
    assert said.count("DIGITS_SCHEDULER is tcp://127.0.0.1:9, but no Dask scheduler answers there") == 1
    assert "Traceback" not in said


def test_it_can_be_left_in_another_thread_than_it_was_entered_in(
    scheduler: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv(SCHEDULER, scheduler)
    engine = Engine()
    training = workers(engine)
    copy_context().run(training.__enter__)  # as asyncio.to_thread does
    assert engine.has_workers
    copy_context().run(training.__exit__, None, None, None)
    assert not engine.has_workers


def test_a_worker_does_not_run_the_page_that_streamlit_puts_in_mains_place(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    page = ModuleType("__main__")
    page.__file__ = str(tmp_path / "page.py")
    Path(page.__file__).write_text("raise RuntimeError('the page was drawn in a worker')")
    engine = Engine()
    with monkeypatch.context() as patch:
        patch.setitem(sys.modules, "__main__", page)
        with workers(engine):
            assert len(engine.nodes) == os.cpu_count()
            assert all(node.send("has", "nothing")() is False for node in engine.nodes)
