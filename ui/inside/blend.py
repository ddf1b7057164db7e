"""From one pinned drawing to another: how the answer changes on the way."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import streamlit as st

from nn.explain.dreams import Blend, blend
from ui.inside.subject import Subject
from ui.shared.charts import Chart, by_value, position
from ui.shared.pictures import show_digit
from ui.shared.pins import MOST_PINS, show_pin_button, unpin
from ui.shared.words import reading
from ui.state.session import Session

STOPS = 41  # along the way
WORTH_A_LINE = 0.05  # probability; an answer that stays below it everywhere is left out
COLOURS = (  # Tableau 10, for 0 to 9, lightened or darkened where needed on white and on black
    *("#4e79a7", "#f28e2b", "#e15759", "#76b7b2", "#59a14f"),
    *("#c9a227", "#b07aa1", "#ff7f9c", "#9c755f", "#8c8783"),
)


def show_pins(session: Session) -> None:
    """Draw the pinned drawings, each with a button that removes it, and the button that pins."""
    if len(session.pins) >= MOST_PINS:
        st.markdown(
            f"**{MOST_PINS} drawings are pinned**, the most that fit. Remove one with ✕ to pin another."
        )
    else:
        st.markdown("**Blend two drawings** and watch the answer change on the way.")
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small", key="blend_pins"):
        for place, pin in enumerate(session.pins):
            with st.container(width=60, gap="xsmall", key=f"pin_{place + 1}"):
                show_digit(pin, f"Pinned drawing {place + 1}", enlarged=2)
                on_click = {"on_click": unpin, "args": (session, place)}
                st.button(f"{place + 1} ✕", key=f"unpin_{place}", type="tertiary", **on_click)
        show_pin_button(session, key="pin")


def show_blend(subject: Subject) -> None:
    """Draw the slider, the blended picture, and the probabilities along the way."""
    pins = subject.pins
    if len(pins) < 2:
        missing = "two drawings" if not pins else "one more"
        st.info(f"Draw a digit, press **Pin this drawing**: {missing} to go.", icon=":material/keep:")
        return
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small", key="blend_choice"):
        first = _choose("From", "blend_from", len(pins), len(pins) - 2)
        last = _choose("to", "blend_to", len(pins), len(pins) - 1)
        percent = st.slider("Share of the second", 0, 100, 50, 1, key="blend", format="%d %%", width=260)
    if first == last:
        st.info("Choose two different drawings.")
        return
    share = percent / 100
    picture = (1 - share) * pins[first] + share * pins[last]
    left, right = st.columns([1, 3], gap="small")
    with left, st.container(key="blended", gap="xsmall"):
        alt = f"{percent}% of drawing {last + 1} over {100 - percent}% of drawing {first + 1}"
        show_digit(picture, alt, enlarged=4)
        st.markdown(reading(subject.net.predict_proba(picture.reshape(1, -1))[0], subject.names))
    with right, st.container(key="blend_chart"):
        chart = blend_chart(blend(subject.net, pins[first], pins[last], STOPS), share, subject.names)
        st.vega_lite_chart(chart.data, chart.spec, height=200, alt=chart.alt)


def _choose(label: str, key: str, count: int, default: int) -> int:
    """Draw a choice of a pinned drawing."""
    names = "drawing {}".format
    return st.selectbox(label, range(count), default, format_func=lambda k: names(k + 1), key=key, width=130)


def blend_chart(way: Blend, share: float, names: Sequence[str]) -> Chart:
    """Draw a curve for each answer that plays a part, and a rule at the second drawing's share, 0 to 1."""
    seen = np.flatnonzero(way.probabilities.max(axis=0) >= WORTH_A_LINE)
    peaks, places = way.probabilities.argmax(axis=0), np.arange(len(way.shares))
    columns = {
        "share": np.tile(way.shares, len(seen)),
        "probability": way.probabilities[:, seen].T.ravel(),
        "answer": np.repeat([names[k] for k in seen], len(way.shares)),
        "label": np.concatenate([np.where(places == peaks[k], names[k], "") for k in seen]),  # at its peak
    }
    title = "share of the second drawing"
    x = position("share", {"format": ".0%", "tickCount": 5, "title": title, "grid": False}, [0, 1])
    y_axis = {"format": ".0%", "values": [0, 0.5, 1], "title": None, "minExtent": 38}
    colour = by_value("answer", dict(zip(names, COLOURS, strict=True)))  # each curve carries its name
    text = {"type": "text", "dy": -9, "fontSize": 16, "fontWeight": "bold", "clip": False}
    rule = {"type": "rule", "strokeWidth": 2, "strokeDash": [5, 4], "color": "#888"}
    spec = {
        "padding": {"left": 2, "right": 14, "top": 4, "bottom": 2},
        "encoding": {"x": x, "y": position("probability", y_axis, [0, 1.08])},
        "layer": [
            {"mark": {"type": "line", "strokeWidth": 3}, "encoding": {"color": colour}},
            {"mark": text, "encoding": {"text": {"field": "label"}, "color": colour}},
            {"mark": rule, "encoding": {"x": {"datum": share}, "y": None}},
        ],
    }
    first, last = (reading(way.probabilities[end], names, "{}, {:.0%} sure") for end in (0, -1))
    return Chart(pd.DataFrame(columns), spec, f"From {first}, to {last}.")
