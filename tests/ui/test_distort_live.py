"""Distorted digits in live training: switched in the middle of a run, and never in a measurement."""

import numpy as np
import pytest

import nn.training
from data import load_sample
from data.augment import distort
from nn import Hyperparameters, Trainer, TwoLayerNN
from nn.run import Digits
from tests.toy import same_parameters, toy_digits, toy_trainer

BUSY = {"batch_size": 16, "optimizer": "adam", "dropout": 0.3, "iterations": 30}


class Spy:
    """Distorts by adding noise, and remembers what it was given and what it made of it."""

    def __init__(self) -> None:
        self.given: list[np.ndarray] = []
        self.made: list[np.ndarray] = []

    def __call__(self, X: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        self.given.append(X.copy())
        self.made.append((X + rng.normal(0, 0.1, X.shape)).astype(X.dtype))
        return self.made[-1]


def noise(X: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    return (X + rng.normal(0, 0.1, X.shape)).astype(X.dtype)


def after(trainer: Trainer, updates: int) -> Trainer:
    for _ in range(updates):
        trainer.step()
    return trainer


def distorted(**settings: object) -> Trainer:
    trainer = toy_trainer(**(BUSY | settings))
    trainer.distort = noise
    return trainer


def test_without_it_nothing_changes():
    """None is where it starts, and a distortion that changes nothing gives the same run to the last bit."""
    plain, idle = toy_trainer(**BUSY), toy_trainer(**BUSY)
    assert plain.distort is None
    idle.distort = lambda X, rng: X
    assert same_parameters(after(plain, 30).net, after(idle, 30).net)
    assert plain.history.points == idle.history.points


def test_the_network_learns_from_what_the_distortion_made(monkeypatch: pytest.MonkeyPatch):
    trainer, spy, learned = toy_trainer(batch_size=16), Spy(), []
    trainer.distort = spy
    backward = TwoLayerNN.backward

    def noted(self: TwoLayerNN, X: np.ndarray, *others: object) -> object:
        learned.append(X)
        return backward(self, X, *others)

    monkeypatch.setattr(TwoLayerNN, "backward", noted)
    after(trainer, 7)  # 50 digits are four batches, the last of two
    assert [len(X) for X in spy.given] == [16, 16, 16, 2, 16, 16, 16]
    assert all(np.array_equal(X, made) for X, made in zip(learned, spy.made, strict=True))
    known = {row.tobytes() for row in trainer.dataset.X_train}
    assert all(row.tobytes() in known for X in spy.given for row in X)  # anew from the real ones each time


def test_a_large_batch_is_distorted_slice_by_slice(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(nn.training, "SLICE", 20)
    trainer, spy = toy_trainer(), Spy()
    trainer.distort = spy
    trainer.step()
    assert [len(X) for X in spy.given] == [20, 20, 10]
    np.testing.assert_array_equal(np.concatenate(spy.given), trainer.dataset.X_train)


def test_it_takes_effect_in_the_middle_of_a_run_and_ends_there():
    plain, switched = after(toy_trainer(**BUSY), 5), after(toy_trainer(**BUSY), 5)
    assert same_parameters(plain.net, switched.net)
    switched.distort = spy = Spy()
    after(plain, 1), after(switched, 1)
    assert len(spy.given) == 1 and not same_parameters(plain.net, switched.net)
    switched.distort = None
    after(switched, 4)
    assert len(spy.given) == 1


def test_a_seed_repeats_the_distortions():
    one, same, other = (after(distorted(seed=seed), 20) for seed in (3, 3, 4))
    assert same_parameters(one.net, same.net)
    assert not same_parameters(one.net, other.net)
    assert not same_parameters(one.net, after(toy_trainer(**BUSY, seed=3), 20).net)


@pytest.mark.parametrize("held_out", [True, False])
def test_measured_digits_stay_as_they_are(held_out: bool):
    """The curves say how well real digits are read, those to learn from and those held out."""
    digits = toy_digits()
    if not held_out:
        digits = Digits(digits.X_train, digits.Y_train)
    trainer = toy_trainer(digits, iterations=5)
    trainer.distort = lambda X, rng: np.zeros_like(X)
    after(trainer, 5)
    point = trainer.measure()
    undistorted = toy_trainer(digits, trainer.net).measure()  # the same network, the same digits
    assert point.train_loss == undistorted.train_loss
    assert point.train_accuracy == undistorted.train_accuracy
    if held_out:
        assert point.dev_accuracy == trainer.net.evaluate(digits.X_dev, digits.Y_dev)


def test_measuring_disturbs_no_distortion():
    often, seldom = distorted(), distorted()
    for _ in range(10):
        often.step()
        often.measure()
    assert same_parameters(often.net, after(seldom, 10).net)


def test_the_digits_themselves_stay_as_they_were():
    trainer = distorted()
    before = trainer.dataset.X_train.copy()
    after(trainer, 10)
    np.testing.assert_array_equal(trainer.dataset.X_train, before)


def test_a_fork_keeps_it_and_can_drop_it():
    trainer = after(distorted(), 7)
    twin, dropped = trainer.fork(), trainer.fork()
    assert twin.distort is noise
    dropped.distort = None
    after(trainer, 10), after(twin, 10), after(dropped, 10)
    assert same_parameters(trainer.net, twin.net)
    assert not same_parameters(trainer.net, dropped.net)
    assert trainer.distort is noise  # one run's switch is not the other's


def test_a_rewound_run_does_the_same_again():
    trainer = after(distorted(), 20)
    again = trainer.rewound(0)
    assert again.iteration == 0
    again.distort = noise  # the checkpoint is from before it was switched on
    assert same_parameters(after(again, 20).net, trainer.net)


def test_real_digits_really_distorted():
    """With the project's own distortion a network learns to read digits as they are."""
    sample = load_sample()
    net = TwoLayerNN(hidden_size=64, init="he")
    trainer = Trainer(net, sample, Hyperparameters(0.002, iterations=500, batch_size=64, optimizer="adam"))
    trainer.distort = distort
    trainer.train()
    assert net.evaluate(sample.X_dev, sample.Y_dev) > 0.9
