"""The digit doctor: shows what preparation does to a drawing, stage by stage."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from PIL import Image

from data.drawing import DIGIT_SIZE, SIZE, centre, crop, drop_specks, ink, scale, to_mnist


class Stage(NamedTuple):
    """A drawing on its way to what MNIST would have made of it."""

    name: str
    explanation: str  # a sentence
    picture: np.ndarray  # (28, 28) float32 in [0, 1]: the network can read it


def stages(image: np.ndarray) -> list[Stage]:
    """Prepare a drawing for the network, and keep what it looks like after each stage.

    Parameters
    ----------
    image : ndarray of shape (height, width) or (height, width, 3 or 4), uint8
        White ink on black.

    Returns
    -------
    list of Stage
        As drawn, cropped, scaled to 20 pixels, centred by mass; the last picture is that of `to_mnist`. Empty
        where nothing is drawn.

    Raises
    ------
    ValueError
        Where `image` has another shape or another dtype.
    """
    drawn = drop_specks(ink(image))
    if not drawn.any():
        return []
    box = crop(drawn)
    digit = scale(box)
    return [
        Stage(
            "as drawn",
            f"Your whole drawing, shrunk to {SIZE} by {SIZE} pixels: where it was, and as small.",
            shrunken(image),
        ),
        Stage(
            "cropped",
            "The empty space around the ink is cut away: where you drew, and how large, no longer matters.",
            shrunken(box),
        ),
        Stage(
            f"scaled to {DIGIT_SIZE} pixels",
            f"The longer side becomes {DIGIT_SIZE} pixels, as in MNIST, and the box goes to the middle.",
            _in_the_middle(digit, SIZE).astype(np.float32) / 255,
        ),
        Stage(
            "centred by mass",
            "Moved by whole pixels until the ink balances on the middle: such digits the network knows.",
            centre(digit).astype(np.float32) / 255,
        ),
    ]


def shrunken(image: np.ndarray) -> np.ndarray:
    """Shrink the whole drawing to 28x28, with no preparation at all.

    Parameters
    ----------
    image : ndarray of shape (height, width) or (height, width, 3 or 4), uint8
        White ink on black. What is not square gets black margins.

    Returns
    -------
    ndarray of shape (28, 28), float32 in [0, 1]

    Raises
    ------
    ValueError
        Where `image` has another shape or another dtype.
    """
    picture = ink(image)
    picture = Image.fromarray(_in_the_middle(picture, max(picture.shape)))
    return np.asarray(picture.resize((SIZE, SIZE), Image.Resampling.HAMMING), dtype=np.float32) / 255


def honest_camera(X: np.ndarray, progress: Callable[[float], object] | None = None) -> np.ndarray:
    """Send MNIST's own digits down the canvas's road, and tell which come back identical, pixel for pixel.

    Parameters
    ----------
    X : ndarray of shape (n, 784), float32 in [0, 1]
        A row a digit.
    progress : callable, optional
        Is told the share of digits done, up to 1, a hundred times.

    Returns
    -------
    ndarray of shape (n,), bool
        On MNIST's test digits 9,997 are True: the longer side of the other three is not 20 pixels.
    """
    pixels = np.rint(np.asarray(X) * 255).astype(np.uint8).reshape(-1, SIZE, SIZE)
    same = np.zeros(len(pixels), dtype=bool)
    for part in np.array_split(np.arange(len(pixels)), min(100, max(1, len(pixels)))):
        for i in part:
            found = to_mnist(pixels[i])
            same[i] = found is not None and np.array_equal(np.rint(found * 255), pixels[i])
        if progress and part.size:
            progress((part[-1] + 1) / len(pixels))
    return same


def _in_the_middle(picture: np.ndarray, side: int) -> np.ndarray:
    """Put a picture in the middle of a black square."""
    top, left = ((side - length) // 2 for length in picture.shape)
    square = np.zeros((side, side), dtype=np.uint8)
    square[top : top + picture.shape[0], left : left + picture.shape[1]] = picture
    return square
