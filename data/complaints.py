"""Says in words what about a drawing is unlike MNIST's digits: its place, size, stroke width or slant."""

import numpy as np

from data.drawing import CENTRE, DIGIT_SIZE, SIZE, crop, drop_specks, ink

# How thick and how slanted digits are: the 5th, 50th and 95th percentile of MNIST's 60,000 training digits,
#     pixels, _ = data.idx.read_digits(images, labels)
#     np.percentile([stroke_width(picture) for picture in pixels.reshape(-1, 28, 28)], [5, 50, 95])
# and the same with slant().
STROKE_WIDTHS = (1.63, 2.36, 3.58)  # pixels, where the digit's longer side has 20
SLANTS = (-18.5, 5.9, 29.7)  # degrees, positive to the right

# What a network can bear that has not learned to: one of 128 hidden units that reads 99.0 % of 2,000 digits
# reads 96.8 % of them moved by 1 pixel and 81.5 % by 2, and 93 to 94 % of them scaled to 17 or 23 pixels,
# 83 % at 16 and 87 % at 24.
PLACE = 1.5  # pixels of 28 between the centre of mass and the middle
SIZES = (17, 23)  # pixels of 28, the digit's longer side


def complaints(image: np.ndarray, surface: str = "canvas") -> list[str]:
    """Say in words what about a drawing is unlike MNIST's digits: its place, size, stroke width or slant.

    Parameters
    ----------
    image : ndarray of shape (height, width) or (height, width, 3 or 4), uint8
        White ink on black.
    surface : str
        What it was drawn on, for the sentences.

    Returns
    -------
    list of str
        A sentence each; one that says so where all is well, and where nothing is drawn.

    Raises
    ------
    ValueError
        Where `image` has another shape or another dtype.
    """
    drawn = drop_specks(ink(image))
    if not drawn.any():
        return ["Nothing is drawn yet."]
    found = [_place(drawn, surface), _size(drawn, surface), _thickness(drawn), _lean(drawn)]
    return [sentence for sentence in found if sentence] or [
        "Nothing is off: place, size, stroke width and slant are like those of MNIST's digits."
    ]


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
    y, x = np.arange(digit.shape[0]), np.arange(digit.shape[1])
    y, x = y - mass.sum(axis=1) @ y, x - mass.sum(axis=0) @ x
    mu_xy, mu_yy = y @ mass @ x, mass.sum(axis=1) @ y**2
    return float(np.degrees(np.arctan2(-mu_xy, mu_yy)))


def _place(drawn: np.ndarray, surface: str) -> str | None:
    unit = max(drawn.shape) / SIZE  # one of MNIST's pixels
    middles = (side / 2 + (CENTRE + 0.5 - SIZE / 2) * unit for side in drawn.shape)
    mass = drawn / drawn.sum(dtype=float)
    down, right = (
        (np.arange(side) + 0.5) @ mass.sum(axis=1 - axis) - middle
        for axis, (side, middle) in enumerate(zip(drawn.shape, middles, strict=True))
    )
    if np.hypot(down, right) <= PLACE * unit:
        return None
    ways = [(right, "right", "left"), (down, "down", "up")]
    told = [f"{abs(way):.0f} pixels too far {plus if way > 0 else minus}" for way, plus, minus in ways]
    told = [words for words, (way, _, _) in zip(told, ways, strict=True) if abs(way) > unit / 2]
    return (
        f"Off the middle of the {surface}: your digit's weight lies {' and '.join(told)}; "
        "MNIST's digits balance on the middle."
    )


def _size(drawn: np.ndarray, surface: str) -> str | None:
    height, width = crop(drawn).shape
    side, longer = max(drawn.shape), max(height, width)
    least, most = (limit * side / SIZE for limit in SIZES)
    if least <= longer <= most:
        return None
    verdict, way = "Small" if longer < least else "Large", "tall" if height >= width else "wide"
    return (
        f"{verdict}: your digit is {longer} pixels {way} on a {surface} of {side}; "
        f"MNIST's fill {DIGIT_SIZE} of {SIZE}, here {DIGIT_SIZE * side / SIZE:.0f}."
    )


def _thickness(drawn: np.ndarray) -> str | None:
    box = crop(drawn)
    width = stroke_width(box)
    scaled = width * DIGIT_SIZE / max(box.shape)
    thinnest, _, thickest = STROKE_WIDTHS
    if thinnest <= scaled <= thickest:
        return None
    verdict = "Thin" if scaled < thinnest else "Thick"
    return (
        f"{verdict} strokes: about {width:.0f} pixels wide, {scaled:.1f} once the digit has {DIGIT_SIZE}; "
        f"nine in ten of MNIST's lie between {thinnest:.1f} and {thickest:.1f}."
    )


def _lean(drawn: np.ndarray) -> str | None:
    angle = slant(crop(drawn))
    left, _, right = SLANTS
    if left <= angle <= right:
        return None
    return (
        f"Slanted: your digit leans {abs(angle):.0f}° to the {'right' if angle > 0 else 'left'}; "
        f"nine in ten of MNIST's lie between {-left:.0f}° to the left and {right:.0f}° to the right."
    )
