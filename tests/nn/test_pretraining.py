"""The recipe of the expert: its schedule by hand, and a run that stops goes on as if it had not."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from nn.expert.pretraining import Pretraining, Recipe, in_float16
from tests.toy import same_parameters

TINY = Recipe(hidden_size=16, epochs=4, batch_size=8, learning_rate=0.01, warmup=10)


BATCHES = 25  # an epoch: 100 updates in all


Batches = list[tuple[np.ndarray, np.ndarray]]


def batches(epoch: int) -> Batches:
    """One epoch of made-up digits: noise, and a bright stripe that says which digit it is."""
    rng = np.random.default_rng([7, epoch])
    Y = rng.integers(10, size=(BATCHES, TINY.batch_size))
    X = rng.random((BATCHES, TINY.batch_size, 784), np.float32) / 4
    for k, digit in np.ndenumerate(Y):
        X[k][digit * 78 : digit * 78 + 78] += 0.5
    return list(zip(X, Y, strict=True))


def trained(epochs: int, recipe: Recipe = TINY) -> Pretraining:
    run = Pretraining(recipe, BATCHES)
    for epoch in range(epochs):
        run.train_epoch(batches(epoch))
    return run


# The schedule


@pytest.mark.parametrize(
    ("updates", "rate"),
    [
        (0, 0.001),  # a tenth of the warmup
        (4, 0.01 * 0.5 * (0.505 + 0.495 * 0.9921147)),  # cos(pi 4/100)
        (25, 0.00855018),  # 0.505 + 0.495 cos(pi/4)
        (50, 0.00505),  # cos(pi/2) is 0: half-way between 1 and 1/100
        (75, 0.00154982),
        (100, 0.0001),  # a hundredth of the highest
        (130, 0.0001),  # and never up again
    ],
)
def test_the_learning_rate_rises_and_falls_along_a_cosine(updates: int, rate: float):
    run = Pretraining(TINY, BATCHES)
    run.optimizer.t = updates
    assert run.learning_rate == pytest.approx(rate, rel=1e-6)


def test_without_warmup_it_starts_at_the_highest():
    assert Pretraining(replace(TINY, warmup=0), BATCHES).learning_rate == pytest.approx(0.01)


def test_the_first_update_is_as_long_as_the_schedule_says():
    """Adam's first step is learning_rate dW / (|dW| + epsilon): the rate, where there is a slope."""
    run = Pretraining(TINY, BATCHES)
    before = run.net.copy()
    X, Y = batches(0)[0]
    slope = before.backward(X, Y, before.forward(X))[3]  # of the last biases
    run.train_epoch([(X, Y)])
    np.testing.assert_allclose(run.net.b2 - before.b2, -0.001 * np.sign(slope), rtol=1e-3)


def test_the_strength_falls_over_the_last_quarter():
    run = Pretraining(replace(TINY, epochs=8, strength=1.0, last_strength=0.5), BATCHES)
    strengths = []
    for run.epoch in range(8):
        strengths.append(run.strength)
    assert strengths == pytest.approx([1, 1, 1, 1, 1, 1, 0.75, 0.5])


def test_an_epoch_returns_the_mean_loss_and_the_network_learns():
    run = Pretraining(TINY, BATCHES)
    untrained = run.net.copy()
    data = batches(0)
    first = run.train_epoch(data[:1])
    A2 = untrained.forward(data[0][0]).A2
    assert first == pytest.approx(
        np.mean([-np.log(p[y]) for p, y in zip(A2, data[0][1], strict=True)]), rel=1e-5
    )
    losses = [run.train_epoch(batches(epoch)) for epoch in range(3)]
    assert losses[2] < losses[1] < losses[0] and losses[2] < 0.5 * first
    assert run.epoch == 4 and run.optimizer.t == 1 + 3 * BATCHES


def test_a_seed_repeats_a_run():
    assert same_parameters(trained(1).net, trained(1).net)
    assert not same_parameters(trained(1).net, trained(1, replace(TINY, seed=1)).net)


# Stopped and resumed


@pytest.mark.parametrize("stop", [1, 3])
def test_a_resumed_run_is_the_same_to_the_last_bit(tmp_path: Path, stop: int):
    path = tmp_path / "checkpoint.npz"
    trained(stop).save(path)
    resumed = Pretraining(TINY, BATCHES)
    resumed.load(path)
    assert resumed.epoch == stop and resumed.optimizer.t == stop * BATCHES
    for epoch in range(resumed.epoch, TINY.epochs):
        resumed.train_epoch(batches(epoch))
    whole = trained(TINY.epochs)
    assert same_parameters(resumed.net, whole.net)
    for one, other in zip(
        resumed.optimizer.means + resumed.optimizer.squares,
        whole.optimizer.means + whole.optimizer.squares,
        strict=True,
    ):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("change", [{"seed": 1}, {"epochs": 5}, {"pen_share": 0.3}, {"hidden_size": 17}])
def test_a_checkpoint_of_another_recipe_is_refused(tmp_path: Path, change: dict[str, float]):
    path = tmp_path / "checkpoint.npz"
    trained(1).save(path)
    other = Pretraining(replace(TINY, **change), BATCHES)
    before = other.net.copy()
    with pytest.raises(ValueError, match="another recipe.*delete it to start over") as error:
        other.load(path)
    assert repr(TINY) in str(error.value)
    assert same_parameters(other.net, before) and other.epoch == 0


def test_a_checkpoint_of_other_data_is_refused(tmp_path: Path):
    path, data = tmp_path / "checkpoint.npz", {"mnist_train": 550, "pen_train_digits": 60}
    run = Pretraining(TINY, BATCHES, data)
    run.train_epoch(batches(0))
    run.save(path)
    same = Pretraining(TINY, BATCHES, dict(data))
    same.load(path)
    assert same.epoch == 1 and same_parameters(same.net, run.net)
    other = Pretraining(TINY, BATCHES, data | {"pen_train_digits": 59})
    before = other.net.copy()
    with pytest.raises(
        ValueError, match=r"other data \(pen_train_digits 60, now 59\).*delete it to start over"
    ):
        other.load(path)
    assert same_parameters(other.net, before) and other.epoch == 0


def test_saving_that_breaks_off_keeps_the_old_checkpoint(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    path = tmp_path / "checkpoint.npz"
    run = trained(1)
    run.save(path)
    old = path.read_bytes()

    def full_disk(file: Path, **arrays: np.ndarray) -> None:
        file.write_bytes(b"half")
        raise OSError("No space left on device")

    monkeypatch.setattr(np, "savez", full_disk)
    run.train_epoch(batches(1))
    with pytest.raises(OSError, match="No space"):
        run.save(path)
    assert path.read_bytes() == old


def test_half_precision_keeps_the_weights_to_a_thousandth():
    net = trained(1).net
    halves = in_float16(net)
    assert list(halves) == ["W1", "b1", "W2", "b2"]
    for name, half in halves.items():
        assert half.dtype == np.float16
        np.testing.assert_allclose(half.astype(np.float32), getattr(net, name), rtol=1e-3, atol=1e-6)
