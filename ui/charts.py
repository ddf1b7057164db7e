"""Turns histories and probabilities into Vega-Lite charts: a table and a spec (a dict) each. No Streamlit."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from nn.history import History

POINTS = 200  # drawn of each curve; a screen shows no more
TRAINING, HELD_OUT = (
    "#1c83e1",
    "#f28c28",
)  # blue and orange: told apart by the colour-blind, on white and black
READERS = {"expert": "#8b6fd6", "yours": "#2a9d6f"}  # violet and green, as beside their names
SERIES = ("training", "held out")
RUNS = ("this run", "the run it left")


class Chart(NamedTuple):
    """What `st.vega_lite_chart` takes, and the same for somebody who cannot see it."""

    data: pd.DataFrame
    spec: dict[str, Any]
    alt: str


def accuracy_chart(history: History, iterations: int, left: History | None = None) -> Chart:
    """
    Draw accuracy against iteration, on training and on held-out digits.

    Parameters
    ----------
    history : History
    iterations : int
        Where the axis ends.
    left : History, optional
        Of the run that this one was forked from: its curves are thin and dashed.

    Returns
    -------
    Chart
    """
    last = history.points[-1]
    alt = (
        f"Accuracy after {last.iteration} iterations: {last.train_accuracy:.1%} on training digits, "
        f"{last.dev_accuracy:.1%} on held-out digits."
    )
    table = _table(history, left, "train_accuracy", "dev_accuracy")
    y = {
        "scale": {"domain": [0, 1]},
        "axis": {"format": ".0%", "tickCount": 5, "title": None, "minExtent": 44},
    }
    return Chart(table, _curves(y, ".1%", iterations), alt)


def loss_chart(history: History, iterations: int, left: History | None = None) -> Chart:
    """
    Draw the loss against iteration, on training and on held-out digits.

    Parameters
    ----------
    history : History
    iterations : int
        Where the axis ends.
    left : History, optional
        Of the run that this one was forked from: its curves are thin and dashed.

    Returns
    -------
    Chart
        The axis ends a little above the first loss; a loss that explodes leaves it.
    """
    first, last = history.points[0], history.points[-1]
    alt = (
        f"Loss after {last.iteration} iterations: {last.train_loss:.3f} on training digits, "
        f"{last.dev_loss:.3f} on held-out digits."
    )
    highest = float(np.ceil(max(2.5, first.train_loss, first.dev_loss)))
    table = _table(history, left, "train_loss", "dev_loss")
    y = {"scale": {"domain": [0, highest]}, "axis": {"tickCount": 4, "title": None, "minExtent": 44}}
    return Chart(table, _curves(y, ".3f", iterations), alt)


def probability_chart(readings: dict[str, np.ndarray], names: Sequence[str]) -> Chart:
    """
    Draw a bar for each class and each network.

    Parameters
    ----------
    readings : dict of str to (10,) floats in [0, 1]
        The probabilities, by the name of the network: a key of `READERS`.
    names : sequence of 10 str
        What the classes are called.

    Returns
    -------
    Chart
    """
    alt = "Probabilities. " + " ".join(f"{who}: {_best_three(p, names)}." for who, p in readings.items())
    table = pd.DataFrame(
        {
            "name": list(names) * len(readings),
            "probability": np.nan_to_num(np.concatenate(list(readings.values()))),
            "network": np.repeat(list(readings), 10),
        }
    )
    long_names = max(map(len, names)) > 2
    spec = {
        "height": 98,
        "padding": {"left": 2, "right": 2, "top": 4, "bottom": 2},
        "mark": {"type": "bar", "cornerRadiusEnd": 2},
        "encoding": {
            "x": {
                "field": "name",
                "type": "nominal",
                "sort": None,
                "title": None,
                "axis": {
                    "labelAngle": -45 if long_names else 0,
                    "labelFontSize": 10 if long_names else 14,
                    "ticks": False,
                    "domain": False,
                },
            },
            "xOffset": {"field": "network", "sort": list(READERS)},
            "y": {
                "field": "probability",
                "type": "quantitative",
                "scale": {"domain": [0, 1]},
                "axis": {"format": ".0%", "values": [0, 0.5, 1], "title": None},
            },
            "color": {
                "field": "network",
                "type": "nominal",
                "scale": {"domain": list(READERS), "range": list(READERS.values())},
                "legend": None,  # the names above the chart carry the colours
            },
            "tooltip": [
                {"field": "network", "type": "nominal"},
                {"field": "name", "type": "nominal", "title": "class"},
                {"field": "probability", "type": "quantitative", "format": ".1%"},
            ],
        },
    }
    return Chart(table, spec, alt)


def _best_three(probabilities: np.ndarray, names: Sequence[str]) -> str:
    return ", ".join(f"{names[k]} {probabilities[k]:.0%}" for k in np.argsort(-probabilities)[:3])


def _table(history: History, left: History | None, train: str, dev: str) -> pd.DataFrame:
    parts = [_rows(left, RUNS[1], train, dev)] if left else []  # first, so that it lies below
    return pd.concat([*parts, _rows(history, RUNS[0], train, dev)], ignore_index=True)


def _rows(history: History, run: str, train: str, dev: str) -> pd.DataFrame:
    points = history.sampled(POINTS)
    iteration = [point.iteration for point in points]
    return pd.DataFrame(
        {
            "iteration": iteration * 2,
            "value": [getattr(p, train) for p in points] + [getattr(p, dev) for p in points],
            "digits": [SERIES[0]] * len(points) + [SERIES[1]] * len(points),
            "run": run,
        }
    )


def _curves(y: dict[str, Any], number: str, iterations: int) -> dict[str, Any]:
    """Two lines on fixed axes, so that nothing jumps while they grow."""
    return {
        "padding": {"left": 2, "right": 8, "top": 6, "bottom": 2},
        "mark": {"type": "line", "clip": True, "interpolate": "linear"},
        "encoding": {
            "x": {
                "field": "iteration",
                "type": "quantitative",
                "scale": {"domain": [0, iterations], "nice": False},
                "axis": {"tickCount": 5, "format": "d", "title": None, "grid": False},
            },
            "y": {"field": "value", "type": "quantitative", **y},
            "color": {
                "field": "digits",
                "type": "nominal",
                "scale": {"domain": list(SERIES), "range": [TRAINING, HELD_OUT]},
                "legend": None,  # the numbers above the chart carry the colours
            },
            "strokeDash": _by_run([1, 0], [5, 4]),
            "strokeWidth": _by_run(2.5, 1.2),
            "tooltip": [
                {"field": "iteration", "type": "quantitative"},
                {"field": "digits", "type": "nominal"},
                {"field": "value", "type": "quantitative", "format": number},
            ],
        },
    }


def _by_run(this: object, left: object) -> dict[str, Any]:
    return {
        "field": "run",
        "type": "nominal",
        "scale": {"domain": list(RUNS), "range": [this, left]},
        "legend": None,
    }
