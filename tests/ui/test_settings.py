"""The settings: what the sliders offer, what the presets are, what a run can change on its way."""

import dataclasses
from contextlib import nullcontext

import numpy as np
import pytest

from nn import Hyperparameters, Trainer, TwoLayerNN
from nn.digits import Digits
from nn.functions import ACTIVATIONS
from nn.optimizers import OPTIMIZERS
from nn.parameters import INITS
from tests.page import Page
from ui.state.settings import AFTER_RESET, BATCH_SIZES, CLASSIC, L2, LEARNING_RATES, MODERN, Settings


def test_the_learning_rates_are_a_log_scale_of_short_numbers():
    steps = np.diff(np.log10(LEARNING_RATES))
    assert LEARNING_RATES[0] == 0.0001 and LEARNING_RATES[-1] == 10
    assert (steps > 0).all() and steps.max() < 0.2
    assert {0.001, 0.01, 0.1, 0.3, 1.0} <= set(LEARNING_RATES)
    assert all(len(f"{rate:g}") <= 7 for rate in LEARNING_RATES)


def test_every_choice_makes_a_run():
    for rate in LEARNING_RATES:
        Hyperparameters(learning_rate=rate)
    for l2 in L2:
        Hyperparameters(l2=l2)
    for size in BATCH_SIZES[:-1]:
        Hyperparameters(batch_size=int(size))
    for activation in ACTIVATIONS:
        for init in INITS:
            assert Settings(activation=activation, init=init).new_network().W1.shape == (10, 784)


def test_classic_is_the_run_that_everyone_knows():
    values = CLASSIC.values()
    assert (values["hidden_size"], values["init"], values["activation"]) == (10, "uniform", "relu")
    assert (values["learning_rate"], values["iterations"], values["batch_size"]) == (0.1, 500, "all")
    assert values["optimizer"] == "gradient_descent" and values["l2"] == values["dropout"] == 0


def test_modern_is_what_one_would_do_today():
    values = MODERN.values()
    assert (values["hidden_size"], values["init"], values["optimizer"]) == (128, "he", "adam")
    assert values["batch_size"] in BATCH_SIZES[:-1] and values["learning_rate"] in LEARNING_RATES


def test_every_setting_has_a_widget_of_its_name():
    with Page() as page:
        assert {key: page.shown(key) for key in Settings().values()} == Settings().values()


def test_every_setting_is_among_the_values():
    settings = {field.name for field in dataclasses.fields(Settings)} - {"hyperparameters"}
    assert set(Settings().values()) == settings | {f.name for f in dataclasses.fields(Hyperparameters)}


def test_what_waits_for_a_reset_is_what_a_run_cannot_change():
    assert set(AFTER_RESET) < set(Settings().values())
    changes = {"learning_rate": 0.5, "iterations": 9, "batch_size": 8, "l2": 0.1, "dropout": 0.5}
    changes |= {"optimizer": "adam", "seed": 1}
    X, Y = np.zeros((4, 784), np.float32), np.arange(4)
    run = Trainer(TwoLayerNN(), Digits(X, Y))
    assert set(changes) == {field.name for field in dataclasses.fields(Hyperparameters)}
    for name, value in changes.items():
        new = run.hyperparameters.replace(**{name: value})
        refusal = pytest.raises(ValueError, match=name) if name in AFTER_RESET else nullcontext()
        with refusal:
            run.hyperparameters = new


def test_names_what_is_waiting():
    run = Settings()
    assert Settings().waiting(run) == []
    assert (
        Settings(hyperparameters=Hyperparameters(learning_rate=0.5, iterations=9, l2=0.1)).waiting(run) == []
    )
    other = Settings("mnist", 20, "tanh", "he", Hyperparameters(optimizer="adam", seed=1))
    assert other.waiting(run) == [
        "data",
        "hidden units",
        "activation",
        "starting weights",
        "optimizer",
        "seed",
    ]


def test_the_seed_makes_the_network():
    one = Settings(hyperparameters=Hyperparameters(seed=1)).new_network()
    np.testing.assert_array_equal(one.W1, Settings(hyperparameters=Hyperparameters(seed=1)).new_network().W1)
    assert not np.array_equal(one.W1, Settings().new_network().W1)
    assert set(OPTIMIZERS) >= {"gradient_descent", "momentum", "rmsprop", "adam"}
