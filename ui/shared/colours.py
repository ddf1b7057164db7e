"""The page's colours, and numbers as colours on black: orange speaks for, blue against. No Streamlit."""

import numpy as np
from PIL import Image

from ui.shared.png import address

BLUE, ORANGE = "#1c83e1", "#f28c28"  # as in config.toml; the colour-blind see which is which
READERS = {"expert": "#8b6fd6", "yours": "#2a9d6f"}  # violet and green, as beside their names
FOR, AGAINST = (np.array(list(bytes.fromhex(colour[1:]))) for colour in (ORANGE, BLUE))
LEVELS = 63  # shades on each side of black
MUCH = 3  # times the root mean square: what counts as the strongest colour
INK = 0.35  # how brightly the ink is seen below a map

_SHADES = np.linspace(-1, 1, 2 * LEVELS + 1)[:, None]
_PALETTE = np.rint(np.where(_SHADES > 0, _SHADES * FOR, -_SHADES * AGAINST)).astype(np.uint8)


def scale_of(numbers: np.ndarray) -> float:
    """
    Return the size that gets the full colour, one for all the pictures of a set.

    Parameters
    ----------
    numbers : array of floats

    Returns
    -------
    float
        Three times the root mean square: a few outliers do not leave all the others dark.
    """
    return MUCH * float(np.sqrt(np.mean(np.square(numbers, dtype=np.float64)))) or 1.0


def colour(number: float, scale: float) -> str:
    """Return a number's colour as CSS has it, such as #f28c28."""
    return "#" + bytes(_PALETTE[_levels(number, scale)]).hex()


def map_picture(numbers: np.ndarray, scale: float) -> str:
    """
    Paint 784 numbers.

    Parameters
    ----------
    numbers : (784,) or (28, 28) floats
    scale : float, above 0
        What gets the full colour; `scale_of`.

    Returns
    -------
    str
        The picture as an address, a data: URL.
    """
    picture = Image.fromarray(_levels(np.reshape(numbers, (28, 28)), scale), "P")
    picture.putpalette(_PALETTE.tobytes())
    return address(picture)


def ink_picture(digit: np.ndarray) -> str:
    """Paint a digit, 784 floats in [0, 1], white on black; return its address."""
    return address(Image.fromarray(np.rint(np.reshape(digit, (28, 28)) * 255).astype(np.uint8)))


def map_over_ink(numbers: np.ndarray, digit: np.ndarray, scale: float) -> str:
    """
    Paint 784 numbers over the digit that they are about, which shines through where they are small.

    Parameters
    ----------
    numbers, digit : (784,) or (28, 28) floats
    scale : float, above 0
        What gets the full colour.

    Returns
    -------
    str
        The picture as an address, a data: URL.
    """
    numbers = np.reshape(numbers, (28, 28))
    cover = np.clip(np.abs(numbers) / scale, 0, 1)[..., None]
    grey = 255 * INK * np.reshape(digit, (28, 28, 1))
    full = np.where(numbers[..., None] > 0, FOR, AGAINST)
    return address(Image.fromarray(np.rint(cover * full + (1 - cover) * grey).astype(np.uint8)))


def image(address: str, alt: str, side: int | None = None) -> str:
    """Return the HTML of a picture with hard pixels: as wide as its place, or `side` pixels."""
    size = f' style="width:{side}px"' if side else ""
    return f'<img class="pixels" decoding="sync" src="{address}" alt="{alt}"{size}>'


def _levels(numbers: np.ndarray | float, scale: float) -> np.ndarray:
    return np.rint((np.clip(np.divide(numbers, scale), -1, 1) + 1) * LEVELS).astype(np.uint8)
