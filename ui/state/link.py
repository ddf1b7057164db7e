"""Keeps the address in the browser in step with the settings, so that a link reopens the lesson."""

import math
from collections.abc import Callable, Collection, Mapping

import streamlit as st

from nn.functions import ACTIVATIONS
from nn.model import MAX_HIDDEN
from nn.optimizers import OPTIMIZERS
from ui.state.settings import (
    BATCH_SIZES,
    L2,
    LEARNING_RATES,
    MOST_DROPOUT,
    MOST_ITERATIONS,
    MOST_SEED,
    STARTS,
    Settings,
)

Value = str | int | float


def open_link(query: Mapping[str, str]) -> dict[str, Value]:
    """
    Translate an address into what the widgets show.

    Parameters
    ----------
    query : mapping of str to str
        The part of the address behind the question mark.

    Returns
    -------
    dict of str to value
        A value for every widget: the address's where it makes sense, within its range; else the default.
    """
    values = Settings().values()
    for name, read in READERS.items():
        if name in query:
            try:
                values[name] = read(query[name])
            except (ValueError, OverflowError):
                continue  # an old or mistyped link still opens the page
    return values


def update_link(settings: Settings) -> None:
    """Write the settings that differ from the defaults into the address."""
    default = Settings().values()
    query = {
        name: f"{value:g}" if isinstance(value, float | bool) else str(value)
        for name, value in settings.values().items()
        if value != default[name]
    }
    if st.query_params.to_dict() != query:
        st.query_params.from_dict(query)


def _nearest(options: list[float]) -> Callable[[str], float]:
    def read(text: str) -> float:
        number = min(max(_number(text), options[0]), options[-1])
        return min(options, key=lambda option: abs(option - number))

    return read


def _whole(low: int, high: int) -> Callable[[str], int]:
    return lambda text: int(min(max(_number(text), low), high))


def _share(high: float) -> Callable[[str], float]:
    return lambda text: min(max(_number(text), 0.0), high)


def _one_of(options: Collection[str]) -> Callable[[str], str]:
    return lambda text: _checked(text, options)


def _checked(text: str, options: Collection[str]) -> str:
    if text not in options:
        raise ValueError(text)
    return text


def _number(text: str) -> float:
    number = float(text)
    if math.isnan(number):
        raise ValueError(text)
    return number


READERS: dict[str, Callable[[str], Value]] = {
    "dataset": str,
    "learning_rate": _nearest(LEARNING_RATES),
    "iterations": _whole(1, MOST_ITERATIONS),
    "hidden_size": _whole(1, MAX_HIDDEN),
    "activation": _one_of(ACTIVATIONS),
    "init": _one_of(STARTS),
    "batch_size": _one_of(BATCH_SIZES),
    "optimizer": _one_of(OPTIMIZERS),
    "l2": _nearest(L2),
    "dropout": _share(MOST_DROPOUT),
    "seed": _whole(0, MOST_SEED),
    "distort": lambda text: _number(text) > 0,
}
