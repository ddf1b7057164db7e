"""A training run: what an update does, that the same seed does the same, and what cannot be trained."""

import numpy as np
import pytest

import nn.training
from nn import Hyperparameters, Status, Trainer
from nn.optimizers import OPTIMIZERS
from tests.toy import BUSY, SpyNet, numbered, same_parameters, steps, toy_digits, toy_net, toy_trainer


@pytest.fixture
def small_slices(monkeypatch: pytest.MonkeyPatch) -> None:
    """Batches are worked on eight digits at a time, so that small ones have several slices too."""
    monkeypatch.setattr(nn.training, "SLICE", 8)


# What an update does


@pytest.mark.parametrize("l2", [0.0, 0.5])
@pytest.mark.parametrize("train", [24, 27])
def test_a_batch_in_slices_has_the_gradient_of_the_whole(small_slices: None, train: int, l2: float):
    digits = toy_digits(train, dtype=np.float64)
    net = toy_net(dtype=np.float64)
    X, Y = digits.X_train, digits.Y_train
    gradients = net.backward(X, Y, net.forward(X), l2=l2)
    wanted = [W - 0.1 * dW for W, dW in zip(net.parameters, gradients, strict=True)]
    toy_trainer(digits, net, l2=l2).step()
    for found, array in zip(net.parameters, wanted, strict=True):
        np.testing.assert_allclose(found, array, rtol=1e-12, atol=1e-14)


def test_each_update_uses_the_learning_rate_of_its_iteration():
    """Four iterations on a cosine: the shares are 1, 0.854, 0.5 and 0.146."""
    digits, net = toy_digits(dtype=np.float64), toy_net(dtype=np.float64)
    X, Y = digits.X_train, digits.Y_train
    trainer = toy_trainer(digits, net, learning_rate=0.2, iterations=4, schedule="cosine")
    for share in (1, 0.8535534, 0.5, 0.1464466):
        before = net.copy()
        gradients = before.backward(X, Y, before.forward(X))
        trainer.step()
        for old, new, dW in zip(before.parameters, net.parameters, gradients, strict=True):
            np.testing.assert_allclose(new - old, -0.2 * share * dW, rtol=1e-6, atol=1e-12)
    assert trainer.status is Status.FINISHED


def test_a_finished_cosine_goes_on_along_the_longer_wave():
    """As if the run of 4 iterations had been one of 8 from now on: shares 0.5 for the fifth."""
    digits, net = toy_digits(dtype=np.float64), toy_net(dtype=np.float64)
    trainer = toy_trainer(digits, net, learning_rate=0.2, iterations=4, schedule="cosine")
    trainer.train()
    trainer.hyperparameters = trainer.hyperparameters.replace(iterations=8)
    before, X, Y = net.copy(), digits.X_train, digits.Y_train
    trainer.step()
    gradients = before.backward(X, Y, before.forward(X))
    for old, new, dW in zip(before.parameters, net.parameters, gradients, strict=True):
        np.testing.assert_allclose(new - old, -0.1 * dW, rtol=1e-6, atol=1e-12)


def test_dropout_is_the_same_in_slices_and_as_a_whole(monkeypatch: pytest.MonkeyPatch):
    whole, sliced = (
        toy_trainer(toy_digits(dtype=np.float64), toy_net(dtype=np.float64), **BUSY) for _ in range(2)
    )
    whole.train()
    monkeypatch.setattr(nn.training, "SLICE", 5)
    sliced.train()
    for one, other in zip(whole.net.parameters, sliced.net.parameters, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-9, atol=1e-12)


def test_dropout_leaves_out_its_share_and_scales_the_rest():
    net = SpyNet(hidden=100)
    steps(Trainer(net, numbered(), Hyperparameters(dropout=0.25)), 4)
    keep = np.concatenate(net.keeps)
    assert keep.dtype == np.float32
    np.testing.assert_allclose(np.unique(keep), [0, 1 / 0.75])
    assert np.mean(keep == 0) == pytest.approx(0.25, abs=0.016)  # 20,000 draws: 5 standard deviations
    assert len({row.tobytes() for row in keep}) == 200  # drawn anew for each digit at each update


