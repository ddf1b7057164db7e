"""How a run is watched: what is measured is the network itself, and it costs at most a tenth of training."""

import numpy as np
import pytest

from nn import TwoLayerNN
from nn.history import MOST
from nn.run import Digits
from tests.toy import BUSY, toy_digits, toy_net, toy_trainer


def test_what_is_measured_is_the_network_itself():
    digits = toy_digits(train=15, dev=20)  # with fewer training than dev digits, all of them are measured
    trainer = toy_trainer(digits, **BUSY)
    trainer.train()
    point, net = trainer.history.points[-1], trainer.net
    assert trainer.watched_digits == 15
    assert point.iteration == 30
    assert point.train_loss == pytest.approx(net.loss(digits.X_train, digits.Y_train))  # without penalty
    assert point.train_accuracy == net.evaluate(digits.X_train, digits.Y_train)  # without dropout
    assert point.dev_loss == pytest.approx(net.loss(digits.X_dev, digits.Y_dev))
    assert point.dev_accuracy == net.evaluate(digits.X_dev, digits.Y_dev)


def test_the_first_point_is_the_untrained_network():
    digits = toy_digits()
    trainer = toy_trainer(digits)
    assert trainer.history.iteration == [0]
    assert trainer.history.dev_accuracy == [toy_net().evaluate(digits.X_dev, digits.Y_dev)]


@pytest.mark.parametrize(("batch_size", "iterations"), [(None, 40), (200, 60), (16, 800), (1, 4000)])
def test_measuring_costs_at_most_a_tenth(
    monkeypatch: pytest.MonkeyPatch, batch_size: int | None, iterations: int
):
    trainer = toy_trainer(toy_digits(400, 20), batch_size=batch_size, iterations=iterations)
    passes = {"forward": 0, "backward": 0}  # digits that go through

    def count(name: str) -> None:
        original = getattr(TwoLayerNN, name)

        def counted(self: TwoLayerNN, X: np.ndarray, *others: object) -> object:
            passes[name] += len(X)
            return original(self, X, *others)

        monkeypatch.setattr(TwoLayerNN, name, counted)

    count("forward"), count("backward")
    history = trainer.train()
    trained, measured = passes["backward"], passes["forward"] - passes["backward"]
    last_point = 40  # the end of a run is measured whatever it costs
    assert trained == iterations * min(batch_size or 400, 400) and measured % 40 == 0
    assert measured - last_point <= 0.1 * 3 * trained  # a step is a pass forward and two backward
    assert measured >= 0.05 * trained or batch_size is None  # nor is it stingy
    assert len(history) == measured // 40 + 1 and history.iteration[-1] == iterations


def test_a_long_run_has_a_bounded_history():
    trainer = toy_trainer(toy_digits(train=10, dev=1), iterations=2 * MOST + 100)
    history = trainer.train()
    assert MOST / 2 <= len(history) <= MOST
    assert history.iteration[0] == 0 and history.iteration[-1] == 2 * MOST + 100


def test_without_held_out_digits_there_is_nothing_to_say_of_them():
    history = toy_trainer(Digits(*toy_digits()[:2])).train()
    assert np.isnan(history.dev_loss).all() and np.isnan(history.dev_accuracy).all()
    assert history.train_accuracy[-1] > 0.5
