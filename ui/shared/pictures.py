"""Pictures of 28x28 numbers: on the page, and as addresses for HTML and SVG that show many small ones."""

import base64
import io

import numpy as np
import streamlit as st
from PIL import Image

from nn.functions import Array
from ui.shared.colours import AGAINST, FOR, PALETTE, shades

INK = 0.35  # how brightly the ink is seen below a map


def show_digit(digit: Array | None, alt: str, enlarged: int = 3) -> None:
    """
    Draw a digit as the network sees it: white on black, every pixel a square of `enlarged` screen pixels.

    Parameters
    ----------
    digit : (28, 28) or (784,) floats in [0, 1], or None
        None for an empty picture.
    alt : str
        What it shows, for somebody who cannot see it.
    enlarged : int, 1 or more
    """
    pixels = (
        _grey(np.zeros(784) if digit is None else digit).repeat(enlarged, axis=0).repeat(enlarged, axis=1)
    )
    st.image(pixels, width=28 * enlarged, alt=alt, output_format="PNG")


def address(picture: Array | Image.Image) -> str:
    """Return a Pillow image, or uint8 of (height, width) or (height, width, 3), as a data: URL of a PNG."""
    image = picture if isinstance(picture, Image.Image) else Image.fromarray(picture)
    file = io.BytesIO()
    image.save(file, "PNG", compress_level=1)
    return "data:image/png;base64," + base64.b64encode(file.getvalue()).decode()


def ink_picture(digit: Array) -> str:
    """Paint a digit, 784 floats in [0, 1], white on black; return its address."""
    return address(_grey(digit))


def map_picture(numbers: Array, scale: float) -> str:
    """Paint 784 numbers, orange above 0 and blue below, full colour at `scale`; return the address."""
    picture = Image.fromarray(shades(np.reshape(numbers, (28, 28)), scale), "P")
    picture.putpalette(PALETTE.tobytes())
    return address(picture)


def map_over_ink(numbers: Array, digit: Array, scale: float) -> str:
    """Paint 784 numbers as `map_picture` does; where they are small, the digit shines through."""
    numbers = np.reshape(numbers, (28, 28, 1))
    cover = np.clip(np.abs(numbers) / scale, 0, 1)
    grey = 255 * INK * np.reshape(digit, (28, 28, 1))
    return address(np.rint(cover * np.where(numbers > 0, FOR, AGAINST) + (1 - cover) * grey).astype(np.uint8))


def image(address: str, alt: str, side: int | None = None) -> str:
    """Return the HTML of a picture with hard pixels: as wide as its place, or `side` pixels."""
    size = f' style="width:{side}px"' if side else ""
    return f'<img class="pixels" decoding="sync" src="{address}" alt="{alt}"{size}>'


def _grey(digit: Array) -> Array:
    return np.rint(np.reshape(digit, (28, 28)) * 255).astype(np.uint8)
