"""Turns a confusion matrix and a calibration into Vega-Lite charts. No Streamlit."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from nn.explain.calibration import Calibration
from nn.explain.errors import share, worst_confusions
from nn.functions import Array
from ui.shared.charts import HELD_OUT, PADDING, TRAINING, Chart, tip, told_apart

RIGHT, WRONG = TRAINING, HELD_OUT  # blue and orange, told apart by the colour-blind; and by their place


def confusion_chart(matrix: Array, names: Sequence[str], per_cent: bool) -> Chart:
    """
    Draw what is read as what: a row is what the digits are, a column what they are read as.

    Parameters
    ----------
    matrix : (10, 10) integers
        From `confusion_matrix`.
    names : sequence of 10 str
        What the classes are called.
    per_cent : bool
        Write the per cent of the row into the cells, instead of counts.

    Returns
    -------
    Chart
        A click selects a cell: the selection `cell` holds `true` and `read_as`, 0 to 9.
    """
    shares = np.nan_to_num(share(matrix, matrix.sum(axis=1, keepdims=True)))
    true, read_as = np.indices(matrix.shape).reshape(2, -1)
    written = np.where(
        matrix.ravel() > 0, np.round(100 * shares.ravel(), 1) if per_cent else matrix.ravel(), 0
    )
    table = pd.DataFrame(
        {
            "true": true,
            "read_as": read_as,
            "count": matrix.ravel(),
            "share": shares.ravel(),
            "strength": shares.ravel() ** 0.5,  # the roots, so that one sees the few mistakes
            "right": true == read_as,
            "text": [_short(value, per_cent) for value in written],
            "is a": [names[k] for k in true],
            "read as": [names[k] for k in read_as],
        }
    )
    label = f"{[str(name)[:9] for name in names]}[datum.value]"
    long_names = max(map(len, names)) > 2
    axis = {"labelExpr": label, "ticks": False, "domain": False, "labelFontSize": 10 if long_names else 13}
    tooltip = [tip("is a"), tip("read as"), tip("count", ",", "digits"), tip("share", ".1%", "of the row")]
    spec = {
        "padding": {"left": 2, "right": 2, "top": 2, "bottom": 2},
        "encoding": {
            "x": {
                "field": "read_as",
                "type": "ordinal",
                "title": "read as",
                "axis": {**axis, "orient": "top", "labelAngle": -40 if long_names else 0},
            },
            "y": {"field": "true", "type": "ordinal", "title": "is a", "axis": axis},
            "tooltip": tooltip,
        },
        "layer": [
            {
                "params": [
                    {
                        "name": "cell",
                        "select": {"type": "point", "fields": ["true", "read_as"], "toggle": False},
                    }
                ],
                "mark": {"type": "rect", "cornerRadius": 3, "stroke": "#88888844", "cursor": "pointer"},
                "encoding": {
                    "color": told_apart("right", {True: RIGHT, False: WRONG}),
                    "fillOpacity": {
                        "field": "strength",
                        "type": "quantitative",
                        "scale": {"domain": [0, 1], "range": [0, 1]},
                        "legend": None,
                    },
                },
            },
            {
                "mark": {"type": "text", "fontSize": 12, "cursor": "pointer"},
                "encoding": {
                    "text": {"field": "text"},
                    "color": {
                        "condition": {"test": "datum.strength > 0.55", "value": "white"},
                        "value": "#808495",
                    },
                },
            },
        ],
    }
    worst = ", ".join(
        f"{names[c.true]} read as {names[c.read_as]} {c.count} times" for c in worst_confusions(matrix, 3)
    )
    alt = (
        f"Confusion matrix of {matrix.sum():,} digits, {np.trace(matrix):,} of them read right. "
        f"Most often wrong: {worst or 'none'}."
    )
    return Chart(table, spec, alt)


def calibration_chart(bins: Calibration) -> Chart:
    """
    Draw how often the answers are right against how sure they are.

    Parameters
    ----------
    bins : Calibration

    Returns
    -------
    Chart
        On the diagonal the network is as right as it is sure.
    """
    edges = np.linspace(0, 1, len(bins.count) + 1)
    table = pd.DataFrame(
        {
            "from": edges[:-1],
            "to": edges[1:],
            "sure": bins.confidence,
            "right": bins.accuracy,
            "digits": bins.count,
        }
    ).dropna()
    percent = {"format": ".0%", "values": [0, 0.2, 0.4, 0.6, 0.8, 1]}
    x = {"type": "quantitative", "scale": {"domain": [0, 1]}, "axis": {**percent, "grid": False}}
    y = {"type": "quantitative", "scale": {"domain": [0, 1]}, "axis": percent}
    diagonal = {"values": [{"sure": 0, "right": 0}, {"sure": 1, "right": 1}]}
    spec = {
        "padding": PADDING,
        "layer": [
            {
                "mark": {"type": "rect", "color": TRAINING, "opacity": 0.45, "stroke": TRAINING},
                "encoding": {
                    "x": {"field": "from", **x, "title": "how sure it says it is"},
                    "x2": {"field": "to"},
                    "y": {"field": "right", **y, "title": "how often it is right"},
                    "y2": {"datum": 0},
                    "tooltip": [tip("digits", ","), tip("sure", ".1%"), tip("right", ".1%")],
                },
            },
            {
                "data": diagonal,
                "mark": {"type": "line", "color": "#808495", "strokeDash": [5, 4], "strokeWidth": 2},
                "encoding": {"x": {"field": "sure", **x}, "y": {"field": "right", **y}},
            },
            {
                "mark": {"type": "point", "filled": True, "size": 70, "color": HELD_OUT, "opacity": 1},
                "encoding": {"x": {"field": "sure", **x}, "y": {"field": "right", **y}},
            },
        ],
    }
    told = "; ".join(f"{row.sure:.0%} sure, {row.right:.0%} right" for row in table.itertuples())
    return Chart(table, spec, f"How often it is right, by how sure it is: {told}.")


def _short(value: float, per_cent: bool) -> str:
    """Write a number that fits into a cell; nothing for 0."""
    if not value:
        return ""
    return f"{value:.0f}" if not per_cent or value >= 9.95 else f"{value:.1f}"
