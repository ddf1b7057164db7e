"""A training run: what each update looks at and does, what is measured, and what can happen on the way."""

import dataclasses

import numpy as np
import pytest

import nn.training
from nn import Hyperparameters, Status, Trainer, TwoLayerNN
from nn.history import MOST
from nn.optimizers import OPTIMIZERS
from nn.training import Digits
from tests.toy import same_parameters, toy_digits, toy_net, toy_trainer

BUSY = {"batch_size": 16, "optimizer": "adam", "dropout": 0.3, "l2": 0.01, "iterations": 30}  # all there is


class SpyNet(TwoLayerNN):
    """Notes which digits each gradient is taken from, and their loss there."""

    def __init__(self, hidden: int = 5, dtype: type = np.float32) -> None:
        super().__init__(7, hidden, 3, dtype=dtype)
        self.digits: list[list[int]] = []  # of each call
        self.losses: list[float] = []
        self.keeps: list[np.ndarray] = []

    def backward(
        self, X: np.ndarray, Y: np.ndarray, forward: object, keep: object = None, l2: float = 0
    ) -> object:
        self.digits.append([int(number) for number in np.rint(X[:, -1] * 1000)])
        self.losses.append(float(np.mean([-np.log(A2[y]) for A2, y in zip(forward.A2, Y, strict=True)])))
        self.keeps.append(keep)
        return super().backward(X, Y, forward, keep, l2)


def numbered(train: int = 50) -> Digits:
    """Toy digits whose last pixel says which one it is, in thousandths."""
    digits = toy_digits(train)
    return Digits(
        np.column_stack([digits.X_train, np.arange(train) / 1000]).astype(np.float32),
        digits.Y_train,
        np.column_stack([digits.X_dev, np.zeros(20)]).astype(np.float32),
        digits.Y_dev,
    )


@pytest.fixture
def small_slices(monkeypatch: pytest.MonkeyPatch) -> None:
    """Batches are worked on eight digits at a time, so that small ones have several slices too."""
    monkeypatch.setattr(nn.training, "SLICE", 8)


def steps(trainer: Trainer, count: int) -> Trainer:
    for _ in range(count):
        trainer.step()
    return trainer


# Which digits


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
    assert trainer.iteration == 4 and trainer.history.epoch_losses


def test_the_loss_of_an_epoch_counts_each_digit_once(small_slices: None):
    net = SpyNet()
    trainer = Trainer(net, numbered(), Hyperparameters(batch_size=16, learning_rate=1.0, iterations=8))
    trainer.train()
    lengths = [len(call) for call in net.digits]
    assert lengths == [8, 8] * 3 + [2] + [8, 8] * 3 + [2]
    for epoch, part in enumerate((slice(0, 7), slice(7, 14))):
        by_length = np.dot(lengths[part], net.losses[part]) / 50
        assert trainer.history.epoch_losses[epoch] == pytest.approx(by_length, rel=1e-5)
        assert by_length != pytest.approx(np.mean(net.losses[part]), rel=1e-3)  # the test could tell


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


def test_a_new_learning_rate_takes_effect_at_the_next_step():
    digits = toy_digits(dtype=np.float64)
    trainer = steps(toy_trainer(digits, toy_net(dtype=np.float64), learning_rate=0.1), 3)
    trainer.hyperparameters = trainer.hyperparameters.replace(learning_rate=0.7)
    before, X, Y = trainer.net.copy(), digits.X_train, digits.Y_train
    trainer.step()
    gradients = before.backward(X, Y, before.forward(X))
    for old, new, dW in zip(before.parameters, trainer.net.parameters, gradients, strict=True):
        np.testing.assert_allclose(new - old, -0.7 * dW, rtol=1e-9, atol=1e-12)


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
    assert one.history.epoch_losses == other.history.epoch_losses
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
        assert run.history.epoch_losses == uninterrupted.history.epoch_losses
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


# Status


def test_the_status_says_where_a_run_stands():
    trainer = toy_trainer(iterations=3)
    assert trainer.status is Status.READY and trainer.status == "ready"
    trainer.advance(1)
    assert trainer.iteration == 0  # not started
    trainer.step()
    assert trainer.status is Status.PAUSED and trainer.iteration == 1
    assert trainer.start()
    assert trainer.status is Status.RUNNING
    trainer.pause()
    assert trainer.status is Status.PAUSED
    trainer.advance(1)
    assert trainer.iteration == 1  # paused
    trainer.train()
    assert trainer.status is Status.FINISHED and trainer.iteration == 3
    assert not trainer.start()
    trainer.step()
    assert trainer.iteration == 3  # finished


def test_a_pause_measures_where_the_network_stands():
    trainer = steps(toy_trainer(toy_digits(), batch_size=1), 3)
    assert trainer.history.iteration == [0]
    trainer.pause()
    assert trainer.history.iteration == [0, 3]


