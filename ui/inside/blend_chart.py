"""The probabilities on the way from one drawing to another, as a chart. No Streamlit."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from nn.explain.dreams import Blend
from ui.shared.charts import Chart, position, told_apart

WORTH_A_LINE = 0.05  # probability; an answer that stays below it everywhere is left out
COLOURS = (  # Tableau 10, for 0 to 9, lightened or darkened where needed on white and on black
    *("#4e79a7", "#f28e2b", "#e15759", "#76b7b2", "#59a14f"),
    *("#c9a227", "#b07aa1", "#ff7f9c", "#9c755f", "#8c8783"),
)


def blend_chart(way: Blend, share: float, names: Sequence[str]) -> Chart:
    """
    Draw a curve for each answer that plays a part, and a rule where the slider stands.

    Parameters
    ----------
    way : Blend
    share : float in [0, 1]
        Of the second drawing.
    names : sequence of 10 str

    Returns
    -------
    Chart
    """
    seen = np.flatnonzero(way.probabilities.max(axis=0) >= WORTH_A_LINE)
    peaks = way.probabilities.argmax(axis=0)
    curves = pd.DataFrame(
        {
            "share": np.tile(way.shares, len(seen)),
            "probability": way.probabilities[:, seen].T.ravel(),
            "answer": np.repeat([names[k] for k in seen], len(way.shares)),
            "label": np.concatenate(
                [np.where(np.arange(len(way.shares)) == peaks[k], names[k], "") for k in seen]
            ),
        }
    )
    first, last = way.probabilities[0].argmax(), way.probabilities[-1].argmax()
    alt = (
        f"From {names[first]}, {way.probabilities[0, first]:.0%} sure, "
        f"to {names[last]}, {way.probabilities[-1, last]:.0%} sure."
    )
    title = "share of the second drawing"
    x = position("share", {"format": ".0%", "tickCount": 5, "title": title, "grid": False}, [0, 1])
    axis = {"format": ".0%", "values": [0, 0.5, 1], "title": None, "minExtent": 38}
    y = position("probability", axis, [0, 1.08])
    colour = told_apart("answer", dict(zip(names, COLOURS, strict=True)))  # each curve carries its name
    spec = {
        "padding": {"left": 2, "right": 14, "top": 4, "bottom": 2},
        "encoding": {"x": x, "y": y},
        "layer": [
            {"mark": {"type": "line", "strokeWidth": 3}, "encoding": {"color": colour}},
            {
                "mark": {"type": "text", "dy": -9, "fontSize": 16, "fontWeight": "bold", "clip": False},
                "encoding": {"text": {"field": "label"}, "color": colour},
            },
            {
                "mark": {"type": "rule", "strokeWidth": 2, "strokeDash": [5, 4], "color": "#888"},
                "encoding": {"x": {"datum": share}, "y": None},
            },
        ],
    }
    return Chart(curves, spec, alt)
