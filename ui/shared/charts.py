"""What the page's charts have in common: each is a table, a Vega-Lite spec and words. No Streamlit."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import pandas as pd

from ui.shared.colours import BLUE, ORANGE

TRAINING, HELD_OUT = BLUE, ORANGE
PADDING = {"left": 2, "right": 8, "top": 6, "bottom": 2}
PERCENT = {"format": ".0%", "tickCount": 5, "title": None, "minExtent": 44}


class Chart(NamedTuple):
    """What `st.vega_lite_chart` takes, and the same in words for somebody who cannot see it."""

    data: pd.DataFrame
    spec: dict[str, Any]
    alt: str


def position(field: str, axis: dict[str, Any], domain: Sequence[float] | None = None) -> dict[str, Any]:
    """Describe an axis of numbers: the column, its look, and where it ends if not with the numbers."""
    scale = {"nice": False} | ({} if domain is None else {"domain": list(domain)})
    return {"field": field, "type": "quantitative", "axis": axis, "scale": scale}


def iterations(last: int | None = None) -> dict[str, Any]:
    """Describe the axis of the iterations, up to a last one or as far as the numbers go."""
    axis = {"tickCount": 5, "format": "d", "title": None, "grid": False}
    return position("iteration", axis, None if last is None else [0, last])


def by_value(field: str, looks: Mapping[Any, Any]) -> dict[str, Any]:
    """Give each value of a column its colour, dash or width; the words around the chart are its legend."""
    scale = {"domain": list(looks), "range": list(looks.values())}
    widths = all(isinstance(look, int | float) for look in looks.values())
    kind = "ordinal" if widths else "nominal"
    return {"field": field, "type": kind, "scale": scale, "legend": None}


def tip(field: str, form: str | None = None, title: str | None = None) -> dict[str, Any]:
    """Describe a line under the mouse: a column of words, or of numbers in a form such as '.1%'."""
    line = {"field": field, "type": "quantitative", "format": form} if form else {"field": field}
    return {"type": "nominal"} | line | ({"title": title} if title else {})
