"""Why preparation matters: what becomes of a drawing on its way to 28x28, and what is read of each stage."""

import numpy as np
import streamlit as st

from data.dataset import DIGIT_NAMES
from data.doctor import SLANTS, STROKE_WIDTHS, Measures, measures, stages
from data.drawing import DIGIT_SIZE, SIZE
from ui.doctor.camera import show_honest_camera
from ui.doctor.photo import show_photo
from ui.doctor.reject import show_reject
from ui.shared.diverged import probabilities
from ui.shared.live import live
from ui.shared.pictures import show_digit
from ui.shared.words import reading
from ui.state.session import Session

STAGES = {  # in the order of data.doctor.Stages
    "as drawn": f"Your whole drawing, shrunk to {SIZE} by {SIZE} pixels: where you drew it, and as small.",
    "cropped": "The empty space around the ink is cut off: where you drew, and how large, no longer matters.",
    f"scaled to {DIGIT_SIZE} pixels": f"The longer side becomes {DIGIT_SIZE} pixels, as in MNIST, and the "
    "box goes to the middle.",
    "centred by mass": "Moved by whole pixels until the ink balances on the middle: the network knows digits "
    "like this.",
}


def show_doctor(session: Session) -> None:
    """Draw the page: the doctor, 'I am not sure', a photograph, and the honest camera."""
    doctor, reject, photo, camera = st.tabs(["Digit doctor", "Not a digit", "A photograph", "Honest camera"])
    with doctor:
        live(session.refreshing, _show_stages, session)
        st.session_state.setdefault("raw", session.raw)
        st.toggle(
            "Feed the networks the raw canvas, just shrunk, on every page",
            key="raw",
            persist_state="session",
            on_change=_set_raw,
            args=(session,),
        )
    with reject:
        show_reject(session)
    with photo:
        show_photo(session)
    with camera:
        show_honest_camera()


def _set_raw(session: Session) -> None:
    session.raw = st.session_state["raw"]


def _show_stages(session: Session) -> None:
    shown = session.shown
    found = stages(shown.picture) if shown else None
    if found is None:
        st.markdown("**Draw a digit**, small and in a corner, and see what becomes of it.")
        return
    with st.container(key="stages"):
        columns = st.columns(4, gap="small")
        for column, picture, (name, explanation) in zip(columns, found, STAGES.items(), strict=True):
            with column:
                st.markdown(f"**{name}**")
                show_digit(picture, f"{name}. {explanation}", enlarged=4)
                st.markdown(_reading(session, picture))
                st.caption(explanation)
    if session.dataset.class_names == DIGIT_NAMES:
        st.markdown("**What was off, against MNIST:**")
    else:
        st.caption(
            f"The pictures of {session.dataset.name} are not prepared like this: your network gets them as "
            "they are. And the expert knows digits only: it says which digit a picture looks like most."
        )
        st.markdown("**What was off, if it is meant to be a digit:**")
    st.markdown("\n".join(f"- {words}" for words in in_words(measures(shown.picture), shown.surface)))


def in_words(found: Measures, surface: str = "canvas") -> list[str]:
    """Say, a sentence for each measure, what is unlike MNIST's digits; one that says so where nothing is."""
    return [_complaint(measure, found, surface) for measure in found.unusual] or [
        "Nothing is off: place, size, stroke width and slant are like those of MNIST's digits."
    ]


def _complaint(measure: str, found: Measures, surface: str) -> str:
    """Say what is unusual about one of the measures."""
    usual = DIGIT_SIZE * found.unit
    if measure == "place":
        ways = ((found.right, "right", "left"), (found.down, "down", "up"))
        words = [
            f"{abs(way):.0f} pixels too far {plus if way > 0 else minus}"
            for way, plus, minus in ways
            if abs(way) > found.unit / 2
        ]
        return (
            f"Off the middle of the {surface}: your digit's centre of mass lies {' and '.join(words)}; "
            "MNIST's digits balance on the middle."
        )
    if measure == "size":
        longer = max(found.height, found.width)
        way = "tall" if found.height >= found.width else "wide"
        return (
            f"{'Small' if longer < usual else 'Large'}: your digit is {longer} pixels {way} on a {surface} "
            f"of {found.side}; MNIST's fill {DIGIT_SIZE} of {SIZE}, here {usual:.0f}."
        )
    if measure == "stroke width":
        (low, high), scaled = STROKE_WIDTHS, found.scaled_stroke_width
        return (
            f"{'Thin' if scaled < low else 'Thick'} strokes: about {found.stroke_width:.0f} pixels wide, "
            f"{scaled:.1f} once the digit has {DIGIT_SIZE}; nine in ten of MNIST's lie between {low:.1f} "
            f"and {high:.1f}."
        )
    left, right = SLANTS
    return (
        f"Slanted: your digit leans {abs(found.slant):.0f}° to the {'right' if found.slant > 0 else 'left'}; "
        f"nine in ten of MNIST's lie between {-left:.0f}° to the left and {right:.0f}° to the right."
    )


def _reading(session: Session, picture: np.ndarray) -> str:
    """Say what both networks read of a stage, and how surely."""
    x, names = picture.reshape(1, -1), session.dataset.class_names
    expert = reading(probabilities(session.expert, x)[0], DIGIT_NAMES)
    yours = reading(probabilities(session.trainer.net, x)[0], names)
    return f":violet[●] {'' if names == DIGIT_NAMES else 'as a digit: '}{expert}  \n:green[●] {yours}"
