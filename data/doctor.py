"""The digit doctor: what preparation does to a drawing, stage by stage, and what about it is unlike MNIST."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from PIL import Image

from data.drawing import (
    CENTRE,
    DIGIT_SIZE,
    SIZE,
    centre,
    centre_of_mass,
    crop,
    drop_specks,
    ink,
    scale,
    to_mnist,
)

# How thick and how slanted digits are: the 5th and 95th percentile of MNIST's 60,000 training digits,
#     pixels, _ = data.mnist.read_digits(images, labels)
#     np.percentile([stroke_width(picture) for picture in pixels.reshape(-1, 28, 28)], [5, 95])
# and the same with slant().
STROKE_WIDTHS = (1.63, 3.58)  # pixels, where the digit's longer side has 20
SLANTS = (-18.5, 29.7)  # degrees, positive to the right

# What a network can bear that has not learned to: one of 128 hidden units that reads 99.0 % of 2,000 digits
# reads 96.8 % of them moved by 1 pixel and 81.5 % by 2, and 93 to 94 % of them scaled to 17 or 23 pixels,
# 83 % at 16 and 87 % at 24.
PLACE = 1.5  # pixels of 28 between the centre of mass and the middle
SIZES = (17, 23)  # pixels of 28, the digit's longer side


class Stages(NamedTuple):
    """A drawing on its way to what MNIST would have made of it: (28, 28) float32 in [0, 1] each."""

    drawn: np.ndarray
    cropped: np.ndarray
    scaled: np.ndarray  # to 20 pixels
    centred: np.ndarray  # by mass: the picture of `to_mnist`


def stages(image: np.ndarray) -> Stages | None:
    """Prepare a drawing for the network, and keep what it looks like after each stage.

    Parameters
    ----------
    image : ndarray of shape (height, width) or (height, width, 3 or 4), uint8
        White ink on black.

    Returns
    -------
    Stages or None
        None where nothing is drawn.

    Raises
    ------
    ValueError
        Where `image` has another shape or another dtype.
    """
    drawn = drop_specks(ink(image))
    if not drawn.any():
        return None
    box = crop(drawn)
    digit = scale(box)
    return Stages(
        shrunken(image),
        shrunken(box),
        _in_the_middle(digit, SIZE).astype(np.float32) / 255,
        centre(digit).astype(np.float32) / 255,
    )


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


@dataclass(frozen=True)
class Measures:
    """Place, size, stroke width and slant of a digit in a drawing, in the drawing's pixels."""

    side: int  # the drawing's longer one
    down: float  # from where MNIST has the centre of mass; negative upwards
    right: float  # likewise; negative to the left
    height: int  # of the digit
    width: int
    stroke_width: float
    slant: float  # degrees from upright, positive to the right

    @property
    def unit(self) -> float:
        """One of MNIST's pixels."""
        return self.side / SIZE

    @property
    def scaled_stroke_width(self) -> float:
        """The stroke width once the digit's longer side is scaled to 20 pixels."""
        return self.stroke_width * DIGIT_SIZE / max(self.height, self.width)

    @property
    def unusual(self) -> list[str]:
        """Which of 'place', 'size', 'stroke width' and 'slant' are unlike MNIST's."""
        usual = {
            "place": np.hypot(self.down, self.right) <= PLACE * self.unit,
            "size": SIZES[0] <= max(self.height, self.width) / self.unit <= SIZES[1],
            "stroke width": STROKE_WIDTHS[0] <= self.scaled_stroke_width <= STROKE_WIDTHS[1],
            "slant": SLANTS[0] <= self.slant <= SLANTS[1],
        }
        return [name for name, is_usual in usual.items() if not is_usual]


def measures(image: np.ndarray) -> Measures | None:
    """Measure a drawing.

    Parameters
    ----------
    image : ndarray of shape (height, width) or (height, width, 3 or 4), uint8
        White ink on black.

    Returns
    -------
    Measures or None
        None where nothing is drawn.

    Raises
    ------
    ValueError
        Where `image` has another shape or another dtype.
    """
    drawn = drop_specks(ink(image))
    if not drawn.any():
        return None
    box, side = crop(drawn), max(drawn.shape)
    down, right = (
        mass + 0.5 - (length / 2 + (CENTRE + 0.5 - SIZE / 2) * side / SIZE)
        for mass, length in zip(centre_of_mass(drawn), drawn.shape, strict=True)
    )
    return Measures(side, down, right, *box.shape, stroke_width(box), slant(box))


def stroke_width(digit: np.ndarray) -> float:
    """Measure how wide the strokes of a digit are on average.

    Parameters
    ----------
    digit : ndarray of shape (height, width), uint8

    Returns
    -------
    float
        Pixels: twice the ink over the length of its outline, as in a long bar. The outline of a picture with
        soft edges is the sum of its gradient's length (its total variation).
    """
    level = np.pad(digit.astype(np.float32), 1)
    down, right = np.diff(level, axis=0)[:, :-1], np.diff(level, axis=1)[:-1]
    return float(2 * level.sum() / np.hypot(down, right).sum())


def slant(digit: np.ndarray) -> float:
    """Measure how far a digit leans.

    Parameters
    ----------
    digit : ndarray of shape (height, width), uint8

    Returns
    -------
    float
        Degrees from upright, positive to the right: the angle of the shear that would make the ink's rows and
        columns uncorrelated, arctan(-mu_xy / mu_yy), y growing downwards. 0 where all ink is in one row.
    """
    mass = digit / digit.sum(dtype=float)
    y, x = (np.arange(n) - middle for n, middle in zip(digit.shape, centre_of_mass(digit), strict=True))
    mu_xy, mu_yy = y @ mass @ x, mass.sum(axis=1) @ y**2
    return float(np.degrees(np.arctan2(-mu_xy, mu_yy)))


def honest_camera(X: np.ndarray, progress: Callable[[float], object] | None = None) -> np.ndarray:
    """Prepare MNIST's own digits as drawings are prepared, and tell which come back identical.

    Parameters
    ----------
    X : ndarray of shape (n, 784), float32 in [0, 1]
        A row a digit.
    progress : callable, optional
        Called a hundred times with the share of digits done, up to 1.

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
