"""Finds the digit in a photograph of paper or of a board, so that it can be read like a drawing.

A drawing is white on black and nothing else. A photograph has shadows, grain, ruled lines, the table's edge
and other digits. Each stage takes one of them away:

    file -> open_picture -> contrast with the paper -> without ruled lines -> largest digit -> ink
"""

from typing import NamedTuple

import numpy as np
from PIL import Image
from scipy import ndimage

from data.complaints import STROKE_WIDTHS, stroke_width
from data.drawing import DIGIT_SIZE, crop, ink
from data.photo.digit import largest_digit
from data.photo.light import contrast_with_paper, is_dark_on_light, without_rulings
from data.photo.picture_file import SIDE

# Chosen, as the numbers in photo_light.py and photo_digit.py are, on 200 made-up photographs of handwriting,
# those that tests/photos.py makes.
SMOOTHING = 1 / 700  # of the longer side: the grain of paper is finer, strokes are wider
FAINTEST = 0.12  # contrast: whatever is fainter is paper
NOISE = 6  # standard deviations of the paper's grain: whatever is fainter is grain
EDGE = (0.2, 0.8)  # of the stroke's contrast: the first is no ink, the second is full ink


class PhotoInk(NamedTuple):
    """The digit found in a photograph, and how it was taken to be written."""

    ink: np.ndarray  # (height, width) uint8, 0 is paper and 255 is full ink: what `to_mnist` takes
    dark_on_light: bool  # dark ink on light paper, or chalk on a board


def ink_of_photo(photo: np.ndarray, dark_on_light: bool | None = None) -> PhotoInk:
    """Find the largest digit in a photograph and return its ink alone, white on black.

    Parameters
    ----------
    photo : ndarray of shape (height, width) or (height, width, 3 or 4), uint8
        Grey, RGB or RGBA, of any size.
    dark_on_light : bool, optional
        True for a pen on paper, False for chalk on a board; found out where it is not given.

    Returns
    -------
    PhotoInk
        The longer side of its ink is at most 1,000 pixels. Paper is exactly 0, the edges of strokes are soft,
        and strokes too thin for MNIST are widened to its thinnest.

    Raises
    ------
    DataError
        Where there is no digit.
    ValueError
        Where `photo` has another shape or another dtype.
    """
    picture = Image.fromarray(ink(photo))
    picture.thumbnail((SIDE, SIDE))
    grey = ndimage.gaussian_filter(np.asarray(picture, dtype=np.float32), SMOOTHING * max(picture.size))
    if dark_on_light is None:
        dark_on_light = is_dark_on_light(grey)
    contrast = contrast_with_paper(grey, dark_on_light)
    grain = -float(np.quantile(contrast, 0.16))  # if normal, a standard deviation below the median
    for _ in range(2):  # lines across, then lines down
        contrast = without_rulings(contrast).T
    digit = largest_digit(contrast, max(FAINTEST, NOISE * grain))
    return PhotoInk(_widened(_soft(contrast, digit)), dark_on_light)


def _soft(contrast: np.ndarray, digit: np.ndarray) -> np.ndarray:
    """Return the digit's ink, uint8: full along its strokes, and falling off at their edges."""
    low, high = EDGE
    strength = (contrast / np.median(contrast[digit]) - low) / (high - low)
    reach = max(1, max(contrast.shape) // 50)
    around = ndimage.binary_dilation(digit, structure=np.ones((3, 3)), iterations=reach)
    return np.rint(np.where(around, strength.clip(0, 1), 0) * 255).astype(np.uint8)


def _widened(ink: np.ndarray) -> np.ndarray:
    """Widen the strokes of a fine pen to MNIST's thinnest: scaled to 20 pixels they would fade away."""
    box = crop(ink)
    unit = max(box.shape) / DIGIT_SIZE
    radius = round((STROKE_WIDTHS[0] * unit - stroke_width(box)) / 2)
    if radius < 1:
        return ink
    y, x = np.ogrid[-radius : radius + 1, -radius : radius + 1]
    return ndimage.grey_dilation(ink, footprint=x * x + y * y <= radius * radius)
