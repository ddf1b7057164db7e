"""The page of app.py: every live part once, and what Python has heard."""

import json
from pathlib import Path

import streamlit as st
from streamlit_drawable_canvas import st_canvas

from server.live import whole
from tests.browser.live.guest import VISITS, Guest
from ui.live.connection import connection, show_socket
from ui.live.parts import mount
from ui.live.presses import show_buttons

STYLE = Path(__file__).parents[3] / "ui" / "style.css"

st.set_page_config(layout="wide")
st.html(STYLE)
remembered = connection().visit
if VISITS.find(remembered):
    st.session_state["token"] = remembered
token = st.session_state.get("token")
guest = VISITS.find(token)
if guest is None:
    guest = Guest(int(st.query_params.get("iterations", 200)))
    token = st.session_state["token"] = VISITS.open(guest)


def act(what: str, times: int) -> None:
    if what == "clear":
        st.session_state["generation"] = st.session_state.get("generation", 0) + 1
    guest.act(what, times)


run = whole(guest.look())
with st.container(horizontal=True, vertical_alignment="center", gap="medium", key="top"):
    st.title("Live parts", anchor=False, width="content")
    show_buttons(["train", "step", "reset"], act, run=run)
left, right = st.columns([3, 6], gap="medium")
with left, st.container(key="drawing"):
    with st.container(key="canvas_title"):
        st.markdown("**Draw a digit**")
    st_canvas(
        stroke_width=20,
        stroke_color="#ffffff",
        background_color="#000000",
        width=280,
        height=280,
        initial_drawing={"objects": [], "gen": st.session_state.get("generation", 0)},
        return_image_data=True,
        key="canvas",
    )
    with st.container(horizontal=True, key="tools"):
        st.text_input("Name", key="name", label_visibility="collapsed")
        show_buttons(["clear"], act, key="live_clear")
    mount("reading", {"reading": guest.reading(), "untrained": not guest.trainer.iteration})
    mount("bars", {})
with right:
    mount("status", {"advice": {"text": "Press Train and watch it learn.", "tone": "gray"}})
    mount("numbers", {"help": {"train_accuracy": "Right answers on digits it learns from."}})
    mount("curves", {})
show_socket(token)
st.button("Rerun", key="rerun")
with st.container(key="said"):
    st.code(json.dumps({"pressed": guest.pressed, "offline": connection().offline, "token": token}), None)
