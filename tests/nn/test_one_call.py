"""Training in one call: it does what a Trainer does, keeps the dtype, and says what cannot be."""

import numpy as np
import pytest

from data import load_sample
from nn import History, TwoLayerNN
from tests.toy import same_parameters, toy_digits, toy_net, toy_trainer


def test_train_returns_the_history_and_learns_real_digits():
    digits = load_sample()
    net = TwoLayerNN()
    before = net.evaluate(digits.X_dev, digits.Y_dev)
    history = net.train(digits.X_train, digits.Y_train, epochs=120, learning_rate=0.3)
    assert isinstance(history, History)
    assert history.iteration[0] == 0 and history.iteration[-1] == 120
    assert before < 0.3 and net.evaluate(digits.X_dev, digits.Y_dev) > 0.7


def test_train_counts_epochs_in_batches_too():
    X, Y = toy_digits(train=50)[:2]
    history = toy_net().train(X, Y, epochs=3, batch_size=16)  # 4 batches, the last of 2 digits
    assert history.iteration[-1] == 12


def test_train_is_what_a_trainer_does():
    digits = toy_digits()
    net, trainer = toy_net(), toy_trainer(digits, iterations=12, batch_size=16, optimizer="adam", seed=5)
    options = {"batch_size": 16, "optimizer": "adam", "seed": 5}
    history = net.train(*digits[:2], epochs=3, X_dev=digits.X_dev, Y_dev=digits.Y_dev, **options)
    assert history.points == trainer.train().points
    assert same_parameters(net, trainer.net)


def test_float64_is_kept():
    net = toy_net(dtype=np.float64)
    net.train(*toy_digits(dtype=np.float64)[:2], epochs=2)
    assert {array.dtype for array in net.parameters} == {np.dtype(np.float64)}


@pytest.mark.parametrize("dtype", [np.float64, np.float16, np.int64])
def test_a_float32_network_stays_one_whatever_it_is_taught(dtype: type):
    X, Y = toy_digits()[:2]
    net = toy_net()
    net.train(X.astype(dtype), Y, epochs=2, learning_rate=np.float64(0.1), l2=np.float64(0.01))
    assert {array.dtype for array in net.parameters} == {np.dtype(np.float32)}


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"epochs": 0}, "epochs is 0"),
        ({"epochs": 2.5}, "epochs is 2.5"),
        ({"learning_rate": 0}, "learning_rate is 0"),
        ({"batch_size": 0}, "batch_size is 0"),
        ({"optimizer": "sgd"}, "optimizer is 'sgd'"),
        ({"X_dev": np.zeros((2, 6))}, "X_dev and Y_dev belong together"),
        ({"X_dev": np.zeros((2, 7)), "Y_dev": [0, 1]}, r"X has shape \(2, 7\)"),
    ],
)
def test_training_that_cannot_be_is_refused(options: dict, message: str):
    net = toy_net()
    with pytest.raises(ValueError, match=message):
        net.train(*toy_digits()[:2], **options)
    assert same_parameters(net, toy_net())
