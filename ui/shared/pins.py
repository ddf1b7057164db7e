"""Pinning: a drawing is kept, so that several pages can go on with it."""

import streamlit as st

from ui.state.session import Session

MOST_PINS = 6


def show_pin_button(session: Session, key: str) -> None:
    """Draw the button that pins the drawing on show; it is off if that is pinned already, or six are."""
    digit, full = session.digit, len(session.pins) >= MOST_PINS
    nothing_new = digit is None or any((digit == pin).all() for pin in session.pins)
    st.button(
        "Pin this drawing",
        icon=":material/push_pin:",
        key=key,
        disabled=full or nothing_new,
        on_click=_pin,
        args=(session,),
    )


def unpin(session: Session, number: int) -> None:
    """Remove a pinned drawing."""
    session.pins = [pin for k, pin in enumerate(session.pins) if k != number]


def _pin(session: Session) -> None:
    if session.digit is not None and len(session.pins) < MOST_PINS:
        session.pins = [*session.pins, session.digit.copy()]
