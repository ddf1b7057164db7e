"""Which digits each update looks at: every epoch every digit once, however the batches are cut."""

import pytest

import nn.training
from nn import Hyperparameters, Status, Trainer
from tests.toy import SpyNet, numbered, steps


@pytest.fixture
def small_slices(monkeypatch: pytest.MonkeyPatch) -> None:
    """Batches are worked on eight digits at a time, so that small ones have several slices too."""
    monkeypatch.setattr(nn.training, "SLICE", 8)


@pytest.mark.parametrize("batch_size", [1, 7, 16, 49, 50, 1000, None])
def test_every_epoch_visits_every_digit_exactly_once(small_slices: None, batch_size: int | None):
    net = SpyNet()
    settings = Hyperparameters(batch_size=batch_size)
    per_epoch = settings.batches_per_epoch(50)
    trainer = Trainer(net, numbered(), settings.replace(iterations=3 * per_epoch))
    epochs = []
    for epoch in range(3):
        steps(trainer, per_epoch)
        epochs.append([digit for call in net.digits for digit in call])
        net.digits.clear()
        assert sorted(epochs[-1]) == list(range(50))
        assert trainer.epoch == epoch + 1
    assert trainer.status is Status.FINISHED
    shuffled = per_epoch > 1
    assert (epochs[0] != epochs[1] != epochs[2]) == shuffled  # in another order each time


def test_the_short_last_batch_is_an_update_like_any_other():
    net = SpyNet()
    steps(Trainer(net, numbered(), Hyperparameters(batch_size=16)), 5)
    assert [len(call) for call in net.digits] == [16, 16, 16, 2, 16]


def test_a_batch_size_changed_in_the_middle_of_an_epoch_loses_no_digit():
    net = SpyNet()
    trainer = Trainer(net, numbered(), Hyperparameters(batch_size=7))
    for batch_size in (7, 7, 20, 1, None, None):
        trainer.hyperparameters = trainer.hyperparameters.replace(batch_size=batch_size)
        trainer.step()
    assert [len(call) for call in net.digits] == [7, 7, 20, 1, 15, 50]
    assert sorted(digit for call in net.digits[:5] for digit in call) == list(range(50))
    assert sorted(net.digits[5]) == list(range(50))


def test_the_batch_under_way_keeps_its_size(small_slices: None):
    net = SpyNet()
    trainer = Trainer(net, numbered(), Hyperparameters(batch_size=30))
    trainer.start()
    trainer.advance(0)  # one slice of eight
    trainer.hyperparameters = trainer.hyperparameters.replace(batch_size=9)
    while trainer.epoch < 1:
        trainer.advance(0)
    assert [len(call) for call in net.digits] == [8, 8, 8, 6, 8, 1, 8, 1, 2]
    assert trainer.iteration == 4
