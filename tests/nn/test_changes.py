"""Other settings on the way: they count from the next update on, and some cannot change."""

import numpy as np
import pytest

import nn.training
from nn import Hyperparameters, Status
from nn.batches import Distortion
from tests.toy import noise, same_parameters, steps, toy_digits, toy_net, toy_trainer


@pytest.fixture
def small_slices(monkeypatch: pytest.MonkeyPatch) -> None:
    """Batches are worked on eight digits at a time, so that small ones have several slices too."""
    monkeypatch.setattr(nn.training, "SLICE", 8)


def test_a_new_learning_rate_takes_effect_at_the_next_step():
    digits = toy_digits(dtype=np.float64)
    trainer = steps(toy_trainer(digits, toy_net(dtype=np.float64), learning_rate=0.1), 3)
    trainer.hyperparameters = trainer.hyperparameters.replace(learning_rate=0.7)
    before, X, Y = trainer.net.copy(), digits.X_train, digits.Y_train
    trainer.step()
    gradients = before.backward(X, Y, before.forward(X))
    for old, new, dW in zip(before.parameters, trainer.net.parameters, gradients, strict=True):
        np.testing.assert_allclose(new - old, -0.7 * dW, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize(
    "change",
    [
        {"learning_rate": 5.0},
        {"l2": 0.5},
        {"dropout": 0.9},
        {"dropout": 0.0},
        {"batch_size": 3},
        {"learning_rate": 0.5, "l2": 0.1, "dropout": 0.7},
    ],
)
@pytest.mark.parametrize("distort", [None, noise])
def test_an_update_is_made_with_one_setting_throughout(
    small_slices: None, change: dict, distort: Distortion | None
):
    changed, same = (toy_trainer(dropout=0.3, l2=0.01) for _ in range(2))  # a batch of 50 digits, 7 slices
    assert changed.changes_count_from == 0
    for trainer in (changed, same):
        trainer.start()
        trainer.advance(0)  # the first slice
        trainer.pause()
    assert changed.changes_count_from == 1 and changed.iteration == 0
    changed.hyperparameters = changed.hyperparameters.replace(**change)
    changed.distort = distort
    steps(changed, 1), steps(same, 1)
    assert same_parameters(changed.net, same.net)
    assert changed.changes_count_from == changed.iteration == 1
    same.hyperparameters, same.distort = changed.hyperparameters, distort
    steps(changed, 1), steps(same, 1)
    assert same_parameters(changed.net, same.net)
    assert not same_parameters(changed.net, steps(toy_trainer(dropout=0.3, l2=0.01), 2).net)  # now it counts


def test_a_fork_in_the_middle_of_an_update_keeps_its_setting(small_slices: None):
    trainer = toy_trainer(dropout=0.3)
    trainer.start()
    trainer.advance(0)
    trainer.hyperparameters = trainer.hyperparameters.replace(learning_rate=5.0)
    twin = trainer.fork()
    assert twin.changes_count_from == 1
    assert same_parameters(steps(twin, 1).net, steps(toy_trainer(dropout=0.3), 1).net)
    assert same_parameters(steps(twin, 1).net, steps(trainer, 2).net)


def test_the_number_of_iterations_counts_at_once(small_slices: None):
    trainer = toy_trainer(iterations=100)
    steps(trainer, 3).start()
    trainer.advance(0)
    trainer.hyperparameters = trainer.hyperparameters.replace(iterations=3)
    assert trainer.status is Status.FINISHED and trainer.changes_count_from == 4
    trainer.hyperparameters = trainer.hyperparameters.replace(iterations=4)
    trainer.train()
    assert trainer.iteration == trainer.changes_count_from == 4


@pytest.mark.parametrize("change", [{"optimizer": "adam"}, {"seed": 1}])
def test_optimizer_and_seed_cannot_change(change: dict):
    trainer = toy_trainer(seed=0)
    name, value = next(iter(change.items()))
    with pytest.raises(ValueError, match=f"{name} cannot change from .* to {value!r}.*start a new Trainer"):
        trainer.hyperparameters = trainer.hyperparameters.replace(learning_rate=9, **change)
    assert trainer.hyperparameters == Hyperparameters()