def test_a_finished_run_goes_on_when_iterations_are_raised():
    trainer, longer = toy_trainer(**BUSY), toy_trainer(**BUSY | {"iterations": 45})
    trainer.train(), longer.train()
    trainer.hyperparameters = trainer.hyperparameters.replace(iterations=45)
    assert trainer.status is Status.PAUSED
    trainer.train()
    assert trainer.iteration == 45 and same_parameters(trainer.net, longer.net)


def test_iterations_lowered_below_the_run_finish_it_and_raised_again_it_waits():
    trainer = toy_trainer(iterations=100, batch_size=1)
    trainer.start()
    while trainer.iteration < 20:
        trainer.advance(0)
    trainer.hyperparameters = trainer.hyperparameters.replace(iterations=5)
    assert trainer.status is Status.FINISHED
    assert trainer.history.iteration[-1] == trainer.iteration == 20
    trainer.hyperparameters = trainer.hyperparameters.replace(iterations=100)
    assert trainer.status is Status.PAUSED  # nobody is advancing it


@pytest.mark.parametrize("change", [{"optimizer": "adam"}, {"seed": 1}])
def test_optimizer_and_seed_cannot_change(change: dict):
    trainer = toy_trainer(seed=0)
    name, value = next(iter(change.items()))
    with pytest.raises(ValueError, match=f"{name} cannot change from .* to {value!r}.*start a new Trainer"):
        trainer.hyperparameters = trainer.hyperparameters.replace(learning_rate=9, **change)
    assert trainer.hyperparameters == Hyperparameters()


@pytest.mark.parametrize("learning_rate", [1e30, 1e300, 100.0])
@pytest.mark.parametrize("batch_size", [None, 16])
def test_divergence_is_a_status_and_keeps_the_history(learning_rate: float, batch_size: int | None):
    trainer = toy_trainer(learning_rate=0.1, iterations=2000, batch_size=batch_size)
    steps(trainer, 20)
    trainer.measure()
    past = trainer.history.points
    trainer.hyperparameters = trainer.hyperparameters.replace(learning_rate=learning_rate)
    with np.errstate(all="raise", under="ignore"):  # nor is anything to be read on the terminal
        trainer.train()
    assert trainer.status is Status.DIVERGED and trainer.status == "diverged"
    assert trainer.history.points[: len(past)] == past and np.isfinite(past[-1]).all()
    assert trainer.iteration < 2000
    stopped_at, parameters = trainer.iteration, trainer.net.parameters
    trainer.step()
    trainer.advance(1)
    assert not trainer.start()
    assert trainer.iteration == stopped_at and trainer.net.parameters is parameters
    assert all(np.isfinite(array).all() for array in parameters)


def test_a_hard_start_is_no_divergence():
    digits = toy_digits()
    net = toy_net(activation="tanh")
    net.parameters = net.parameters._replace(b2=np.array([300, 0, 0], np.float32))  # loss about 200
    trainer = Trainer(net, digits, Hyperparameters(learning_rate=1.0, iterations=2000))
    assert trainer.history.train_loss[0] > 100
    trainer.train()
    assert trainer.status is Status.FINISHED and trainer.history.train_loss[-1] < 2


# Measuring


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


# Settings and messages


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


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("learning_rate", [0, -0.1, float("inf"), float("nan"), "0.1", None, True]),
        ("iterations", [0, -1, 1.5, "10", None, True]),
        ("batch_size", [0, -1, 1.5, "16", False]),
        ("optimizer", ["sgd", "Adam", None]),
        ("l2", [-1e-9, float("nan"), "0"]),
        ("dropout", [-0.1, 1, 1.5, float("nan"), "0.5"]),
        ("seed", [-1, 0.5, "0", None]),
    ],
)
def test_settings_out_of_range_are_refused_with_their_value(name: str, values: list):
    for value in values:
        with pytest.raises(ValueError, match=f"{name} is .*; choose ") as caught:
            Hyperparameters(**{name: value})
        assert repr(value) in str(caught.value)


def test_settings_are_plain_numbers_whatever_they_came_as():
    settings = Hyperparameters(
        learning_rate=np.float64(0.5), iterations=np.int64(7), batch_size=np.int32(4), l2=0, seed=np.uint8(2)
    )
    kinds = {name: type(value) for name, value in dataclasses.asdict(settings).items()}
    assert kinds == {
        "learning_rate": float,
        "iterations": int,
        "batch_size": int,
        "optimizer": str,
        "l2": float,
        "dropout": float,
        "seed": int,
    }


def test_settings_cannot_be_changed_in_place():
    with pytest.raises(dataclasses.FrozenInstanceError):
        Hyperparameters().learning_rate = 1.0


@pytest.mark.parametrize(("batch_size", "count"), [(None, 1), (50, 1), (64, 1), (49, 2), (16, 4), (1, 50)])
def test_the_short_last_batch_counts(batch_size: int | None, count: int):
    assert Hyperparameters(batch_size=batch_size).batches_per_epoch(50) == count
