"""Finds where in a picture the largest digit is, among grain, specks, other digits and the table."""

import numpy as np
from scipy import ndimage

from data.dataset import DataError

KEPT = 0.5  # of Otsu's threshold: faint parts of a stroke are kept, pale lines are not
BORDER = 0.2  # of the picture's border: what covers more is no digit but the table
SMALLEST = 0.03  # of the longer side: a smaller digit is a speck
NEAR = 0.15  # of the digit's longer side: a piece as near belongs to the digit


def largest_digit(contrast: np.ndarray, least: float) -> np.ndarray:
    """Tell where the largest digit is.

    What touches the border is taken for the table and wiped off, and the rest is looked at again; where
    nothing else remains it may yet be a digit that reaches the border.

    Parameters
    ----------
    contrast : ndarray of shape (height, width), floating
        How much each pixel differs from the paper.
    least : float
        Contrasts below it are grain.

    Returns
    -------
    ndarray of shape (height, width), bool

    Raises
    ------
    DataError
        Where there is no digit.
    """
    side = max(contrast.shape)
    left, cut_off = contrast.copy(), None
    while (candidates := left[left > least]).size:
        pieces, _ = ndimage.label(left > max(least, KEPT * _otsu(candidates)), structure=np.ones((3, 3)))
        boxes = ndimage.find_objects(pieces)
        sizes = np.array(
            [0] + [max(rows.stop - rows.start, columns.stop - columns.start) for rows, columns in boxes]
        )
        border = np.concatenate([pieces[0], pieces[-1], pieces[:, 0], pieces[:, -1]])
        share = np.bincount(border, minlength=len(sizes)) / border.size
        share[0] = 0
        if not share.any():
            if sizes.max() >= SMALLEST * side:
                return _with_near_pieces(pieces, int(sizes.argmax()))
            break
        if cut_off is None and (sizes := np.where(share < BORDER, sizes, 0)).max() >= SMALLEST * side:
            cut_off = pieces, int(sizes.argmax())
        left[ndimage.binary_dilation((share > 0)[pieces], iterations=max(2, side // 40))] = 0
    if cut_off is not None:
        return _with_near_pieces(*cut_off)
    raise DataError(
        "No digit was found in the picture: write one large and bold, leave some paper around it, "
        "and go near enough that it fills at least a tenth of the picture."
    )


def _otsu(values: np.ndarray) -> float:
    """Return the threshold that parts the values best in two (Otsu 1979, IEEE Trans. SMC 9(1), p. 62)."""
    counts, edges = np.histogram(values, 128)
    sums = np.cumsum(counts * (edges[1:] + edges[:-1]) / 2)
    below = np.cumsum(counts)[:-1]
    above = len(values) - below
    gap = (sums[-1] - sums[:-1]) / np.maximum(above, 1) - sums[:-1] / np.maximum(below, 1)
    return float(edges[1:-1][(below * above * gap**2).argmax()])


def _with_near_pieces(pieces: np.ndarray, largest: int) -> np.ndarray:
    """Return where the largest piece and all that belong to it are: a five's bar, half a broken stroke."""
    digit, grown = np.zeros(pieces.shape, dtype=bool), pieces == largest
    while (grown != digit).any():
        digit = grown
        rows, columns = np.flatnonzero(digit.any(axis=1)), np.flatnonzero(digit.any(axis=0))
        reach = max(1.5, NEAR * max(np.ptp(rows), np.ptp(columns)))
        near = ndimage.distance_transform_edt(~digit) <= reach
        grown = np.isin(pieces, np.setdiff1d(pieces[near], 0))
    return digit
