"""Why preparation matters: what becomes of a drawing on its way to 28x28, and what is read of each stage."""

import streamlit as st

from data.complaints import complaints
from data.doctor import stages
from ui.camera_panel import show_honest_camera
from ui.live import live
from ui.photo_panel import show_photo
from ui.pictures import show_digit
from ui.reject_panel import show_reject
from ui.session import Session


def show_doctor(session: Session) -> None:
    """Draw the page: the doctor, 'I am not sure', a photograph, and the honest camera."""
    doctor, reject, photo, camera = st.tabs(["Digit doctor", "Not a digit", "A photograph", "Honest camera"])
    with doctor:
        live(session, _show_stages, session)
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
    if shown is None or shown.digit is None:
        st.markdown("**Draw a digit**, small and in a corner, and see what becomes of it.")
        return
    with st.container(key="stages"):
        for column, stage in zip(st.columns(4, gap="small"), stages(shown.picture), strict=True):
            with column:
                st.markdown(f"**{stage.name}**")
                show_digit(stage.picture, f"{stage.name}. {stage.explanation}", enlarged=4)
                st.markdown(_reading(session, stage.picture))
                st.caption(stage.explanation)
    st.markdown("**What was off, against MNIST:**")
    st.markdown("\n".join(f"- {complaint}" for complaint in complaints(shown.picture, shown.surface)))


def _reading(session: Session, picture: object) -> str:
    """Say what both networks read of a stage, and how surely."""
    lines = []
    for colour, net in (("violet", session.expert), ("green", session.trainer.net)):
        probabilities = net.predict_proba(picture.reshape(1, -1))[0]
        best = int(probabilities.argmax())
        lines.append(f":{colour}[●] **{best}** {probabilities[best]:.0%}")
    return "  \n".join(lines)
