"""The canvas, what the networks see of it, and what they read."""

import json
from collections.abc import Sequence
from contextlib import suppress

import numpy as np
import pandas as pd
import streamlit as st

from data.canvas import canvas_picture, canvas_url
from data.dataset import DIGIT_NAMES, DataError
from nn.functions import Array
from ui.live.parts import mount
from ui.live.presses import show_buttons
from ui.live.visit import Visit
from ui.shared.charts import Chart, by_value, position, tip
from ui.shared.colours import READERS
from ui.shared.diverged import probabilities
from ui.shared.live import live
from ui.shared.pictures import show_digit
from ui.shared.words import escaped, reading
from ui.state.session import Drawing, Session

SIDE = 280  # pixels, the canvas
MOST_STROKES = 200_000  # characters, kept to be drawn again after a reload


def show_drawing(session: Session) -> None:
    """Draw the canvas, what the networks see of it, and what they read."""
    with st.container(key="canvas_title"):
        st.markdown(f"**{session.exhibit.title if session.exhibit else 'Draw a digit'}**")
    if session.exhibit:
        with st.container(key="exhibit"):
            st.image(session.exhibit.drawing.picture, width=SIDE, alt=session.exhibit.title)
        _show_clear(session)
    else:
        # where the browser shows what is read, a stroke runs this part of the page only
        with st.container():
            (st.fragment(_show_canvas) if session.live else _show_canvas)(session)
        with st.container(horizontal=True, vertical_alignment="bottom", gap="small", key="canvas_tools"):
            width = {"format": "brush %d", "label_visibility": "collapsed"}
            st.slider("Brush width", 4, 48, 20, 2, key="brush", **width)
            _show_clear(session)
    if not session.live:
        live(session.refreshing, _show_reading, session)
        return
    names = session.dataset.class_names
    shown = {"names": list(names), "digits": names == DIGIT_NAMES}
    visit: Visit = st.session_state["visit"]
    sees = {"reading": visit.shown(), "exhibit": session.exhibit is not None}
    known = {"untrained": session.untrained, "threshold": session.threshold}
    mount("reading", shown | sees | known)
    mount("bars", shown)


def _show_canvas(session: Session) -> None:
    """Draw the canvas, and take over what is on it."""
    from streamlit_drawable_canvas import st_canvas  # registers itself, which only works inside a run

    brush = st.session_state.get("brush", 20)
    with suppress(AttributeError, KeyError, TypeError):  # of its look at a forged value, once it is drawn
        st_canvas(
            stroke_width=int(min(max(brush, 4), 48)),
            stroke_color="#ffffff",
            background_color="#000000",
            width=SIDE,
            height=SIDE,
            initial_drawing={"objects": session.first_strokes, "gen": session.canvas_generation},
            return_image_data=True,
            key="canvas",
        )
    _read_canvas(session)


def _show_clear(session: Session) -> None:
    """Draw the button that empties the canvas, or puts it back in its place."""
    if session.live:
        exhibit = session.exhibit is not None
        show_buttons(["clear"], lambda *_: session.clear(), key="live_clear", exhibit=exhibit)
        return
    label, icon = ("Draw again", "draw") if session.exhibit else ("Clear", "ink_eraser")
    st.button(label, icon=f":material/{icon}:", key="clear", shortcut="X", on_click=session.clear)


def _read_canvas(session: Session) -> None:
    """Take over what is on the canvas, if it has changed: decoding a picture takes longer than comparing."""
    value = st.session_state.get("canvas")  # a visitor's word, not the canvas's
    try:
        url = canvas_url(value)
        if url != session.drawing_url:
            picture = canvas_picture(value)
            session.drawing = None if picture is None else Drawing(picture)
            session.drawing_url, session.strokes = url, _strokes(value)
    except DataError as error:
        session.drawing = session.drawing_url = None
        st.warning(escaped(error))


