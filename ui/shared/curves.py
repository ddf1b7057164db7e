"""Accuracy and loss of a run against the iteration, and of the run that it was forked from. No Streamlit."""

from typing import Any, Literal

import numpy as np
import pandas as pd

from nn.history import History
from ui.shared.charts import (
    HELD_OUT,
    PADDING,
    PERCENT,
    TRAINING,
    Chart,
    by_value,
    iterations,
    position,
    tip,
)
from ui.shared.words import number

POINTS = 200  # drawn of each curve; a screen shows no more
SERIES = ("training", "held out")
RUNS = ("this run", "the run it was forked from")

What = Literal["accuracy", "loss"]


def accuracy_chart(history: History, end: int, parent: History | None = None) -> Chart:
    """
    Draw accuracy against iteration, on training and on held-out digits.

    Parameters
    ----------
    history : History
    end : int
        The iteration where the axis ends: fixed, so that nothing jumps while the curves grow.
    parent : History, optional
        Of the run that this one was forked from: its curves are thin and dashed.

    Returns
    -------
    Chart
    """
    return _curves("accuracy", history, end, parent, PERCENT, 1, ".1%")


def loss_chart(history: History, end: int, parent: History | None = None) -> Chart:
    """Draw the loss like `accuracy_chart`; the axis ends a little above the first loss, whatever follows."""
    first = history.points[0]
    losses = [loss for loss in (first.train_loss, first.dev_loss) if np.isfinite(loss)]
    highest = float(np.ceil(max([2.5, *losses])))
    axis = {"tickCount": 4, "title": None, "minExtent": 44}
    return _curves("loss", history, end, parent, axis, highest, ".3f")


def curve_table(history: History, run: str, what: What) -> pd.DataFrame:
    """Return both curves of a run, thinned: `iteration`, `value`, `digits` (of `SERIES`) and `run`."""
    points = history.sampled(POINTS)
    columns = {
        "iteration": [point.iteration for point in points] * 2,
        "value": [getattr(p, f"{split}_{what}") for split in ("train", "dev") for p in points],
        "digits": np.repeat(SERIES, len(points)),
        "run": run,
    }
    return pd.DataFrame(columns)


def _curves(
    what: What,
    history: History,
    end: int,
    parent: History | None,
    axis: dict[str, Any],
    highest: float,
    form: str,
) -> Chart:
    tables = [curve_table(parent, RUNS[1], what)] if parent else []  # first, so that it lies below
    table = pd.concat([*tables, curve_table(history, RUNS[0], what)], ignore_index=True)
    encoding = {
        "x": iterations(end),
        "y": position("value", axis, [0, highest]),
        "color": by_value("digits", dict(zip(SERIES, [TRAINING, HELD_OUT], strict=True))),
        "strokeDash": by_value("run", dict(zip(RUNS, [[1, 0], [5, 4]], strict=True))),
        "strokeWidth": by_value("run", dict(zip(RUNS, [2.5, 1.2], strict=True))),
        "tooltip": [tip("iteration", "d"), tip("digits"), tip("value", form)],
    }
    spec = {"padding": PADDING, "mark": {"type": "line", "clip": True}, "encoding": encoding}
    last = history.points[-1]
    train, dev = (number(getattr(last, f"{split}_{what}"), form) for split in ("train", "dev"))
    where = f"{what.capitalize()} after {last.iteration} iterations"
    alt = f"{where}: {train} on training digits, {dev} on held-out digits."
    return Chart(table, spec, alt)
