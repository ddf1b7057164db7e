"""The page: train a network on handwritten digits, watch it learn, draw, and have it read."""

from pathlib import Path

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from server.engine import engine
from server.guard import guard
from server.live import whole
from ui.doctor.doctor import show_doctor
from ui.draw.drawing import show_drawing
from ui.history.history import show_runs
from ui.inside.inside import show_inside
from ui.lesson.lesson import show_lesson
from ui.live.connection import show_socket
from ui.live.visit import current_visit, is_live
from ui.mistakes.mistakes import show_mistakes
from ui.shared.live import live
from ui.sidebar.data import choose_dataset
from ui.sidebar.settings import prepare_widgets, show_presets, show_settings, update_link
from ui.state.session import current_session
from ui.train.training import show_buttons, show_status, show_training

st.set_page_config(page_title="Digits from Scratch", page_icon="✏️", layout="wide")
st.html(Path(__file__).with_name("style.css"))
prepare_widgets()
visit, token = current_visit() if engine().has_workers else (None, "")
session = visit.session if visit else current_session()
session.live = is_live()
if guard().has_refused(get_script_run_ctx().session_id):
    st.toast(
        "Something that your browser sent cannot be right, so it was left out: "
        "set it again, or reload the page.",
        icon=":material/block:",
    )

pages = [
    st.Page(lambda: show_training(session), title="Train", url_path="train", default=True),
    st.Page(lambda: show_doctor(session), title="Digit doctor", url_path="doctor"),
    st.Page(lambda: show_inside(session), title="Inside", url_path="inside"),
    st.Page(lambda: show_mistakes(session), title="Mistakes", url_path="mistakes"),
    st.Page(lambda: show_runs(session), title="How it got there", url_path="runs"),
    st.Page(lambda: show_lesson(session), title="How it works", url_path="lesson"),
]
page = st.navigation(pages, position="top")

with st.sidebar:
    show_presets(session)
    dataset_key, dataset = choose_dataset(session)
    settings = show_settings(dataset_key)

update_link(settings)
session.waiting = session.apply(settings, dataset)
session.refreshing = session.moving  # looked at once: the run may end at any moment
if visit:
    visit.nothing_drawn()  # until one of the page's parts is drawn in Python
with st.container(horizontal=True, vertical_alignment="center", gap="medium", key="top"):
    st.title("Digits from Scratch", anchor=False, width="content")
    show_buttons(session, run=whole(visit.look()) if visit else None)


def show_state() -> None:
    """Show where the run stands; when it has ended, draw the whole page once more."""
    if session.refreshing and not session.moving and not session.live:
        st.rerun()  # the buttons change, and there is nothing to wait for any more
    show_status(session)


drawing_side, page_side = st.columns([3, 6], gap="medium")
with drawing_side, st.container(key="drawing"):
    show_drawing(session)
with page_side:
    if session.live:
        show_status(session)
    else:
        live(session.refreshing, show_state)
    with st.container(horizontal=True, gap="xxsmall", key="pages"):  # where the top has no room for them
        for other in pages:
            st.page_link(other)
    page.run()
if visit:
    show_socket(token)
