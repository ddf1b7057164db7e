"""The pool: everybody gets a turn, nobody is forgotten or kept too long, and runs end as they would alone."""

from collections.abc import Callable, Iterator

import numpy as np
import pytest

from nn import Status, Trainer
from server.pool import Pool
from tests.pools import ENDLESS, MANY, closed_afterwards, goes_on, over, wait_until
from tests.toy import same_parameters, toy_digits, toy_net, toy_trainer


@pytest.fixture
def new_pool() -> Iterator[Callable[..., Pool]]:
    yield from closed_afterwards()


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


def test_presses_of_step_add_up_and_are_measured(new_pool: Callable[..., Pool]):
    pool, run, alone = new_pool(), toy_trainer(batch_size=16), toy_trainer(batch_size=16)
    assert not pool.is_busy(run)
    with run._turn:  # whatever the worker is about to do has to wait, as behind a large batch
        for _ in range(7):
            pool.step(run)
        assert pool.is_busy(run)
    wait_until(lambda: not pool.is_busy(run))
    for _ in range(7):
        alone.step()
    assert run.iteration == 7 and run.status is Status.PAUSED
    assert same_parameters(run.net, alone.net)
    assert run.history.points[-1] == alone.measure() and run.history.points[-1].iteration == 7
    pool.step(run)
    wait_until(lambda: run.history.iteration[-1] == 8)


def test_a_step_has_its_turn_while_other_runs_go_on(new_pool: Callable[..., Pool], turns: list[Trainer]):
    pool, run, others = new_pool(turn=0), toy_trainer(), [toy_trainer(iterations=ENDLESS) for _ in range(3)]
    for other in others:
        pool.run(other)
        goes_on(other)
    with pool._changed:  # nobody is given a turn meanwhile
        before = len(turns)
        pool.step(run)
    wait_until(lambda: run.iteration == 1)
    assert len(turns[before : turns.index(run)]) <= 5  # each of the others once, and the one under way
    for other in others:
        goes_on(other)
        assert other.status is Status.RUNNING
        other.pause()
    assert run.iteration == 1 and run.history.iteration[-1] == 1


def test_steps_in_the_middle_of_a_run_are_iterations_like_others(new_pool: Callable[..., Pool]):
    pool, run, alone = new_pool(turn=0), toy_trainer(iterations=MANY), toy_trainer(iterations=MANY)
    pool.run(run)
    for _ in range(20):
        pool.step(run)
    wait_until(lambda: not pool.is_busy(run))
    alone.train()
    assert run.status is Status.FINISHED and run.iteration == MANY and same_parameters(run.net, alone.net)
    pool.step(run)  # nothing is left to do
    wait_until(lambda: not pool.is_busy(run))
    assert run.iteration == MANY


def test_after_each_turn_somebody_may_look_at_the_run(new_pool: Callable[..., Pool]):
    seen: dict[Trainer, list[int]] = {}

    def note(run: Trainer) -> None:
        assert pool.is_busy(run)  # nobody else works on it
        seen.setdefault(run, []).append(run.iteration)

    runs = [toy_trainer(iterations=MANY), toy_trainer(iterations=MANY)]
    pool = new_pool(2, turn=0, after_turn=note)
    for run in runs:
        pool.run(run)
    wait_until(lambda: not any(pool.is_busy(run) for run in runs))
    for run in runs:
        assert seen[run] == list(range(1, MANY + 1))  # with a turn of no time each turn is one update
    stepped = toy_trainer()
    pool.step(stepped), pool.step(stepped)
    wait_until(lambda: not pool.is_busy(stepped))
    assert seen[stepped][-1] == 2 and pool.error(stepped) is None


def test_what_fails_after_a_turn_stops_this_run_only(new_pool: Callable[..., Pool]):
    bad, good = toy_trainer(iterations=ENDLESS), toy_trainer(iterations=MANY)
    pool = new_pool(turn=0, after_turn=lambda run: 1 / (run is not bad))
    pool.run(bad), pool.run(good)
    wait_until(over(good))
    wait_until(lambda: not pool.is_busy(bad))
    assert pool.error(bad) == "ZeroDivisionError: division by zero" and bad.status is Status.PAUSED
    assert pool.error(good) is None
