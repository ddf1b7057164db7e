"""Draws runs side by side and the band of ten seeds: a table and a Vega-Lite spec each. No Streamlit."""

import pandas as pd

from ui.shared.charts import HELD_OUT, PADDING, PERCENT, Chart, iterations, position, tip, told_apart
from ui.state.run import Run
from ui.state.seeds import SEEDS

POINTS = 80  # drawn of each run


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
        "padding": PADDING,
        "mark": {"type": "line", "clip": True},
        "encoding": {
            "x": iterations(),
            "y": position("accuracy", PERCENT, [0, 1]),
            "color": {
                "field": "run",
                "type": "nominal",
                "sort": None,
                "scale": {"scheme": "tableau10"},
                "legend": {"orient": "bottom", "columns": 3, "title": None, "symbolType": "stroke"},
            },
            "strokeWidth": told_apart("chosen", {False: 1.5, True: 3.5}),
            "tooltip": [tip("run"), tip("iteration", "d"), tip("accuracy", ".1%", "held out")],
        },
    }
    return Chart(table, spec, f"Held-out accuracy at the end: {ends}.")


def seeds_chart(band: pd.DataFrame, end: int) -> Chart:
    """
    Draw the band of the runs that differ in their seed only.

    Parameters
    ----------
    band : DataFrame
        From `SeedRuns.band`.
    end : int
        The iteration where the axis ends.

    Returns
    -------
    Chart
    """
    tooltip = [tip("iteration", "d"), *(tip(name, ".1%") for name in ("lowest", "median", "highest"))]
    y = position("lowest", PERCENT, [0, 1])
    spec = {
        "padding": PADDING,
        "encoding": {"x": iterations(end), "tooltip": tooltip},
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
