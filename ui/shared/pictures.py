"""Pictures of 28x28 numbers, enlarged so that one sees the pixels."""

import numpy as np
import streamlit as st


def show_digit(digit: np.ndarray | None, alt: str, enlarged: int = 3) -> None:
    """
    Draw a digit as the network sees it: white on black, every pixel a small square.

    Parameters
    ----------
    digit : (28, 28) or (784,) floats in [0, 1], or None
        None for an empty picture.
    alt : str
        What it shows, for somebody who cannot see it.
    enlarged : int, 1 or more
        The side of a pixel on the screen.
    """
    picture = np.zeros((28, 28)) if digit is None else np.reshape(digit, (28, 28))
    pixels = np.round(picture * 255).astype(np.uint8).repeat(enlarged, axis=0).repeat(enlarged, axis=1)
    st.image(pixels, width=28 * enlarged, alt=alt, output_format="PNG")
