"""The confusion matrix: choose a cell and see its digits, those the network was surest of first."""

from collections.abc import Sequence
from contextlib import suppress

import numpy as np
import pandas as pd
import streamlit as st

from nn.explain.errors import Confusion, share, surest_first, worst_confusions
from nn.functions import Array
from ui.mistakes.answers import Answers
from ui.mistakes.gallery import show_gallery
from ui.shared.charts import HELD_OUT, TRAINING, Chart, by_value, tip
from ui.state.session import Session

MOST_SHOWN = 9  # digits of a cell
MOST_LISTED = 6  # confusions in words
RIGHT, WRONG = TRAINING, HELD_OUT  # blue and orange; and told apart by their place
GREY = "#808495"


def show_confusion(session: Session, answers: Answers, split: str) -> None:
    """Draw the matrix, the digits of the chosen cell beside it, and the worst confusions in words."""
    names, matrix = session.dataset.class_names, answers.matrix
    worst = worst_confusions(matrix, MOST_LISTED)
    chosen = st.session_state.get("cell_chosen") or (worst[0][:2] if worst else (0, 0))
    st.session_state["is_a"], st.session_state["read_as"] = chosen
    matrix_side, cell_side = st.columns([10, 7], gap="small")
    with matrix_side:
        per_cent = st.toggle("Per cent of the row", key="per_cent", persist_state="session")
        chart = confusion_chart(matrix, names, per_cent)
        click = {"key": "confusion", "on_select": _select_clicked}
        st.vega_lite_chart(chart.data, chart.spec, height=330, alt=chart.alt, **click)
    with cell_side, st.container(key="cell", gap="xsmall"):
        _show_cell(session, answers, split)
    st.markdown("**Worst confusions**" if worst else "**No mistakes at all**")
    with st.container(key="worst", gap=None):
        for confusion in worst:
            key, click = f"worst_{confusion.true}_{confusion.read_as}", {"on_click": _select}
            st.button(_in_words(confusion, names), key=key, type="tertiary", args=confusion[:2], **click)


def _in_words(confusion: Confusion, names: Sequence[str]) -> str:
    """Say what is read as what, how often, and how much that is."""
    true, read_as, count, part = confusion
    times = "once" if count == 1 else f"{count} times"
    return f"**{names[true]} read as {names[read_as]}**: {times}, {part:.1%} of all {names[true]}s"


def _show_cell(session: Session, answers: Answers, split: str) -> None:
    is_side, read_side = st.columns(2, gap="small")
    choice = {"format_func": session.dataset.class_names.__getitem__, "on_change": _select_named}
    true = is_side.selectbox("is a", range(10), key="is_a", **choice)
    read_as = read_side.selectbox("read as", range(10), key="read_as", **choice)
    rows = surest_first(answers.probabilities, (true == answers.Y) & (answers.predicted == read_as))
    count = f"**{len(rows)}** of {answers.matrix[true].sum()}"
    st.caption(f"{count}, the surest first. Choose one to explain." if len(rows) else f"{count}: none.")
    captions = [f"{answers.probabilities[row, read_as]:.0%} sure" for row in rows[:MOST_SHOWN]]
    show_gallery(session, answers, rows[:MOST_SHOWN], captions, "gallery_cell", split)


def _select(true: int, read_as: int) -> None:
    """Choose a cell; until somebody does, it is the worst confusion."""
    st.session_state["cell_chosen"] = int(true), int(read_as)


def _select_named() -> None:
    if {st.session_state["is_a"], st.session_state["read_as"]} <= set(range(10)):
        _select(st.session_state["is_a"], st.session_state["read_as"])


def _select_clicked() -> None:
    with suppress(AttributeError, IndexError, KeyError, TypeError):  # whatever else a browser may send
        point = st.session_state["confusion"]["selection"]["cell"][0]
        if {point["true"], point["read_as"]} <= set(range(10)):
            _select(point["true"], point["read_as"])


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
    true, read_as = np.indices(matrix.shape).reshape(2, -1)
    counts = matrix.ravel()
    shares = np.nan_to_num(share(matrix, matrix.sum(axis=1, keepdims=True))).ravel()
    columns = {
        "true": true,
        "read_as": read_as,
        "count": counts,
        "share": shares,
        "strength": shares**0.5,  # the roots, so that one sees the few mistakes
        "right": true == read_as,
        "text": [_per_cent(s) if per_cent else str(n or "") for n, s in zip(counts, shares, strict=True)],
        "is a": [names[k] for k in true],
        "read as": [names[k] for k in read_as],
    }
    long_names = max(map(len, names)) > 2
    label = f"{[str(name)[:9] for name in names]}[datum.value]"
    axis = {"labelExpr": label, "ticks": False, "domain": False, "labelFontSize": 10 if long_names else 13}
    top = {**axis, "orient": "top", "labelAngle": -40 if long_names else 0}
    opacity = {"type": "quantitative", "scale": {"domain": [0, 1], "range": [0, 1]}, "legend": None}
    point = {"type": "point", "fields": ["true", "read_as"], "toggle": False}
    cells = {
        "params": [{"name": "cell", "select": point}],
        "mark": {"type": "rect", "cornerRadius": 3, "stroke": "#88888844", "cursor": "pointer"},
        "encoding": {
            "color": by_value("right", {True: RIGHT, False: WRONG}),
            "fillOpacity": {"field": "strength", **opacity},
        },
    }
    ink = {"condition": {"test": "datum.strength > 0.55", "value": "white"}, "value": GREY}
    texts = {
        "mark": {"type": "text", "fontSize": 12, "cursor": "pointer"},
        "encoding": {"text": {"field": "text"}, "color": ink},
    }
    encoding = {
        "x": {"field": "read_as", "type": "ordinal", "title": "read as", "axis": top},
        "y": {"field": "true", "type": "ordinal", "title": "is a", "axis": axis},
        "tooltip": [
            tip("is a"),
            tip("read as"),
            tip("count", ",", "digits"),
            tip("share", ".1%", "of the row"),
        ],
    }
    padding = {"left": 2, "right": 2, "top": 2, "bottom": 2}  # not one number: Streamlit adds to them
    spec = {"padding": padding, "encoding": encoding, "layer": [cells, texts]}
    worst = [
        f"{names[c.true]} read as {names[c.read_as]} {c.count} times" for c in worst_confusions(matrix, 3)
    ]
    alt = (
        f"Confusion matrix of {matrix.sum():,} digits, {np.trace(matrix):,} of them read correctly. "
        f"Most often wrong: {', '.join(worst) or 'none'}."
    )
    return Chart(pd.DataFrame(columns), spec, alt)


def _per_cent(part: float) -> str:
    """Write per cent in what fits into a cell; nothing for 0."""
    value = round(100 * part, 1)
    return "" if not value else f"{value:.0f}" if value >= 9.95 else f"{value:.1f}"
