"""How sure each network is of each of the ten answers, as bars. No Streamlit."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from ui.shared.charts import Chart, position, tip, told_apart
from ui.shared.colours import READERS


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
            "y": position("probability", {"format": ".0%", "values": [0, 0.5, 1], "title": None}, [0, 1]),
            "color": told_apart("network", READERS),
            "tooltip": [tip("network"), tip("name", title="class"), tip("probability", ".1%")],
        },
    }
    return Chart(table, spec, alt)


def _best_three(probabilities: np.ndarray, names: Sequence[str]) -> str:
    if not np.isfinite(probabilities).all():
        return "no answer, its weights exploded"
    return ", ".join(f"{names[k]} {probabilities[k]:.0%}" for k in np.argsort(-probabilities)[:3])
