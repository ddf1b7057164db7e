"""Dreams: for each answer the picture that the network finds most convincing."""

from html import escape

import numpy as np
import streamlit as st

from nn import TwoLayerNN
from nn.explain.dreams import dream
from server.engine import expert
from ui.inside.subject import Subject
from ui.shared.pictures import image, ink_picture
from ui.shared.remembered import previous, remembered

WIDE = 256  # hidden units; above it a step of dreaming takes milliseconds
STEPS = 6  # of dreaming at each refresh while the network learns
STEPS_WIDE = 2


def dreams_of(net: TwoLayerNN, learning: bool) -> np.ndarray:
    """
    Return the ten dreams of the visitor's network, (10, 784) floats in [0, 1].

    A whole dream takes 25 to 400 ms, too long for a refresh: while the network learns, each refresh only
    takes the dreams of the one before a few steps further.
    """

    def compute() -> np.ndarray:
        answers = range(net.output_size)
        if not learning:
            return dream(net, answers)
        steps = STEPS if net.hidden_size <= WIDE else STEPS_WIDE
        further = dream(net, answers, steps, start=previous("dreamt"))
        return np.nan_to_num(further)  # the network may be about to explode

    return remembered("dreamt", (net.parameters, learning), compute)


@st.cache_resource(show_spinner=False)
def _expert_dreams() -> np.ndarray:
    """Dream once for all visitors: the expert does not change."""
    return dream(expert(), range(10))


def show_dreams(subject: Subject) -> None:
    """Draw the ten dreams, each with how sure the network is of it."""
    pictures = _expert_dreams() if subject.whose == "expert" else dreams_of(subject.net, subject.learning)
    sure = subject.net.predict_proba(pictures).diagonal()
    cards = "".join(
        f"<div>{image(ink_picture(picture), f'Dream of {escape(name)}')}"
        f"<span><b>{escape(name)}</b> {p:.0%}</span></div>"
        for picture, name, p in zip(pictures, subject.names, sure, strict=True)
    )
    with st.container(key="dreams", gap="xsmall"):
        st.markdown(
            "For each answer the picture that **convinces the network most**, and how sure it is of it."
        )
        st.html(f'<div class="inside-dreams">{cards}</div>')
        st.caption(
            "Each begins as even grey; then its pixels, not the weights, change step by step to make the "
            "answer more probable. Nobody drew these: they show what the network has learned to look for."
        )
