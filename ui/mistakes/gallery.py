"""A gallery of digits: the chosen one takes the canvas's place, so that every page explains it."""

from collections.abc import Sequence

import numpy as np
import streamlit as st

from nn.functions import Array
from ui.mistakes.answers import Answers
from ui.shared.pictures import ink_picture
from ui.state.session import Drawing, Exhibit, Session

CHOSEN = "gallery_chosen"  # set for the one run in which the whole page has to follow


def show_gallery(
    session: Session, answers: Answers, rows: Sequence[int], captions: Sequence[str], key: str, split: str
) -> None:
    """
    Draw digits side by side, each a button with a caption in Markdown.

    Parameters
    ----------
    session : Session
    answers : Answers
        Where the digits are.
    rows, captions : sequences
        Which of its rows to show, and what stands under each.
    key : str
        Of the widget; the style goes by its beginning, `gallery`.
    split : str
        What the digits are, such as 'Held-out digit'.
    """
    names = session.dataset.class_names
    labels = {
        int(row): f"![{names[answers.Y[row]]}]({ink_picture(answers.X[row])}) {caption}"
        for row, caption in zip(rows, captions, strict=True)
    }
    label, look = "Choose a digit: it takes the canvas's place", {"label_visibility": "collapsed"}
    click = {"on_change": _exhibit, "args": (session, answers, key, split)}
    st.pills(label, list(labels), format_func=labels.__getitem__, key=key, **look, **click)


def follow_choice() -> None:
    """Redraw the whole page after a digit was chosen: a fragment alone could not change the canvas."""
    if st.session_state.pop(CHOSEN, False):
        st.rerun()


def exhibit(title: str, pixels: Array) -> Exhibit:
    """
    Make an exhibit of a row of X, (784,) float32 in [0, 1].

    The networks get exactly these pixels: the MNIST rule would resize a picture of clothing.
    """
    pixels = pixels.reshape(28, 28)
    drawing = Drawing(np.rint(pixels * 255).astype(np.uint8))
    drawing.digit = pixels
    return Exhibit(title, drawing)


def _exhibit(session: Session, answers: Answers, key: str, split: str) -> None:
    row = st.session_state[key]
    if row is None:
        return
    st.session_state[key] = None  # a button: it may be pressed again
    st.session_state[CHOSEN] = True
    name = session.dataset.class_names[answers.Y[row]]
    session.exhibit = exhibit(f"{split} {row * answers.every}: {name}", answers.X[row])
