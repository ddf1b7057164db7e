"""Turns the histories of a sick and a healthy run into charts side by side. No Streamlit."""

from typing import Any

import numpy as np
import pandas as pd

from nn.history import History
from ui.shared.charts import PADDING, Chart, iterations, position, tip, told_apart
from ui.shared.curves import SERIES, What, curve_table
from ui.shared.words import number

SICK, HEALTHY = "this run", "healthy run"
COLOURS = {SICK: "#e0529c", HEALTHY: "#7f8c99"}  # pink and grey, unlike the colours of the visitor's own run
LEAST_LOSS = 0.01  # on the axis, which is a logarithm's


def museum_chart(sick: History, healthy: History, what: What, end: int) -> Chart:
    """
    Draw what two runs do, on training digits (dashed) and on held-out ones (solid).

    Parameters
    ----------
    sick, healthy : History
    what : {"accuracy", "loss"}
    end : int
        The iteration where the axis ends.

    Returns
    -------
    Chart
        Losses on a logarithmic axis: one of the bugs begins with hundreds.
    """
    table = pd.concat(
        [curve_table(healthy, HEALTHY, what), curve_table(sick, SICK, what)]
    )  # the sick one on top
    axis: dict[str, Any] = {"format": ".0%", "tickCount": 5}
    y = position("value", axis, [0, 1])
    if what == "loss":
        table["value"] = table["value"].clip(lower=LEAST_LOSS)
        highest = table["value"][np.isfinite(table["value"])].max()
        top = float(10 ** np.ceil(np.log10(max(10.0, highest))))
        axis = {"format": ",~f", "values": [10.0**power for power in range(-2, 7)]}
        y = position("value", axis, [LEAST_LOSS, top])
        y["scale"]["type"] = "log"
    axis |= {"title": None, "minExtent": 34}
    spec = {
        "padding": PADDING,
        "mark": {"type": "line", "clip": True},
        "encoding": {
            "x": iterations(end),
            "y": y,
            "color": told_apart("run", COLOURS),
            "strokeWidth": told_apart("run", {SICK: 2, HEALTHY: 4}),  # where both do the same, one sees both
            "strokeDash": told_apart("digits", dict(zip(SERIES, [[4, 3], [1, 0]], strict=True))),
            "tooltip": [tip("run"), tip("digits"), tip("iteration", "d"), tip("value", ".3~g", what)],
        },
    }
    told = [f"{name} {_last(history, what)}" for name, history in ((SICK, sick), (HEALTHY, healthy))]
    return Chart(table, spec, f"{what.capitalize()}: " + "; ".join(told) + ".")


def _last(history: History, what: What) -> str:
    last = history.points[-1]
    train, dev = (number(getattr(last, f"{split}_{what}"), ".3g") for split in ("train", "dev"))
    return f"at iteration {last.iteration}: {train} on training digits, {dev} on held-out digits"
