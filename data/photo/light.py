"""Makes a photograph's light even: how much each pixel differs from the paper or the board under it."""

import numpy as np
from PIL import Image
from scipy import ndimage

WINDOW = 1 / 3  # of the longer side: strokes are narrower, shadows and the sheet of paper are wider
DARKEST = 16  # brightness, 0 to 255, added to the paper's: in black shadows grain is not contrast
STEEPEST = 0.1  # the slope of ruled lines, 6 degrees
RULED = 0.8  # of the picture's width: a line is at least that long


def is_dark_on_light(grey: np.ndarray) -> bool:
    """Tell dark ink on light paper from light ink on a dark board.

    Parameters
    ----------
    grey : ndarray of shape (height, width), floating
        Brightness from 0 to 255.

    Returns
    -------
    bool
        Whether the pixels that differ most from their surroundings (the median around them) are the darker
        ones: the sign of the third moment, in which few strong strokes outweigh much weak light and shade.
    """
    picture = Image.fromarray(np.log(grey + DARKEST, dtype=np.float32))
    picture.thumbnail((96, 96), Image.Resampling.BOX)
    small = np.asarray(picture)
    surroundings = ndimage.median_filter(small, int(WINDOW * max(small.shape)) | 1)
    return bool(((small - surroundings) ** 3).sum() <= 0)


def contrast_with_paper(grey: np.ndarray, dark_on_light: bool) -> np.ndarray:
    """Tell how much each pixel differs from the paper under it, in shares of the paper's brightness.

    Parameters
    ----------
    grey : ndarray of shape (height, width), floating
        Brightness from 0 to 255.
    dark_on_light : bool
        Whether the ink is darker than the paper.

    Returns
    -------
    ndarray of shape (height, width), floating
        Positive where there is ink; 0 in the middle of the paper's grain.

    Notes
    -----
    The paper is what remains when everything narrower than the window is filled in (a morphological closing,
    for chalk an opening), which keeps slow gradients and straight shadow edges as they are. Dividing by it
    evens the light: ink in the shade is as strong as ink in the sun.
    """
    fill = ndimage.grey_closing if dark_on_light else ndimage.grey_opening
    window = int(WINDOW * max(grey.shape)) | 1
    inside = slice(window, -window)
    continued = np.pad(grey, window, mode="edge")  # the light goes on: a mirrored shadow would make wedges
    paper = fill(continued, size=window)[inside, inside]
    contrast = np.abs(paper - grey) / (paper + DARKEST)
    return contrast - np.median(contrast)  # the closing follows the brightest grain


def without_rulings(contrast: np.ndarray) -> np.ndarray:
    """Subtract what a whole row shares, along the slope at which rows share most: no digit is that long.

    It takes ruled lines, a margin and the table's straight edge away and leaves the strokes that cross them.

    Parameters
    ----------
    contrast : ndarray of shape (height, width), floating

    Returns
    -------
    ndarray of shape (height, width), floating, at least 0
    """
    height, width = contrast.shape
    strips = min(width, 64)
    edges = np.linspace(0, width, strips + 1).astype(int)
    narrow = np.add.reduceat(contrast, edges[:-1], axis=1) / np.diff(edges)
    rows, middles = np.arange(height)[:, None], (edges[1:] + edges[:-1]) / 2 - width / 2
    columns, rank = np.arange(strips), int((1 - RULED) * strips)
    most, steepness, line = -1.0, 0.0, np.zeros(height)
    for slope in np.linspace(-STEEPEST, STEEPEST, 41):
        shifted = np.clip(rows + np.rint(slope * middles).astype(int), 0, height - 1)
        shared = np.partition(narrow[shifted, columns], rank, axis=1)[:, rank]
        if (energy := float(shared @ shared)) > most:
            most, steepness, line = energy, slope, shared
    line = ndimage.maximum_filter1d(line, 3)
    shift = np.rint(steepness * (np.arange(width) - width / 2)).astype(int)
    return np.clip(contrast - line[np.clip(rows - shift, 0, height - 1)], 0, None)
