"""The settings: what the sliders offer, what the presets are, what a run can change on its way."""

import dataclasses
from contextlib import nullcontext

import numpy as np
import pytest

from nn import Hyperparameters, Trainer, TwoLayerNN
from nn.functions import ACTIVATIONS
from nn.optimizers import OPTIMIZERS
from nn.parameters import INITS
from nn.run import Digits
from tests.page import Page
from tests.panels import Panel
from ui.state.settings import CLASSIC, MODERN, SETTINGS, Setting, Settings

LEARNING_RATES = SETTINGS["learning_rate"].options
FORGED = [
    *(None, "", " ", "nonsense", "nan", "-inf", "1e999", "0x10", "1,5", "<b>", "٣", "9" * 5000, b"12"),
    *(float("nan"), float("inf"), float("-inf"), 1e300, -1e300, 10**400, -(10**400), -1, 0, 0.5, 7, 2**63),
    *(True, False, 3 + 4j, [], [1, 2], [[]], {}, {"a": 1}, (), (3,), {1}, object(), Settings, len, range(3)),
    *(np.nan, np.float32(2.5), np.array([]), np.arange(3), np.array(5), memoryview(b"x")),
]


def test_the_learning_rates_are_a_log_scale_of_short_numbers():
    steps = np.diff(np.log10(LEARNING_RATES))
    assert LEARNING_RATES[0] == 0.0001 and LEARNING_RATES[-1] == 10
    assert (steps > 0).all() and steps.max() < 0.2
    assert {0.001, 0.01, 0.1, 0.3, 1.0} <= set(LEARNING_RATES)
    assert all(len(f"{rate:g}") <= 7 for rate in LEARNING_RATES)


def test_every_choice_makes_a_run():
    for rate in LEARNING_RATES:
        Hyperparameters(learning_rate=rate)
    for l2 in SETTINGS["l2"].options:
        Hyperparameters(l2=l2)
    for size in SETTINGS["batch_size"].options[:-1]:
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
    assert values["batch_size"] != "all" and values["learning_rate"] in LEARNING_RATES
    assert values["schedule"] == "cosine"


@pytest.mark.parametrize("setting", SETTINGS.values(), ids=SETTINGS)
@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # NumPy, of an array as a number
def test_whatever_is_said_becomes_a_valid_value(setting: Setting):
    assert len(FORGED) >= 25 and setting.valid(setting.default) == setting.default
    for said in FORGED:
        value = setting.valid(said)
        assert type(value) is type(setting.default), said
        assert not setting.options or value in setting.options, said
        assert not setting.limits or setting.limits[0] <= value <= setting.limits[1], said
        assert setting.valid(value) == value, said  # once is enough
        Settings.from_values({setting.name: said}).new_network()


def _sidebar() -> None:
    import streamlit as st

    from ui.sidebar.settings import prepare_widgets, show_settings

    st.session_state.update(st.session_state.get("forged", {}))  # in place of what the widgets say
    prepare_widgets()
    st.session_state["settings"] = show_settings(st.session_state["dataset"])


def test_the_sidebar_bears_every_forged_value():
    page = Panel(_sidebar)
    for said in FORGED:
        page.app.session_state["forged"] = dict.fromkeys(SETTINGS, said)
        settings = page.look().app.session_state["settings"]
        assert settings == Settings.from_values(dict.fromkeys(SETTINGS, said)), said
        drawn = {name: page.shown(name) for name in SETTINGS if name != "dataset"}
        assert drawn.items() <= settings.values().items(), said


def test_every_setting_has_a_widget_of_its_name():
    with Page() as page:
        assert {key: page.shown(key) for key in Settings().values()} == Settings().values()


def test_every_setting_is_among_the_values():
    settings = {field.name for field in dataclasses.fields(Settings)} - {"hyperparameters"}
    assert set(Settings().values()) == settings | {f.name for f in dataclasses.fields(Hyperparameters)}


def test_what_waits_for_a_reset_is_what_a_run_cannot_change():
    changes = {"learning_rate": 0.5, "iterations": 9, "batch_size": 8, "l2": 0.1, "dropout": 0.5}
    changes |= {"optimizer": "adam", "seed": 1, "schedule": "cosine"}
    X, Y = np.zeros((4, 784), np.float32), np.arange(4)
    run = Trainer(TwoLayerNN(), Digits(X, Y))
    assert set(changes) == {field.name for field in dataclasses.fields(Hyperparameters)}
    for name, value in changes.items():
        new = run.hyperparameters.replace(**{name: value})
        refusal = pytest.raises(ValueError, match=name) if SETTINGS[name].after_reset else nullcontext()
        with refusal:
            run.hyperparameters = new
    wanted = Settings(hyperparameters=Hyperparameters(**changes))
    run.hyperparameters = wanted.changing(run.hyperparameters)
    kept = {"optimizer": "gradient_descent", "seed": 0}
    assert vars(run.hyperparameters) == changes | kept


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
        "optimizer",
        "activation",
        "starting weights",
        "seed",
    ]


def test_reads_in_words():
    assert CLASSIC.in_words() == (
        "learning rate 0.1, 500 iterations, 10 hidden units, full batch, "
        "gradient descent, ReLU, uniform start"
    )
    values = {"schedule": "cosine", "batch_size": "64", "l2": 0.001, "dropout": 0.25, "distort": True}
    words = Settings.from_values(values).in_words()
    assert "cosine schedule, batches of 64, weight decay 0.001, dropout 0.25, distorted digits, " in words


def test_the_seed_makes_the_network():
    one = Settings(hyperparameters=Hyperparameters(seed=1)).new_network()
    np.testing.assert_array_equal(one.W1, Settings(hyperparameters=Hyperparameters(seed=1)).new_network().W1)
    assert not np.array_equal(one.W1, Settings().new_network().W1)
    assert set(OPTIMIZERS) >= {"gradient_descent", "momentum", "rmsprop", "adam"}
