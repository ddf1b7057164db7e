"""Signed numbers as pictures: blue below 0, black at 0, orange above. No Streamlit."""

import numpy as np

from nn.functions import Array
from ui.shared.colours import AGAINST, FOR

MARK = np.array([255, 255, 255])


def signed_picture(values: Array, mark: tuple[int, int] | None = None, enlarged: int = 6) -> Array:
    """
    Draw signed numbers, on a scale of their own whose middle is 0.

    Parameters
    ----------
    values : (height, width) floats
    mark : tuple of int, optional
        Row and column of a pixel to frame.
    enlarged : int, 3 or more
        The side of a pixel on the screen.

    Returns
    -------
    (height * enlarged, width * enlarged, 3) uint8
    """
    values = np.nan_to_num(values)
    strength = (np.abs(values) / (np.abs(values).max() or 1))[..., None]
    pixels = strength * np.where(values[..., None] < 0, AGAINST, FOR)
    picture = np.rint(pixels).astype(np.uint8).repeat(enlarged, axis=0).repeat(enlarged, axis=1)
    if mark is not None:
        row, column = (k * enlarged for k in mark)
        inside = picture[row + 1 : row + enlarged - 1, column + 1 : column + enlarged - 1].copy()
        picture[row : row + enlarged, column : column + enlarged] = MARK
        picture[row + 1 : row + enlarged - 1, column + 1 : column + enlarged - 1] = inside
    return picture
