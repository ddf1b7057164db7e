"""The settings of a run: what is in range, what is refused, and what they are turned into."""

import dataclasses

import numpy as np
import pytest

from nn import Hyperparameters


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("learning_rate", [0, -0.1, float("inf"), float("nan"), "0.1", None, True]),
        ("iterations", [0, -1, 1.5, "10", None, True]),
        ("batch_size", [0, -1, 1.5, "16", False]),
        ("optimizer", ["sgd", "Adam", None]),
        ("schedule", ["linear", "Cosine", None, 1]),
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
        "schedule": str,
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


@pytest.mark.parametrize(
    ("iteration", "rate"),
    [
        (0, 0.4),  # cos 0 = 1
        (25, 0.4 * 0.8535534),  # cos(pi/4) = 0.7071068
        (50, 0.2),  # cos(pi/2) = 0
        (75, 0.4 * 0.1464466),
        (99, 0.4 * 0.00024672),  # the last of 100 updates: cos(0.99 pi) = -0.99950656
        (100, 0.0),
        (130, 0.0),  # and never up again
    ],
)
def test_the_cosine_schedule_by_hand(iteration: int, rate: float):
    settings = Hyperparameters(learning_rate=0.4, iterations=100, schedule="cosine")
    assert settings.learning_rate_at(iteration) == pytest.approx(rate, rel=1e-4, abs=1e-12)
    assert settings.replace(schedule="constant").learning_rate_at(iteration) == 0.4


def test_more_iterations_stretch_the_wave():
    settings = Hyperparameters(learning_rate=0.4, iterations=100, schedule="cosine")
    assert settings.replace(iterations=200).learning_rate_at(100) == pytest.approx(0.2)
