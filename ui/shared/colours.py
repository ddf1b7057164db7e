"""The page's colours, and numbers as colours on black: orange speaks for, blue against. No Streamlit."""

import numpy as np

from nn.functions import Array

BLUE, ORANGE = "#1c83e1", "#f28c28"  # as in config.toml; the colour-blind see which is which
READERS = {"expert": "#8b6fd6", "yours": "#2a9d6f"}  # violet and green, as beside their names
FOR, AGAINST = (np.array(list(bytes.fromhex(colour[1:]))) for colour in (ORANGE, BLUE))
LEVELS = 63  # shades on each side of black
MUCH = 3  # times the root mean square: what counts as the strongest colour

_SHADES = np.linspace(-1, 1, 2 * LEVELS + 1)[:, None]
PALETTE = np.rint(np.where(_SHADES > 0, _SHADES * FOR, -_SHADES * AGAINST)).astype(np.uint8)  # blue to orange


def scale_of(numbers: Array) -> float:
    """Return what gets the full colour in a set of pictures: outliers do not leave the others dark."""
    return MUCH * float(np.sqrt(np.mean(np.square(numbers, dtype=np.float64)))) or 1.0


def shades(numbers: Array | float, scale: float) -> Array:
    """Return each number's place in `PALETTE`, as uint8; `scale` and beyond get the full colour."""
    return np.rint((np.clip(np.divide(numbers, scale), -1, 1) + 1) * LEVELS).astype(np.uint8)


def colour(number: float, scale: float) -> str:
    """Return a number's colour as CSS has it, such as #f28c28."""
    return "#" + bytes(PALETTE[shades(number, scale)]).hex()
