"""A run can go back to where it was, bit for bit, and keeps what that takes in bounded memory."""

import gc
import tracemalloc
import weakref

import numpy as np
import pytest

import nn.checkpoints
from nn import Hyperparameters, Status, Trainer, TwoLayerNN
from nn.checkpoints import MOST, MOST_BYTES, Checkpoints
from nn.digits import Digits
from nn.optimizers import OPTIMIZERS
from tests.toy import same_parameters, toy_digits, toy_net, toy_trainer

BUSY = {"batch_size": 16, "optimizer": "adam", "dropout": 0.3, "l2": 0.01}  # all there is to remember


@pytest.fixture
def eager(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep a copy at every measurement, whatever it costs."""
    monkeypatch.setattr(nn.checkpoints, "COPYING", np.inf)


def steps(trainer: Trainer, count: int) -> Trainer:
    for _ in range(count):
        trainer.step()
    return trainer


# Going back


@pytest.mark.usefixtures("eager")
def test_shows_the_network_as_it_was():
    trainer = toy_trainer(iterations=60, **BUSY)
    then = {}
    for _ in range(60):
        trainer.step()
        then[trainer.iteration] = trainer.net.copy()
    X = trainer.dataset.X_dev
    kept = trainer.checkpoints.iterations
    assert len(kept) > 4 and kept[0] == 0 and kept[-1] == 60
    for iteration in kept[1:]:
        past = trainer.checkpoints.nearest(iteration)
        assert past.iteration == iteration
        np.testing.assert_array_equal(past.net.predict_proba(X), then[iteration].predict_proba(X))
        assert past.history.points == [p for p in trainer.history.points if p.iteration <= iteration]


@pytest.mark.usefixtures("eager")
def test_nearest_finds_the_nearest_and_of_two_the_earlier():
    checkpoints = steps(toy_trainer(batch_size=10, iterations=30), 30).checkpoints
    kept = checkpoints.iterations
    for iteration in (-5, 0, 7, 13, 29, 1000):
        found = checkpoints.nearest(iteration).iteration
        assert abs(found - iteration) == min(abs(k - iteration) for k in kept)
    a, b = kept[1], kept[2]
    assert (b - a) % 2 == 0
    assert checkpoints.nearest((a + b) // 2).iteration == a


@pytest.mark.usefixtures("eager")
@pytest.mark.parametrize("optimizer", OPTIMIZERS)
@pytest.mark.parametrize("settings", [{"batch_size": None}, {"batch_size": 16, "dropout": 0.3, "l2": 0.01}])
def test_a_rewound_run_does_again_exactly_what_was_done(optimizer: str, settings: dict):
    trainer = toy_trainer(iterations=40, optimizer=optimizer, learning_rate=0.02, **settings)
    trainer.train()
    again = trainer.rewound(20)
    assert 10 < again.iteration < 30 and again.status is Status.PAUSED
    again.train()
    assert again.iteration == 40
    assert same_parameters(again.net, trainer.net)
    assert again.history.points == trainer.history.points
    assert again.history.epoch_losses == trainer.history.epoch_losses


@pytest.mark.usefixtures("eager")
@pytest.mark.parametrize(
    ("settings", "change"),
    [
        ({"batch_size": None}, {"learning_rate": 0.7}),
        ({"batch_size": 16, "optimizer": "momentum"}, {"learning_rate": 0.01}),
        (BUSY, {"learning_rate": 0.003}),
        (BUSY, {"batch_size": 7, "dropout": 0.5, "l2": 0.0}),
    ],
)
def test_a_fork_with_a_change_equals_an_uninterrupted_run_with_that_change(settings: dict, change: dict):
    parent = toy_trainer(iterations=60, **settings)
    parent.train()
    fork = parent.rewound(30)
    start = fork.iteration
    assert 0 < start < 60

    straight = steps(toy_trainer(iterations=60, **settings), start)  # never went back
    for run in (fork, straight):
        run.hyperparameters = run.hyperparameters.replace(**change)
        run.train()
    assert same_parameters(fork.net, straight.net)
    assert fork.history.points == straight.history.points
    assert not same_parameters(fork.net, parent.net)  # the change did change something


@pytest.mark.usefixtures("eager")
def test_a_fork_knows_where_it_left_and_disturbs_neither_its_parent_nor_the_checkpoint():
    parent = toy_trainer(iterations=40, **BUSY)
    parent.train()
    net, points, kept = parent.net.copy(), list(parent.history.points), parent.checkpoints.iterations
    fork = parent.rewound(20)
    start = fork.iteration
    assert parent.forked_at is None and fork.forked_at == start
    assert fork.history.points[-1].iteration == start
    assert fork.checkpoints.iterations == [k for k in kept if k <= start]
    past = parent.checkpoints.nearest(start).net.copy()
    fork.hyperparameters = fork.hyperparameters.replace(learning_rate=1.0)
    fork.train()
    assert same_parameters(parent.net, net) and parent.history.points == points
    assert parent.checkpoints.iterations == kept
    assert same_parameters(parent.checkpoints.nearest(start).net, past)
    assert fork.checkpoints.iterations[-1] == 40
    assert same_parameters(fork.rewound(start).net, past)  # from the fork, too, one can go back


def test_goes_back_to_the_very_start():
    trainer = steps(toy_trainer(), 3)
    start = trainer.rewound(0)
    assert start.status is Status.READY and same_parameters(start.net, toy_net())
    assert len(start.history) == 1


@pytest.mark.usefixtures("eager")
def test_goes_back_from_a_run_that_has_diverged_to_where_it_was_sound():
    trainer = steps(toy_trainer(batch_size=10, iterations=400), 20)
    trainer.hyperparameters = trainer.hyperparameters.replace(learning_rate=1e6)
    trainer.train()
    assert trainer.status is Status.DIVERGED
    back = trainer.rewound(10**6)
    assert back.status is Status.PAUSED and 0 < back.iteration <= 20
    back.hyperparameters = back.hyperparameters.replace(learning_rate=0.1, iterations=40)
    back.train()
    assert back.status is Status.FINISHED


# Memory


@pytest.mark.usefixtures("eager")
def test_keeps_at_most_forty_evenly_spread_with_the_first_and_the_latest():
    trainer = toy_trainer(toy_digits(train=30, dev=5), batch_size=30, iterations=1000)
    for _ in range(1000):
        trainer.step()
        kept = trainer.checkpoints.iterations
        assert len(kept) <= MOST
        assert kept[0] == 0 and kept[-1] == trainer.history.points[-1].iteration
    assert len(kept) == MOST
    gaps = np.diff(kept)
    assert gaps.min() > 0
    assert gaps.max() <= 4 * np.median(gaps)


@pytest.mark.usefixtures("eager")
def test_the_largest_network_stays_within_the_memory():
    """1,024 units in float64 with Adam: 19 MB a copy."""
    digits = Digits(np.ones((4, 784)), np.arange(4))
    net = TwoLayerNN(hidden_size=1024, dtype=np.float64)
    trainer = Trainer(net, digits, Hyperparameters(1e-3, 8, None, "adam"))
    for _ in range(8):
        trainer.step()
        assert 6_000_000 < trainer.checkpoints.size <= MOST_BYTES
    assert trainer.checkpoints.iterations == [8]
    assert same_parameters(trainer.rewound(0).net, trainer.net)


@pytest.mark.usefixtures("eager")
def test_the_stated_size_is_what_the_checkpoints_really_take(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(nn.checkpoints, "MOST_BYTES", 2_000_000)
    rng = np.random.default_rng(0)
    X, Y = rng.random((600, 784)).astype(np.float32), rng.integers(10, size=600)
    digits = Digits(X, Y, X[:5], Y[:5])
    tracemalloc.start()
    try:
        settings = Hyperparameters(1e-3, 40, 20, "adam")
        trainer = Trainer(TwoLayerNN(hidden_size=16), digits, settings)
        trainer.train()
        stated = trainer.checkpoints.size
        assert 1_500_000 < stated <= 2_000_000
        gc.collect()
        with_them = tracemalloc.get_traced_memory()[0]
        trainer.checkpoints = Checkpoints()
        gc.collect()
        freed = with_them - tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()
    assert freed == pytest.approx(stated, rel=0.1)


@pytest.mark.usefixtures("eager")
def test_the_size_counts_the_history_too_which_is_most_of_it_in_a_long_full_batch_run():
    checkpoints = steps(toy_trainer(toy_digits(train=30, dev=5), iterations=500), 500).checkpoints
    histories = [checkpoints.nearest(iteration).history for iteration in checkpoints.iterations]
    numbers = sum(len(history.points) + len(history.epoch_losses) for history in histories)
    parameters = sum(array.nbytes for array in toy_net().parameters)
    assert checkpoints.size == 8 * numbers + MOST * parameters > 2 * MOST * parameters


@pytest.mark.usefixtures("eager")
def test_a_dropped_checkpoint_is_really_gone():
    """No kept one holds on to it."""
    trainer = toy_trainer(toy_digits(train=30, dev=5), iterations=300)
    seen: dict[int, weakref.ref] = {}
    for _ in range(300):
        trainer.step()
        past = trainer.checkpoints.nearest(trainer.iteration)
        seen[past.iteration] = weakref.ref(past)
    del past
    gc.collect()
    alive = [iteration for iteration, reference in seen.items() if reference() is not None]
    assert alive == trainer.checkpoints.iterations
    assert len(alive) == MOST < len(seen)


# Cost


@pytest.mark.parametrize("hidden", [10, 128])
def test_copying_keeps_to_its_share_and_the_same_run_has_the_same_checkpoints(
    hidden: int, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(nn.checkpoints, "MOST", 10**6)  # see them all
    monkeypatch.setattr(nn.checkpoints, "MOST_BYTES", 10**12)

    def run() -> Trainer:
        net = TwoLayerNN(input_size=6, hidden_size=hidden, output_size=3)
        trainer = Trainer(net, toy_digits(train=400, dev=20), Hyperparameters(1e-3, 700, 40, "adam"))
        trainer.train()
        return trainer

    trainer = run()
    kept = trainer.checkpoints.iterations
    learned = np.diff(kept[:-1]) * (
        40 * (20 + hidden) / 30 + 50
    )  # the last is due at the end, whatever it costs
    assert len(kept) > 3
    assert learned.min() * 0.02 >= 300
    assert learned.max() * 0.02 <= 400  # and is taken as soon as it may be
    assert run().checkpoints.iterations == kept
