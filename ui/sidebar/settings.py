"""The sidebar: every setting as a widget, put together into Settings."""

from collections.abc import Collection

import streamlit as st

from nn import Hyperparameters
from nn.functions import ACTIVATIONS
from nn.model import MAX_HIDDEN
from nn.optimizers import OPTIMIZERS
from ui.state.link import open_link
from ui.state.session import Session
from ui.state.settings import (
    BATCH_SIZES,
    CLASSIC,
    EXPERT,
    FULL_BATCH,
    L2,
    LEARNING_RATES,
    MODERN,
    MOST_DROPOUT,
    MOST_ITERATIONS,
    MOST_SEED,
    STARTS,
    Settings,
)

NAMES = {
    "relu": "ReLU",
    "tanh": "tanh",
    "sigmoid": "sigmoid",
    "uniform": "uniform ±0.5 (classic)",
    "he": "He",
    "xavier": "Xavier",
    EXPERT: "the expert's, to go on from there",
    "gradient_descent": "gradient descent",
    "momentum": "momentum",
    "rmsprop": "RMSprop",
    "adam": "Adam",
    FULL_BATCH: "all (full batch)",
}


def fill_widgets_from_link() -> None:
    """Give every widget its first value: what the link says, or the default."""
    for key, value in open_link(st.query_params).items():
        st.session_state.setdefault(key, value)


def show_presets(session: Session) -> None:
    """Draw the two presets, without `help`: with it Streamlit puts every button into the page twice."""
    classic, modern = st.columns(2)
    classic.button("Classic", key="classic", on_click=_use, args=(session, CLASSIC), width="stretch")
    modern.button("Modern", key="modern", on_click=_use, args=(session, MODERN), width="stretch")
    st.caption("Classic: 10 hidden units, about 85%. Modern: 128 and Adam, 94%; with all 70,000 digits 97%.")


def _use(session: Session, preset: Settings) -> None:
    """Put a preset into the widgets and start a new run with it; the data stay as they are."""
    values = preset.values()
    del values["dataset"]
    st.session_state.update(values)
    session.reset_wanted = True


def show_settings(dataset: str) -> Settings:
    """
    Draw the widgets of network and training.

    Parameters
    ----------
    dataset : str
        The key of the chosen digits.

    Returns
    -------
    Settings
        Every value within its range, whatever a widget said.
    """
    learning_rate = st.select_slider(
        "Learning rate",
        LEARNING_RATES,
        format_func=lambda rate: f"{rate:g}",
        key="learning_rate",
        help="How far each step goes. Too small: it crawls. Too large: it jumps over the goal.",
    )
    iterations = st.slider(
        "Iterations",
        1,
        MOST_ITERATIONS,
        key="iterations",
        help="How many steps to train. One step changes every weight once.",
    )
    hidden_size = st.number_input(
        "Hidden units · after reset",
        1,
        MAX_HIDDEN,
        key="hidden_size",
        help="Each one learns a 28x28 pattern to look for. More can learn more, and take longer.",
    )
    with st.expander("More settings"):
        batch_size = st.select_slider(
            "Digits at each step (batch size)",
            BATCH_SIZES,
            format_func=lambda size: NAMES.get(size, size),
            key="batch_size",
            help="'All' looks at every digit before each step. A few: noisier steps, but many more.",
        )
        l2 = st.select_slider(
            "Weight decay (L2)",
            L2,
            format_func=lambda value: f"{value:g}",
            key="l2",
            help="Pulls large weights towards 0, against learning by heart.",
        )
        dropout = st.slider(
            "Dropout",
            0.0,
            MOST_DROPOUT,
            step=0.05,
            key="dropout",
            help="Share of hidden units switched off at random in each step, against learning by heart.",
        )
        distort = st.toggle(
            "Distort the training digits",
            key="distort",
            help="Bend, turn and thicken each digit a bit, differently each time: against learning by heart.",
        )
        st.caption("The four below count after Reset.")
        optimizer = _choice("Optimizer", OPTIMIZERS, "optimizer", "How a slope becomes a step.")
        activation = _choice(
            "Activation",
            ACTIVATIONS,
            "activation",
            "What a hidden unit does with its sum. ReLU: keep it if positive.",
        )
        init = _choice(
            "Starting weights", STARTS, "init", "How the random weights are drawn before training."
        )
        seed = st.number_input(
            "Seed", 0, MOST_SEED, key="seed", help="Names the random numbers: same seed, same run."
        )
    return Settings(
        dataset=dataset,
        hidden_size=int(_clamp(hidden_size, 1, MAX_HIDDEN)),
        activation=activation,
        init=init,
        distort=bool(distort),
        hyperparameters=Hyperparameters(
            learning_rate=float(_clamp(learning_rate, LEARNING_RATES[0], LEARNING_RATES[-1])),
            iterations=int(_clamp(iterations, 1, MOST_ITERATIONS)),
            batch_size=int(batch_size) if batch_size in BATCH_SIZES[:-1] else None,
            optimizer=optimizer,
            l2=float(_clamp(l2, L2[0], L2[-1])),
            dropout=round(float(_clamp(dropout, 0.0, MOST_DROPOUT)), 2),
            seed=int(_clamp(seed, 0, MOST_SEED)),
        ),
    )


def _choice(label: str, names: Collection[str], key: str, explanation: str) -> str:
    options = list(names)
    chosen = st.selectbox(label, options, format_func=NAMES.get, key=key, help=explanation)
    return chosen if chosen in names else options[0]


def _clamp(value: float | None, low: float, high: float) -> float:
    return low if value is None else min(max(value, low), high)
