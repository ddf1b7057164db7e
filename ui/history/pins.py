"""Pinned drawings, and for each a picture of what the network read of it as it learned."""

from html import escape

import numpy as np
import streamlit as st

from server.engine import Job
from ui.shared.live import live
from ui.shared.pictures import address
from ui.shared.pins import MOST_PINS, show_pin_button, unpin
from ui.shared.remembered import remembered
from ui.state.session import Session

MOST_SEEN = 240  # moments remembered
COLUMNS = 160  # of the picture
BRIGHT = np.array([120, 232, 182])  # the green of the visitor's own network, on black


def show_pins(session: Session) -> None:
    """Draw the button and, for each pin, what has been read of it so far."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        show_pin_button(session, "pin_here")
        st.caption(
            f"{len(session.pins)} of {MOST_PINS} pinned. Pin some drawings, then press Train: how does the "
            "network change its mind?"
        )
    if session.pins:
        live(session.refreshing, _show_pin_readings, session)
        st.caption(
            "One row for each digit, 0 at the top; the iterations run from left to right. Bright means sure, "
            "grey is still to come. Read at the moments that the run keeps, and live while you watch."
        )


def follow(seen: dict[int, np.ndarray], trainer: Job, pins: list[np.ndarray]) -> dict[int, np.ndarray]:
    """
    Read the pins with the network as it is, and as it was at the checkpoints not looked at yet.

    Parameters
    ----------
    seen : dict of int to (pins, 10) floats
        What this run read of these pins so far, by iteration; what is new is added, at most 240 are kept.
    trainer : Job
    pins : list of (28, 28) floats in [0, 1], 1 or more

    Returns
    -------
    dict of int to (pins, 10) floats
        The same, the iterations rising.
    """
    X = np.stack(pins).reshape(len(pins), -1)
    now, net = trainer.iteration, trainer.net.copy()
    with np.errstate(all="ignore"):  # a network that has diverged answers NaN
        seen.update(_read_along(trainer, X, seen))
        if now not in seen:
            seen[now] = net.predict_proba(X)
    while len(seen) > MOST_SEEN:
        for iteration in sorted(seen)[1:-1:2]:
            seen.pop(iteration, None)  # a click may draw the page in another thread while this one ends
    return dict(sorted(seen.copy().items()))


def heatmap(seen: dict[int, np.ndarray], pin: int, iterations: int) -> np.ndarray:
    """
    Paint the probabilities of one pin: a row a class, left to right over the iterations, bright is sure.

    Parameters
    ----------
    seen : dict of int to (pins, 10) floats
        From `follow`.
    pin : int
        Which one.
    iterations : int
        Where the picture ends; what has not come yet is grey.

    Returns
    -------
    (10, 160, 3) uint8
    """
    moments = np.array(list(seen))
    probabilities = np.nan_to_num(np.array([p[pin] for p in seen.values()]))  # (moments, 10)
    at = np.linspace(0, max(iterations, moments[-1]), COLUMNS)
    latest = np.searchsorted(moments, at, side="right") - 1  # the last moment before each column
    picture = np.sqrt(probabilities[latest.clip(0)].T)[:, :, None] * BRIGHT  # as the eye sees brightness
    picture[:, at > moments[-1]] = 60
    return picture.round().astype(np.uint8)


def settled_since(seen: dict[int, np.ndarray], pin: int) -> int:
    """Return the first iteration from which on a pin has always been read as it is now."""
    answers = np.array([probabilities[pin].argmax() for probabilities in seen.values()])
    others = np.flatnonzero(answers != answers[-1])
    return list(seen)[others[-1] + 1 if others.size else 0]


def _read_along(trainer: Job, X: np.ndarray, seen: dict[int, np.ndarray]) -> dict[int, np.ndarray]:
    """Add what the run read at those of its checkpoints that are not among the moments seen."""
    new = [k for k in trainer.checkpoint_iterations if k not in seen]
    return seen | trainer.read_along(X, new) if new else dict(seen)


def _show_pin_readings(session: Session) -> None:
    pins = session.pins
    if not pins:
        return
    known = remembered("pin_readings", (session.trainer, *pins), dict)  # empty again for another run
    seen = follow(known, session.trainer, pins)
    iterations = session.trainer.hyperparameters.iterations
    columns = st.columns(2, gap="small")
    for number, pin in enumerate(pins):
        with columns[number % 2], st.container(key=f"pin_{number}", gap=None):
            words, alt = _reading(seen, number, session.dataset.class_names)
            st.html(
                f'<div class="heatmap" role="img" aria-label="{escape(alt)}">'
                f'<img alt="" src="{address((pin * 255).round().astype("uint8"))}">'
                f"<ol>{''.join(f'<li>{k}</li>' for k in range(10))}</ol>"
                f'<img alt="" src="{address(heatmap(seen, number, iterations))}"></div>'
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
        return "**–** the weights exploded", f"Pin {number + 1} has no reading: the weights exploded."
    answer, sure, since = names[now.argmax()], f"{now.max():.0%}", settled_since(seen, number)
    return (
        f"**{answer}** {sure} · since iteration {since:,}",
        f"Pin {number + 1} is read as {answer}, {sure} sure, since iteration {since}.",
    )
