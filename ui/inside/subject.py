"""What the page 'Inside' looks at: one network, its classes, and the drawing it reads."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import streamlit as st

from data.dataset import DIGIT_NAMES
from nn import TwoLayerNN
from nn.functions import Array
from ui.shared.diverged import show_diverged
from ui.shared.live import live
from ui.state.session import Session

WHOSE = {"yours": ":green[●] Yours", "expert": ":violet[●] Expert"}
ACTIVATION = {"relu": "ReLU", "tanh": "tanh", "sigmoid": "sigmoid"}


class Subject(NamedTuple):
    """One network and one drawing, the same for everything that is drawn at once."""

    whose: str  # a key of WHOSE
    net: TwoLayerNN
    names: tuple[str, ...]  # of the ten classes
    digit: Array | None  # (784,) float32 in [0, 1]; None where nothing is drawn
    start: Array | None  # W1 before any training, where that is known
    pins: list[Array]  # of (28, 28): the drawings kept for comparison
    learning: bool  # whether it will be another network at the next refresh


def choose_network() -> str:
    """Draw the choice between the visitor's network and the expert; return a key of `WHOSE`."""
    look = {"default": "yours", "required": True, "format_func": WHOSE.get, "persist_state": "session"}
    choice = st.segmented_control("Look inside", list(WHOSE), key="inside_network", **look)
    return choice if choice in WHOSE else "yours"


def show_live(session: Session, whose: str, panel: Callable[[Subject], None]) -> None:
    """Draw a panel about one of the networks in `WHOSE`, again and again while that one learns."""
    live(session.refreshing and whose == "yours", _show, session, whose, panel)  # the expert does not change


def _show(session: Session, whose: str, panel: Callable[[Subject], None]) -> None:
    subject = _look(session, whose)
    if _exploded(subject):
        show_diverged()
    else:
        panel(subject)


def _look(session: Session, whose: str) -> Subject:
    digit = None if session.digit is None else session.digit.reshape(784)
    if whose == "expert":
        return Subject(whose, session.expert, DIGIT_NAMES, digit, None, session.pins, learning=False)
    net = session.trainer.net.copy()  # training puts in other parameters at any moment
    start = session.run.start.W1 if session.run.start.W1.shape == net.W1.shape else None
    return Subject(whose, net, session.dataset.class_names, digit, start, session.pins, session.running)


def _exploded(subject: Subject) -> bool:
    """Tell whether numbers have left the range of float32, in the weights or on a picture's way."""
    white = np.ones(784, np.float32)  # meets every weight
    drawings = [] if subject.digit is None else [subject.digit]
    pictures = np.stack([white, *drawings, *(pin.ravel() for pin in subject.pins)])
    with np.errstate(all="ignore"):
        return not all(np.isfinite(array).all() for array in subject.net.forward(pictures))


def invite(what: str) -> None:
    """Ask for a drawing, and say what can be seen then."""
    st.info(f"**Draw a digit** and see {what}.", icon=":material/draw:")
