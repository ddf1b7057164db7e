"""Why preparation matters: what becomes of a drawing on its way to 28x28, and what is read of each stage."""

import numpy as np
import streamlit as st

from data.complaints import complaints
from data.dataset import DIGIT_NAMES
from data.doctor import stages
from nn import TwoLayerNN
from ui.doctor.camera import show_honest_camera
from ui.doctor.photo import show_photo
from ui.doctor.reject import show_reject
from ui.shared.diverged import probabilities
from ui.shared.live import live
from ui.shared.pictures import show_digit
from ui.state.session import Session


def show_doctor(session: Session) -> None:
    """Draw the page: the doctor, 'I am not sure', a photograph, and the honest camera."""
    doctor, reject, photo, camera = st.tabs(["Digit doctor", "Not a digit", "A photograph", "Honest camera"])
    with doctor:
        live(session.refreshing, _show_stages, session)
        st.toggle(
            "Feed the networks the raw canvas, just shrunk, on every page",
            key="raw",
            persist_state="session",
        )
    with reject:
        show_reject(session)
    with photo:
        show_photo(session)
    with camera:
        show_honest_camera(session)


def _show_stages(session: Session) -> None:
    shown = session.shown
    found = stages(shown.picture) if shown else []
    if not found:
        st.markdown("**Draw a digit**, small and in a corner, and see what becomes of it.")
        return
    with st.container(key="stages"):
        for column, stage in zip(st.columns(4, gap="small"), found, strict=True):
            with column:
                st.markdown(f"**{stage.name}**")
                show_digit(stage.picture, f"{stage.name}. {stage.explanation}", enlarged=4)
                st.markdown(_reading(session, stage.picture))
                st.caption(stage.explanation)
    if session.dataset.class_names == DIGIT_NAMES:
        st.markdown("**What was off, against MNIST:**")
    else:
        st.caption(
            f"The pictures of {session.dataset.name} are not prepared like this: your network gets them as "
            "they are. And the expert knows digits only: it says which digit a picture is most like."
        )
        st.markdown("**What was off, if it is meant to be a digit:**")
    st.markdown("\n".join(f"- {complaint}" for complaint in complaints(shown.picture, shown.surface)))


def _reading(session: Session, picture: np.ndarray) -> str:
    """Say what both networks read of a stage, and how surely."""
    names = session.dataset.class_names
    expert = _answer(session.expert, picture, DIGIT_NAMES)
    if names != DIGIT_NAMES:
        expert = f"as a digit: {expert}"
    return f":violet[●] {expert}  \n:green[●] {_answer(session.trainer.net, picture, names)}"


def _answer(net: TwoLayerNN, picture: np.ndarray, names: tuple[str, ...]) -> str:
    said = probabilities(net, picture.reshape(1, -1))[0]
    if not np.isfinite(said).all():
        return "its weights exploded"
    return f"**{names[said.argmax()]}** {said.max():.0%}"
