"""Pinned drawings: the button that keeps one, and ribbons of what the network read of each on its way."""

from html import escape

import numpy as np
import streamlit as st

from ui.history.pin_readings import MOST_PINS, ribbon, settled_since
from ui.shared.live import live
from ui.shared.png import address
from ui.state.session import Session


def show_pin_button(session: Session, key: str = "pin_here") -> None:
    """Draw the button that pins what is on show; it is off where there is nothing new, or no room."""
    digit = session.digit
    full = len(session.pins) >= MOST_PINS
    known = digit is None or any((digit == pin).all() for pin in session.pins)
    st.button(
        "Pin this drawing",
        icon=":material/push_pin:",
        key=key,
        disabled=full or known,
        on_click=_pin,
        args=(session,),
    )


def show_pins(session: Session) -> None:
    """Draw the button and, for each pin, its ribbon."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        show_pin_button(session)
        st.caption(
            f"{len(session.pins)} of {MOST_PINS}. Pin drawings, then Train: how does it change its mind?"
        )
    if session.pins:
        live(session.refreshing, _show_pin_readings, session)
        st.caption(
            "A row for each digit, 0 at the top; left to right: the iterations. Bright: sure. "
            "Grey: still to come. Taken at the moments that the run keeps, and live while you look on."
        )


def _pin(session: Session) -> None:
    if session.digit is not None and len(session.pins) < MOST_PINS:
        session.pins = [*session.pins, session.digit.copy()]


def unpin(session: Session, number: int) -> None:
    """Let go of a pinned drawing."""
    session.pins = [pin for k, pin in enumerate(session.pins) if k != number]


def _show_pin_readings(session: Session) -> None:
    pins = session.pins
    if not pins:
        return
    seen = session.pin_readings.follow(session.trainer, pins)
    iterations = session.trainer.hyperparameters.iterations
    left, right = st.columns(2, gap="small")
    for number, pin in enumerate(pins):
        with (left, right)[number % 2], st.container(key=f"pin_{number}", gap=None):
            words, alt = _reading(seen, number, session.dataset.class_names)
            st.html(
                f'<div class="ribbon" role="img" aria-label="{escape(alt)}">'
                f'<img alt="" src="{address((pin * 255).round().astype("uint8"))}">'
                f"<ol>{''.join(f'<li>{k}</li>' for k in range(10))}</ol>"
                f'<img alt="" src="{address(ribbon(seen, number, iterations))}"></div>'
            )
            with st.container(horizontal=True, vertical_alignment="center", gap="small"):
                st.markdown(words)
                st.button(
                    "Unpin",
                    icon=":material/close:",
                    key=f"unpin_{number}",
                    type="tertiary",
                    on_click=unpin,
                    args=(session, number),
                )


def _reading(seen: dict[int, np.ndarray], number: int, names: tuple[str, ...]) -> tuple[str, str]:
    """Say what is read of a pin and since when, to be seen and to be heard."""
    now = list(seen.values())[-1][number]
    if not np.isfinite(now).all():
        return "**–** the weights exploded", f"Pin {number + 1} is not read any more: the weights exploded."
    answer, sure, since = names[now.argmax()], f"{now.max():.0%}", settled_since(seen, number)
    return (
        f"**{answer}** {sure} · since iteration {since:,}",
        f"Pin {number + 1} is read as {answer}, {sure} sure, since iteration {since}.",
    )
