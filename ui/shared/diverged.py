"""Where a network's weights have exploded nothing can be shown, and the page says so in one sentence."""

import numpy as np
import streamlit as st

from nn import TwoLayerNN
from nn.functions import Array


def probabilities(net: TwoLayerNN, X: Array) -> Array:
    """Return what a network says of X, (n, 784): (n, 10), not finite where its weights have exploded."""
    with np.errstate(over="ignore", invalid="ignore"):  # the page says it in words
        return net.predict_proba(X)


def show_diverged() -> None:
    """Say why there is nothing to see, and what to do."""
    st.warning(
        "**The weights of this network exploded:** they are too large to compute with, so there is nothing "
        "to see. Lower the learning rate, then press Reset.",
        icon=":material/warning:",
    )