def test_l2_makes_weights_smaller():
    def size(l2: float) -> float:
        trainer = toy_trainer(l2=l2, iterations=200)
        trainer.train()
        return float(np.sum(trainer.net.W1**2) + np.sum(trainer.net.W2**2))

    assert size(0.1) < 0.7 * size(0)


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
@pytest.mark.parametrize("activation", ["relu", "tanh", "sigmoid"])
def test_every_optimizer_learns_with_every_activation(optimizer: str, activation: str):
    rate = 0.5 if optimizer == "gradient_descent" else 0.02
    trainer = toy_trainer(
        net=toy_net(activation=activation), optimizer=optimizer, learning_rate=rate, iterations=300
    )
    history = trainer.train()
    assert history.train_loss[-1] < 0.6 * history.train_loss[0]
    assert history.train_accuracy[-1] > 0.8


# Same and different


def test_the_same_seed_gives_the_same_run_to_the_last_bit():
    one, other = toy_trainer(seed=3, **BUSY), toy_trainer(seed=3, **BUSY)
    assert one.train().points == other.train().points
    assert same_parameters(one.net, other.net)


@pytest.mark.parametrize("alone", [{"dropout": 0.3}, {"batch_size": 16}])
def test_another_seed_gives_another_run(alone: dict):
    one, other = (toy_trainer(seed=seed, iterations=5, **alone) for seed in (3, 4))
    one.train(), other.train()
    assert not same_parameters(one.net, other.net)


def test_the_global_random_state_is_neither_read_nor_changed():
    np.random.seed(0)
    before = np.random.get_state()[1].copy()
    first = toy_trainer(**BUSY)
    first.train()
    assert np.array_equal(np.random.get_state()[1], before)
    np.random.seed(1)
    second = toy_trainer(**BUSY)
    second.train()
    assert same_parameters(first.net, second.net)


def test_step_and_advance_do_the_same(small_slices: None):
    stepped, advanced, whole = (toy_trainer(**BUSY) for _ in range(3))
    steps(stepped, 30)
    advanced.start()
    while advanced.status is Status.RUNNING:
        advanced.advance(0)
    whole.train()
    assert stepped.status is advanced.status is whole.status is Status.FINISHED
    assert same_parameters(stepped.net, advanced.net) and same_parameters(stepped.net, whole.net)


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_a_fork_goes_on_exactly_as_the_original(small_slices: None, optimizer: str):
    settings = BUSY | {"optimizer": optimizer}
    uninterrupted, forked = toy_trainer(**settings), toy_trainer(**settings)
    uninterrupted.train()
    forked.start()
    for _ in range(14):  # into the third epoch, and into the middle of a batch
        forked.advance(0)
    twin = forked.fork()
    assert twin.status is Status.PAUSED and forked.status is Status.RUNNING
    for run in (twin, forked):  # one after the other: they share nothing that changes
        run.train()
        assert same_parameters(run.net, uninterrupted.net)
        assert run.history.points == uninterrupted.history.points


def test_a_fork_can_go_another_way():
    original = steps(toy_trainer(**BUSY), 7)
    before = original.net.copy()
    twin = original.fork()
    twin.hyperparameters = twin.hyperparameters.replace(learning_rate=1.0, iterations=50)
    twin.train()
    assert same_parameters(original.net, before)
    assert original.iteration == 7 and original.history.iteration[-1] < 50
    assert original.hyperparameters.learning_rate == 0.1 and twin.iteration == 50


# Digits


def test_wrong_digits_are_refused_at_once():
    digits = toy_digits()
    with pytest.raises(ValueError, match=r"X has shape \(50, 5\); it needs \(digits, 6\)"):
        toy_trainer(digits._replace(X_train=digits.X_train[:, :5]))
    with pytest.raises(ValueError, match=r"X has shape \(20, 5\); it needs \(digits, 6\)"):
        toy_trainer(digits._replace(X_dev=digits.X_dev[:, :5]))
    with pytest.raises(ValueError, match="the label 3; labels go from 0 to 2"):
        toy_trainer(digits._replace(Y_dev=digits.Y_dev + 1))


def test_read_only_digits_will_do():
    digits = toy_digits()
    for array in digits:
        array.flags.writeable = False
    toy_trainer(digits, **BUSY).train()
