"""Dreams: for each digit the picture that the network finds most convincing."""

from html import escape

import numpy as np
import streamlit as st

from nn import TwoLayerNN
from nn.explain.dreams import dream
from nn.parameters import Parameters
from server.shared import expert
from ui.inside.subject import Subject
from ui.shared.signed_colours import image, ink_picture

WIDE = 256  # hidden units; above it a step of dreaming takes milliseconds
STEPS = 6  # of dreaming at each refresh while the network learns
STEPS_WIDE = 2


class Dreams:
    """
    The ten dreams of a network, dreamt on while it learns and dreamt out when it pauses.

    A whole dream takes 25 to 400 ms, too long for a refresh: while the network learns, each refresh goes a
    few steps on from the dreams of the one before.
    """

    def __init__(self) -> None:
        self.pictures: np.ndarray | None = None  # (10, 784)
        self._parameters: Parameters | None = None  # of the network that dreamt them
        self._whole = False

    def of(self, net: TwoLayerNN, learning: bool) -> np.ndarray:
        """
        Return a network's dreams, (10, 784) floats in [0, 1].

        Parameters
        ----------
        net : TwoLayerNN
        learning : bool
            Whether it is changing, and a few steps are enough.
        """
        if net.parameters is not self._parameters or not (self._whole or learning):
            answers = range(net.output_size)
            if learning:
                steps = STEPS if net.hidden_size <= WIDE else STEPS_WIDE
                self.pictures = dream(net, answers, steps, start=self.pictures)
                self.pictures = np.nan_to_num(self.pictures)  # of a network about to explode
            else:
                self.pictures = dream(net, answers)
            self._parameters, self._whole = net.parameters, not learning
        return self.pictures


@st.cache_resource(show_spinner=False)
def _expert_dreams() -> np.ndarray:
    """Dream once for the whole server: the expert does not change."""
    return dream(expert(), range(10))


def show_dreams(subject: Subject) -> None:
    """Draw the ten dreams, each with how sure the network is of it."""
    if subject.whose == "expert":
        pictures = _expert_dreams()
    else:
        pictures = st.session_state.setdefault("dreams", Dreams()).of(subject.net, subject.learning)
    sure = subject.net.predict_proba(pictures).diagonal()
    cards = "".join(
        f"<div>{image(ink_picture(picture), f'Dream of {escape(name)}')}"
        f"<span><b>{escape(name)}</b> {p:.0%}</span></div>"
        for picture, name, p in zip(pictures, subject.names, sure, strict=True)
    )
    with st.container(key="dreams", gap="xsmall"):
        st.markdown(
            "The picture that the network finds **most convincing** for each answer, and its certainty."
        )
        st.html(f'<div class="inside-dreams">{cards}</div>')
        st.caption(
            "Start with even grey, and change the pixels, not the weights, step by step uphill. "
            "Nobody drew these: they show what it has learned to look for, and what it has not."
        )
