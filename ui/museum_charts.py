"""Turns the histories of a sick and a healthy run into charts side by side. No Streamlit."""

from typing import Any

import numpy as np
import pandas as pd

from nn.history import History
from ui.charts import POINTS, Chart

SICK, HEALTHY = "this run", "healthy run"
COLOURS = {SICK: "#e0529c", HEALTHY: "#7f8c99"}  # pink and grey, unlike the colours of the visitor's own run
LEAST_LOSS = 0.01  # on the axis, which is a logarithm's


def museum_chart(sick: History, healthy: History, what: str, iterations: int) -> Chart:
    """
    Draw what two runs do, on training digits (dashed) and on held-out ones (solid).

    Parameters
    ----------
    sick, healthy : History
    what : {"accuracy", "loss"}
    iterations : int
        Where the axis ends.

    Returns
    -------
    Chart
        Losses on a logarithmic axis: one of the bugs begins with hundreds.
    """
    table = pd.concat([_table(healthy, HEALTHY, what), _table(sick, SICK, what)])  # the sick one on top
    y: dict[str, Any] = {"scale": {"domain": [0, 1]}, "axis": {"format": ".0%", "tickCount": 5}}
    if what == "loss":
        table["value"] = table["value"].clip(lower=LEAST_LOSS)
        top = float(10 ** np.ceil(np.log10(max(10.0, table["value"].max()))))
        y = {
            "scale": {"type": "log", "domain": [LEAST_LOSS, top]},
            "axis": {
                "format": ",~f",
                "values": [0.01, 0.1, 1, 10, 100, 1e3, 1e4, 1e5, 1e6],
            },
        }
    y["axis"] |= {"title": None, "minExtent": 34}
    spec = {
        "padding": {"left": 2, "right": 8, "top": 6, "bottom": 2},
        "mark": {"type": "line", "clip": True},
        "encoding": {
            "x": {
                "field": "iteration",
                "type": "quantitative",
                "scale": {"domain": [0, iterations], "nice": False},
                "axis": {"tickCount": 4, "format": "d", "title": None, "grid": False},
            },
            "y": {"field": "value", "type": "quantitative", **y},
            "color": {
                "field": "run",
                "type": "nominal",
                "scale": {"domain": list(COLOURS), "range": list(COLOURS.values())},
                "legend": None,  # the words above the charts carry the colours
            },
            "strokeWidth": {  # where both do the same, one sees both
                "field": "run",
                "type": "nominal",
                "scale": {"domain": list(COLOURS), "range": [2, 4]},
                "legend": None,
            },
            "strokeDash": {
                "field": "digits",
                "type": "nominal",
                "scale": {"domain": ["training", "held out"], "range": [[4, 3], [1, 0]]},
                "legend": None,
            },
            "tooltip": [
                {"field": "run", "type": "nominal"},
                {"field": "digits", "type": "nominal"},
                {"field": "iteration", "type": "quantitative"},
                {"field": "value", "type": "quantitative", "format": ".3~g", "title": what},
            ],
        },
    }
    told = [f"{name} {_last(history, what)}" for name, history in ((SICK, sick), (HEALTHY, healthy))]
    return Chart(table, spec, f"{what.capitalize()}: " + "; ".join(told) + ".")


def _table(history: History, run: str, what: str) -> pd.DataFrame:
    points = history.sampled(POINTS)
    return pd.DataFrame(
        {
            "iteration": [point.iteration for point in points] * 2,
            "value": [getattr(p, f"train_{what}") for p in points]
            + [getattr(p, f"dev_{what}") for p in points],
            "digits": ["training"] * len(points) + ["held out"] * len(points),
            "run": run,
        }
    )


def _last(history: History, what: str) -> str:
    last = history.points[-1]
    train, dev = getattr(last, f"train_{what}"), getattr(last, f"dev_{what}")
    return f"at iteration {last.iteration}: {train:.3g} on training digits, {dev:.3g} on held-out digits"
