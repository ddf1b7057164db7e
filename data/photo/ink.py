"""Finds the digit in a photograph of paper or of a board, so that it can be read like a drawing.

A drawing is white on black and nothing else. A photograph has shadows, grain, ruled lines, the table's edge
and other digits. Each stage takes one of them away:

    file -> open_picture -> contrast with the paper -> without ruled lines -> largest digit -> ink
"""

from typing import NamedTuple

import numpy as np
from PIL import Image
from scipy import ndimage

from data.dataset import DataError
from data.doctor import STROKE_WIDTHS, stroke_width
from data.drawing import DIGIT_SIZE, bounding_box, crop, ink
from data.photo.picture_file import SIDE

# All chosen on 200 made-up photographs of handwriting, those that tests/photos.py makes.
SMOOTHING = 1 / 700  # of the longer side: the grain of paper is finer, strokes are wider
FAINTEST = 0.12  # contrast: whatever is fainter is paper
NOISE = 6  # standard deviations of the paper's grain: whatever is fainter is grain
WINDOW = 1 / 3  # of the longer side: strokes are narrower, shadows and the sheet of paper are wider
DARKEST = 16  # brightness, 0 to 255, added to the paper's: in black shadows grain is not contrast
STEEPEST = 0.1  # the slope of ruled lines, 6 degrees
RULED = 0.8  # of the picture's width: a line is at least that long
KEPT = 0.5  # of Otsu's threshold: faint parts of a stroke are kept, pale lines are not
BORDER = 0.2  # of the picture's border: what covers more is no digit but the table
SMALLEST = 0.03  # of the longer side: a smaller digit is a speck
NEAR = 0.15  # of the digit's longer side: a piece as near belongs to the digit
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
        dark_on_light = _is_dark_on_light(grey)
    contrast = _contrast_with_paper(grey, dark_on_light)
    grain = -float(np.quantile(contrast, 0.16))  # if normal, a standard deviation below the median
    for _ in range(2):  # lines across, then lines down
        contrast = _without_rulings(contrast).T
    digit = _largest_digit(contrast, max(FAINTEST, NOISE * grain))
    return PhotoInk(_widened(_soft(contrast, digit)), dark_on_light)


def _is_dark_on_light(grey: np.ndarray) -> bool:
    """Tell dark ink on light paper from light ink on a dark board, by brightness from 0 to 255.

    The pixels that differ most from their surroundings (the median around them) are ink. Whether they are
    darker says the sign of the third moment: few strong strokes outweigh much weak light and shade.
    """
    picture = Image.fromarray(np.log(grey + DARKEST, dtype=np.float32))
    picture.thumbnail((96, 96), Image.Resampling.BOX)
    small = np.asarray(picture)
    surroundings = ndimage.median_filter(small, int(WINDOW * max(small.shape)) | 1)
    return bool(((small - surroundings) ** 3).sum() <= 0)


def _contrast_with_paper(grey: np.ndarray, dark_on_light: bool) -> np.ndarray:
    """Return how much each pixel differs from the paper under it, in shares of the paper's brightness.

    It is positive where there is ink, and 0 in the middle of the paper's grain. The paper is what
    remains when everything narrower than the window is filled in (a morphological closing, for chalk an
    opening), which keeps slow gradients and straight shadow edges as they are. Dividing by it evens the
    light: ink in the shade is as strong as ink in the sun.
    """
    fill = ndimage.grey_closing if dark_on_light else ndimage.grey_opening
    window = int(WINDOW * max(grey.shape)) | 1
    inside = slice(window, -window)
    continued = np.pad(grey, window, mode="edge")  # the light goes on: a mirrored shadow would make wedges
    paper = fill(continued, size=window)[inside, inside]
    contrast = np.abs(paper - grey) / (paper + DARKEST)
    return contrast - np.median(contrast)  # the closing follows the brightest grain


def _without_rulings(contrast: np.ndarray) -> np.ndarray:
    """Subtract what a whole row shares, along the slope at which rows share most: no digit is that long.

    It takes ruled lines, a margin and the table's straight edge away and keeps the strokes that cross them.
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


def _largest_digit(contrast: np.ndarray, least: float) -> np.ndarray:
    """Return where the largest digit is, True and False for each pixel; contrasts below `least` are grain.

    What touches the border is taken for the table and wiped off, and the rest is looked at again; where
    nothing else remains it may yet be a digit that reaches the border. DataError where there is no digit.
    """
    side = max(contrast.shape)
    rest, cut_off = contrast.copy(), None
    while (candidates := rest[rest > least]).size:
        pieces, _ = ndimage.label(rest > max(least, KEPT * _otsu(candidates)), structure=np.ones((3, 3)))
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
        rest[ndimage.binary_dilation((share > 0)[pieces], iterations=max(2, side // 40))] = 0
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
        rows, columns = bounding_box(digit)
        reach = max(1.5, NEAR * (max(rows.stop - rows.start, columns.stop - columns.start) - 1))
        near = ndimage.distance_transform_edt(~digit) <= reach
        grown = np.isin(pieces, np.setdiff1d(pieces[near], 0))
    return digit


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
