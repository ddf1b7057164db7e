"""What the page's charts have in common: a table, a Vega-Lite spec (a dict) and words each. No Streamlit."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import pandas as pd

from ui.shared.colours import BLUE, ORANGE

TRAINING, HELD_OUT = BLUE, ORANGE
PADDING = {"left": 2, "right": 8, "top": 6, "bottom": 2}
PERCENT = {"format": ".0%", "tickCount": 5, "title": None, "minExtent": 44}


class Chart(NamedTuple):
    """What `st.vega_lite_chart` takes, and the same for somebody who cannot see it."""

    data: pd.DataFrame
    spec: dict[str, Any]
    alt: str


def position(field: str, axis: dict[str, Any], domain: Sequence[float] | None = None) -> dict[str, Any]:
    """
    Describe an axis for numbers.

    Parameters
    ----------
    field : str
        The column of the table.
    axis : dict
        How it looks, as Vega-Lite has it.
    domain : two floats, optional
        Where it begins and ends; by default with the numbers.

    Returns
    -------
    dict
    """
    scale = {"nice": False} | ({} if domain is None else {"domain": list(domain)})
    return {"field": field, "type": "quantitative", "axis": axis, "scale": scale}


def iterations(last: int | None = None) -> dict[str, Any]:
    """Describe the axis of the iterations, up to a last one or as far as the numbers go."""
    axis = {"tickCount": 5, "format": "d", "title": None, "grid": False}
    return position("iteration", axis, None if last is None else [0, last])


def told_apart(field: str, looks: Mapping[Any, Any]) -> dict[str, Any]:
    """
    Describe what a colour, a dash or a width says; the legend is in the words about the chart.

    Parameters
    ----------
    field : str
        The column of the table.
    looks : mapping
        The look of each of its values.

    Returns
    -------
    dict
    """
    scale = {"domain": list(looks), "range": list(looks.values())}
    return {"field": field, "type": "nominal", "scale": scale, "legend": None}


def tip(field: str, number: str | None = None, title: str | None = None) -> dict[str, Any]:
    """
    Describe a line of what is shown under the mouse.

    Parameters
    ----------
    field : str
        The column of the table.
    number : str, optional
        How a number is written, such as '.1%'; None for words.
    title : str, optional
        What it is called, if not as the column.

    Returns
    -------
    dict
    """
    line = {"field": field, "type": "quantitative", "format": number} if number else {"field": field}
    return {"type": "nominal"} | line | ({"title": title} if title else {})
