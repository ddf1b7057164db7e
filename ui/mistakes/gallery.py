"""A gallery of digits to choose from: the chosen one takes the canvas's place, for every panel to explain."""

from collections.abc import Callable, Sequence

import numpy as np
import streamlit as st

from nn.functions import Array
from ui.mistakes.answers import Answers
from ui.shared.pictures import ink_picture
from ui.state.drawings import Drawing, Exhibit
from ui.state.session import Session

CHOSEN = "gallery_chosen"  # set for the one run in which the whole page has to follow


def show_gallery(
    session: Session,
    answers: Answers,
    rows: Sequence[int],
    key: str,
    split: str,
    caption: Callable[[int], str],
) -> None:
    """
    Draw digits side by side, each a button.

    Parameters
    ----------
    session : Session
    answers : Answers
        Where the digits are.
    rows : sequence of int
        Which of its rows to show.
    key : str
        Of the widget; the style goes by its beginning, `gallery`.
    split : str
        What the digits are, such as 'Held-out digit'.
    caption : callable
        Row -> what stands under it, in Markdown.
    """
    names = session.dataset.class_names

    def label(row: int) -> str:
        return f"![{names[answers.Y[row]]}]({ink_picture(answers.X[row])}) {caption(row)}"

    st.pills(
        "Choose a digit: it goes to the canvas's place",
        [int(row) for row in rows],
        format_func=label,
        key=key,
        on_change=_exhibit,
        args=(session, answers, key, split),
        label_visibility="collapsed",
    )


def follow_choice() -> None:
    """Redraw the whole page after a digit was chosen: a fragment alone could not change the canvas."""
    if st.session_state.pop(CHOSEN, False):
        st.rerun()


def exhibit(title: str, pixels: Array) -> Exhibit:
    """
    Make an exhibit of a row of X.

    Parameters
    ----------
    title : str
    pixels : (784,) float32 in [0, 1]

    Returns
    -------
    Exhibit
        The networks get exactly these pixels: the MNIST rule would resize a picture of clothing.
    """
    drawing = Drawing(_bytes(pixels))
    drawing.digit = pixels.reshape(28, 28)
    return Exhibit(title, drawing)


def _exhibit(session: Session, answers: Answers, key: str, split: str) -> None:
    row = st.session_state[key]
    if row is None:
        return
    st.session_state[key] = None  # a button: it may be pressed again
    st.session_state[CHOSEN] = True
    name = session.dataset.class_names[answers.Y[row]]
    session.exhibit = exhibit(f"{split} {row * answers.every}: {name}", answers.X[row])


def _bytes(pixels: Array) -> Array:
    return np.rint(pixels.reshape(28, 28) * 255).astype(np.uint8)
