"""What checkpoints cost: bounded memory, stated as it is, and a bounded share of the time."""

import gc
import tracemalloc
import weakref

import numpy as np
import pytest

import nn.checkpoints
from nn import Hyperparameters, Trainer, TwoLayerNN
from nn.checkpoints import MOST, MOST_BYTES, Checkpoints
from nn.run import Digits
from tests.toy import same_parameters, steps, toy_digits, toy_net, toy_trainer


@pytest.fixture
def eager(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep a copy at every measurement, whatever it costs."""
    monkeypatch.setattr(nn.checkpoints, "COPYING", np.inf)


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
    numbers = sum(len(history.points) for history in histories)
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


# Time


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
