"""How sure the network is, and how often it is right when it is that sure."""

import numpy as np
import pandas as pd
import streamlit as st

from nn.explain.calibration import Calibration, calibration
from ui.mistakes.answers import Answers
from ui.shared.charts import HELD_OUT, PADDING, TRAINING, Chart, tip
from ui.state.session import Session

NEAR = 0.05  # 'about 80 %' is 75 to 85 %


def show_calibration(session: Session, answers: Answers, split: str) -> None:
    """Draw how often it is right against how sure it is, and put it into words for one probability."""
    bins = calibration(answers.probabilities, answers.Y)
    chart = calibration_chart(bins)
    chart_side, words_side = st.columns([10, 7], gap="small")
    with chart_side, st.container(key="calibration"):
        st.vega_lite_chart(chart.data, chart.spec, height=330, alt=chart.alt)
    with words_side, st.container(key="calibration_words"):
        sure = st.slider("When it says", 20, 100, 80, 5, format="%d%%", key="said", persist_state="session")
        st.markdown(_how_often_right(answers, sure / 100))
        st.markdown(
            f"On average, how sure it is and how often it is right are **{bins.error:.1%}** apart. On the "
            "dashed line they agree; below it the network is too sure of itself, above it too modest."
        )


def _how_often_right(answers: Answers, sure: float) -> str:
    """Say how often it is right when it is about so sure."""
    near = np.abs(answers.probabilities.max(axis=1) - sure) <= NEAR + 1e-6
    if not near.any():
        return f"It is never about **{sure:.0%}** sure of any digit here."
    right = float(calibration(answers.probabilities[near], answers.Y[near], bins=1).accuracy[0])
    few = " So few digits may be chance." if near.sum() < 30 else ""
    return (
        f"When it says about **{sure:.0%}** ({sure - NEAR:.0%} to {min(sure + NEAR, 1):.0%}), it is right in "
        f"**{right:.0%}** of the cases, {near.sum():,} digits.{few}"
    )


def calibration_chart(bins: Calibration) -> Chart:
    """Draw how often the answers are right against how sure they are; on the diagonal the two agree."""
    edges = np.linspace(0, 1, len(bins.count) + 1)
    columns = {"from": edges[:-1], "to": edges[1:], "sure": bins.confidence, "right": bins.accuracy}
    table = pd.DataFrame({**columns, "digits": bins.count}).dropna()
    axis = {"format": ".0%", "values": [0, 0.2, 0.4, 0.6, 0.8, 1]}
    x = {"type": "quantitative", "scale": {"domain": [0, 1]}, "axis": {**axis, "grid": False}}
    y = {"type": "quantitative", "scale": {"domain": [0, 1]}, "axis": axis}
    bars = {
        "x": {"field": "from", **x, "title": "how sure it says it is"},
        "x2": {"field": "to"},
        "y": {"field": "right", **y, "title": "how often it is right"},
        "y2": {"datum": 0},
        "tooltip": [tip("digits", ","), tip("sure", ".1%"), tip("right", ".1%")],
    }
    points = {"x": {"field": "sure", **x}, "y": {"field": "right", **y}}
    bar = {"type": "rect", "color": TRAINING, "opacity": 0.45, "stroke": TRAINING}
    dashed = {"type": "line", "color": "#808495", "strokeDash": [5, 4], "strokeWidth": 2}
    point = {"type": "point", "filled": True, "size": 70, "color": HELD_OUT, "opacity": 1}
    diagonal = {"values": [{"sure": 0, "right": 0}, {"sure": 1, "right": 1}]}
    layers = [
        {"mark": bar, "encoding": bars},
        {"mark": dashed, "encoding": points, "data": diagonal},
        {"mark": point, "encoding": points},
    ]
    each = "; ".join(f"{row.sure:.0%} sure, {row.right:.0%} right" for row in table.itertuples())
    alt = f"How often it is right, by how sure it is: {each}."
    return Chart(table, {"padding": PADDING, "layer": layers}, alt)