def _strokes(value: object) -> list[object]:
    """Return the strokes, to draw them again after a reload, if they are what the canvas sends."""
    try:
        objects = value["drawing"]["raw"]["objects"]
        fit = isinstance(objects, list) and len(json.dumps(objects)) <= MOST_STROKES
    except (KeyError, TypeError, ValueError, RecursionError):
        return []
    return objects if fit else []


def _show_reading(session: Session) -> None:
    """Draw what the networks see, the digit each of the two reads, and how sure it is of each of the ten."""
    digit = session.digit
    expert = yours = np.zeros(10)
    if digit is not None:
        expert = probabilities(session.expert, digit.reshape(1, -1))[0]
        yours = probabilities(session.trainer.net, digit.reshape(1, -1))[0]
    names = session.dataset.class_names
    digits = names == DIGIT_NAMES  # all that the expert knows
    with st.container(horizontal=True, gap="small", key="reading", wrap=False):
        with st.container(key="network_sees", width="content", gap=None):
            seen = "nothing yet" if digit is None else "your drawing as 28 by 28 pixels"
            show_digit(digit, f"What the network sees: {seen}.")
        with st.container(gap=None):
            st.markdown(":violet[●] Expert")
            with st.container(key="prediction", gap=None):
                st.markdown("–" if digit is None else reading(expert, DIGIT_NAMES, "{}", "–"))
            sure = "Draw a digit!" if digit is None else _how_sure(expert, session.threshold)
            st.caption(sure if digits else "digits only")
        with st.container(gap=None):
            st.markdown(":green[●] Yours")
            with st.container(key="your_prediction", gap=None):
                st.markdown("–" if digit is None else reading(yours, names, "{}", "–"))
            sure = "" if digit is None else _how_sure(yours, session.threshold)
            st.caption("untrained" if session.untrained else sure)
    with st.container(key="probabilities"):
        readings = {"expert": expert, "yours": yours} if digits else {"yours": yours}
        chart = probability_chart(readings, names)
        st.vega_lite_chart(chart.data, chart.spec, alt=chart.alt if digit is not None else "No drawing yet.")


def _how_sure(said: Array, threshold: float) -> str:
    form = ":orange[**not sure**: {1:.0%}]" if said.max() < threshold else "{1:.0%} sure"
    return reading(said, [""] * 10, form, "exploded")


def probability_chart(readings: dict[str, Array], names: Sequence[str]) -> Chart:
    """Draw a bar for each class and each network, by (10,) probabilities under the keys of `READERS`."""
    columns = {
        "name": list(names) * len(readings),
        "probability": np.nan_to_num(np.concatenate(list(readings.values()))),
        "network": np.repeat(list(readings), 10),
    }
    angle, size = (-45, 10) if max(map(len, names)) > 2 else (0, 14)
    axis = {"labelAngle": angle, "labelFontSize": size, "ticks": False, "domain": False}
    encoding = {
        "x": {"field": "name", "type": "nominal", "sort": None, "title": None, "axis": axis},
        "xOffset": {"field": "network", "sort": list(READERS)},
        "y": position("probability", {"format": ".0%", "values": [0, 0.5, 1], "title": None}, [0, 1]),
        "color": by_value("network", READERS),
        "tooltip": [tip("network"), tip("name", title="class"), tip("probability", ".1%")],
    }
    padding = {"left": 2, "right": 2, "top": 4, "bottom": 2}
    mark = {"type": "bar", "cornerRadiusEnd": 2}
    alt = "Probabilities. " + " ".join(f"{who}: {_best_three(p, names)}." for who, p in readings.items())
    spec = {"height": 98, "padding": padding, "mark": mark, "encoding": encoding}
    return Chart(pd.DataFrame(columns), spec, alt)


def _best_three(probabilities: Array, names: Sequence[str]) -> str:
    if not np.isfinite(probabilities).all():
        return "no answer, its weights exploded"
    return ", ".join(f"{names[k]} {probabilities[k]:.0%}" for k in np.argsort(-probabilities)[:3])
