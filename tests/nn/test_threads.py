"""Several threads work on the slices of a batch: the weights are the same to the last bit as with one."""

import threading
import time

import numpy as np
import pytest

import nn.training
from nn import Status, Trainer
from nn.threads import in_order
from tests.toy import BUSY, noise, same_parameters, toy_digits, toy_net, toy_trainer

KINDS = {
    "classic": {"iterations": 30},
    "large batches with all there is": BUSY | {"batch_size": 30},
}


@pytest.fixture(autouse=True)
def small_slices(monkeypatch: pytest.MonkeyPatch) -> None:
    """Batches are worked on four digits at a time: thirteen slices."""
    monkeypatch.setattr(nn.training, "SLICE", 4)


def run_of(kind: str, threads: int) -> Trainer:
    run = toy_trainer(toy_digits(50), toy_net(hidden=40), **KINDS[kind])
    run.threads, run.distort = threads, noise
    return run


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("threads", [2, 3])
def test_the_weights_are_the_same_whatever_the_number_of_threads(kind: str, threads: int):
    alone, together = run_of(kind, 1), run_of(kind, threads)
    alone.train(), together.train()
    assert same_parameters(alone.net, together.net) and alone.history.points == together.history.points


@pytest.mark.parametrize("kind", KINDS)
def test_the_number_may_change_and_the_run_stop_in_the_middle_of_an_update(kind: str):
    alone, changing = run_of(kind, 1), run_of(kind, 2)
    alone.train()
    changing.start()
    for turn in range(60):
        changing.threads = 1 + turn % 3
        changing.advance(0)
    while changing.changes_count_from == changing.iteration:
        changing.advance(0)
    assert 0 < changing.iteration < 30
    changing.pause()
    again = Trainer.resumed(changing.checkpoint(), changing.dataset, noise, threads=3)
    changing.train(), again.train()
    assert same_parameters(changing.net, alone.net) and same_parameters(again.net, alone.net)


def test_a_run_that_diverges_does_so_in_silence_and_at_the_same_iteration():
    runs = [toy_trainer(iterations=300, learning_rate=1e30) for _ in range(2)]
    runs[1].threads = 2
    for run in runs:
        with np.errstate(all="raise", under="ignore"):
            run.train()
    assert runs[0].status is runs[1].status is Status.DIVERGED
    assert runs[0].iteration == runs[1].iteration


def test_really_several_threads_work_and_results_come_in_order():
    """Two that wait for each other: with one thread at a time they would wait for ever."""
    meeting = threading.Barrier(2, timeout=20)

    def work(item: int) -> tuple[int, str]:
        if item < 2:
            meeting.wait()
        time.sleep(0.01 * (item % 2))
        return item, threading.current_thread().name

    done = list(in_order(work, iter(range(8)), threads=2))
    assert [item for item, _ in done] == list(range(8))
    assert all(name.startswith("slices") for _, name in done)


def test_one_thread_is_the_callers_own():
    assert list(in_order(lambda _: threading.current_thread(), range(3), 1)) == 3 * [
        threading.current_thread()
    ]


@pytest.mark.parametrize("threads", [1, 2])
def test_an_error_reaches_the_caller_and_the_run_can_go_on(threads: int):
    run, whole = run_of("classic", threads), run_of("classic", 1)
    whole.train()

    def broken(X: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        raise OSError("no memory")

    run.step()
    checkpoint = run.checkpoint()
    run.distort = broken
    with pytest.raises(OSError, match="no memory"):
        run.step()
    run.restore(checkpoint, noise)
    run.train()
    assert same_parameters(run.net, whole.net)
