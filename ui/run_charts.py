"""Draws runs side by side and the band of ten seeds: a table and a Vega-Lite spec each. No Streamlit."""

from typing import Any

import pandas as pd

from ui.charts import HELD_OUT, Chart
from ui.run import Run
from ui.seed_fan import SEEDS

POINTS = 80  # drawn of each run
PERCENT = {"format": ".0%", "tickCount": 5, "title": None, "minExtent": 44}
ITERATION = {"tickCount": 5, "format": "d", "title": None, "grid": False}


def runs_chart(runs: list[Run], chosen: Run) -> Chart:
    """
    Draw the held-out accuracy of several runs, one of them thick.

    Parameters
    ----------
    runs : list of Run, 1 or more
    chosen : Run
        One of them.

    Returns
    -------
    Chart
    """
    table = pd.DataFrame(
        [
            (run.name, point.iteration, point.dev_accuracy, run is chosen)
            for run in runs
            for point in run.trainer.history.sampled(POINTS)
        ],
        columns=["run", "iteration", "accuracy", "chosen"],
    )
    ends = ", ".join(f"{run.name} {run.trainer.history.points[-1].dev_accuracy:.1%}" for run in runs)
    spec = {
        "padding": {"left": 2, "right": 8, "top": 6, "bottom": 2},
        "mark": {"type": "line", "clip": True},
        "encoding": {
            "x": _position("iteration", ITERATION),
            "y": _position("accuracy", PERCENT, [0, 1]),
            "color": {
                "field": "run",
                "type": "nominal",
                "sort": None,
                "scale": {"scheme": "tableau10"},
                "legend": {"orient": "bottom", "columns": 3, "title": None, "symbolType": "stroke"},
            },
            "strokeWidth": {
                "field": "chosen",
                "type": "nominal",
                "scale": {"domain": [False, True], "range": [1.5, 3.5]},
                "legend": None,
            },
            "tooltip": [
                {"field": "run", "type": "nominal"},
                {"field": "iteration", "type": "quantitative"},
                {"field": "accuracy", "type": "quantitative", "format": ".1%", "title": "held out"},
            ],
        },
    }
    return Chart(table, spec, f"Held-out accuracy at the end: {ends}.")


def fan_chart(band: pd.DataFrame, iterations: int) -> Chart:
    """
    Draw the band of the runs that differ in their seed only.

    Parameters
    ----------
    band : DataFrame
        From `SeedFan.band`.
    iterations : int
        Where the axis ends.

    Returns
    -------
    Chart
    """
    x = _position("iteration", ITERATION, [0, iterations])
    tooltip = [
        {"field": "iteration", "type": "quantitative"},
        *(
            {"field": name, "type": "quantitative", "format": ".1%"}
            for name in ("lowest", "median", "highest")
        ),
    ]
    y = _position("lowest", PERCENT, [0, 1])
    spec = {
        "padding": {"left": 2, "right": 8, "top": 6, "bottom": 2},
        "encoding": {"x": x, "tooltip": tooltip},
        "layer": [
            {
                "mark": {"type": "area", "opacity": 0.35, "color": HELD_OUT, "clip": True},
                "encoding": {"y": y, "y2": {"field": "highest"}},
            },
            {
                "mark": {"type": "line", "strokeWidth": 2.5, "color": HELD_OUT, "clip": True},
                "encoding": {"y": y | {"field": "median"}},
            },
        ],
    }
    last = band.iloc[-1] if len(band) else None
    alt = "No runs are left to draw."
    if last is not None:
        alt = (
            f"Held-out accuracy of {SEEDS} seeds after {last.iteration:.0f} iterations: from "
            f"{last.lowest:.1%} to {last.highest:.1%}, median {last['median']:.1%}."
        )
    return Chart(band, spec, alt)


def _position(field: str, axis: dict[str, Any], domain: list[float] | None = None) -> dict[str, Any]:
    scale = {"nice": False} | ({"domain": domain} if domain else {})
    return {"field": field, "type": "quantitative", "axis": axis, "scale": scale}
