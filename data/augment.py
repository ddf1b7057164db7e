"""Distorted digits: more handwriting than anybody wrote, made from the digits there are."""

import numpy as np
from scipy.ndimage import gaussian_filter1d

SIDE = 28
PIXELS = SIDE * SIDE
SHARED = 4  # images that share one displacement field: the field costs more than the image

# Chosen so that nearly every digit stays readable. The elastic part is Simard, Steinkraus and Platt's: 'Best
# Practices for Convolutional Neural Networks Applied to Visual Document Analysis', ICDAR 2003, section 2.
ROTATION = 0.13  # radians, standard deviation
SLANT = 0.15  # pixels per row, standard deviation
SCALE = 0.08  # of each axis, logarithm, standard deviation
SHIFT = 0.6  # pixels, standard deviation
ELASTIC = 1.0  # pixels, root mean square
SIGMA = 5.0  # pixels, width of the Gaussian that smooths the field
WIDTH = 0.25  # of a pixel on each side of a stroke, standard deviation: thinner and thicker strokes
CONTRAST = 0.2  # grey level, at most this much of the darkest and of the lightest greys is cut off

# A Gaussian filter as a matrix; its rows have length 1, so that white noise of variance 1 keeps it.
_SMOOTH = gaussian_filter1d(np.eye(SIDE), SIGMA, axis=0, mode="constant").astype(np.float32)
_SMOOTH /= np.sqrt((_SMOOTH**2).sum(axis=1, keepdims=True))
_CENTRE = np.arange(SIDE, dtype=np.float32) - (SIDE - 1) / 2


def distort(images: np.ndarray, rng: np.random.Generator, strength: float = 1.0) -> np.ndarray:
    """Rotate, slant, stretch, shift and bend each image, and make its strokes thinner or thicker, at random.

    Parameters
    ----------
    images : ndarray of shape (n, 784), float32 in [0, 1]
    rng : numpy.random.Generator
        The same state gives the same pictures.
    strength : float, at least 0
        Factor on every distortion: 0 changes nothing, 1 is what the expert was trained with.

    Returns
    -------
    ndarray of shape (n, 784), float32 in [0, 1]
    """
    n = len(images)
    groups = -(-n // SHARED)
    rows, columns = _sources(groups, rng, strength)
    order = rng.permutation(groups * SHARED) % n  # who shares a field; a short last group borrows images
    mixed = images[order].reshape(groups, SHARED, PIXELS).transpose(0, 2, 1)  # (groups, 784, SHARED)
    bent = _sample(mixed, rows, columns).transpose(0, 2, 1).reshape(-1, PIXELS)
    _change_width(bent, rng, strength)
    result = np.empty((n, PIXELS), np.float32)
    result[order] = bent
    return result


def _sources(groups: int, rng: np.random.Generator, strength: float) -> tuple[np.ndarray, np.ndarray]:
    """Choose where each pixel of the result comes from: rows and columns, (groups, 784) float32 each."""

    def normal(deviation: float) -> np.ndarray:
        return rng.standard_normal((groups, 1), np.float32) * np.float32(deviation * strength)

    angle, slant = normal(ROTATION), normal(SLANT)
    height, width = np.exp(normal(SCALE)), np.exp(normal(SCALE))
    y, x = np.repeat(_CENTRE, SIDE), np.tile(_CENTRE, SIDE)  # (784,)
    cosine, sine = np.cos(angle), np.sin(angle)
    down = (cosine * y - sine * x) * height  # (groups, 784)
    right = (sine * y + cosine * x) * width + slant * down
    noise = rng.standard_normal((2, groups, SIDE, SIDE), np.float32)
    field = (_SMOOTH @ noise @ _SMOOTH.T).reshape(2, groups, PIXELS)
    field *= np.float32(ELASTIC / np.sqrt(2) * strength)
    middle = (SIDE - 1) / 2
    return down + field[0] + normal(SHIFT) + middle, right + field[1] + normal(SHIFT) + middle


def _sample(mixed: np.ndarray, rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
    """Read (groups, 784, SHARED) images between their pixels, by bilinear interpolation; outside is 0."""
    groups = len(mixed)
    padded = np.zeros((groups, SIDE + 2, SIDE + 2, SHARED), np.float32)
    padded[:, 1:-1, 1:-1] = mixed.reshape(groups, SIDE, SIDE, SHARED)
    wide = SIDE + 2
    rows, columns = np.clip(rows + 1, 0, wide - 1.001), np.clip(columns + 1, 0, wide - 1.001)
    top, left = rows.astype(np.int32), columns.astype(np.int32)
    down, right = (rows - top)[:, :, None], (columns - left)[:, :, None]
    corner = top * wide + left + np.arange(groups, dtype=np.int32)[:, None] * (wide * wide)
    flat = padded.reshape(-1, SHARED)
    upper = flat.take(corner, axis=0)
    upper += (flat.take(corner + 1, axis=0) - upper) * right
    lower = flat.take(corner + wide, axis=0)
    lower += (flat.take(corner + wide + 1, axis=0) - lower) * right
    lower -= upper
    lower *= down
    upper += lower
    return upper


def _change_width(images: np.ndarray, rng: np.random.Generator, strength: float) -> None:
    """Make the strokes of each image thicker or thinner and its edges harder, in place.

    Thicker is x + t (max - x) and thinner x + t (min - x), max and min over a pixel and its four neighbours;
    then the grey levels from `low` to 1 - `high` are stretched to all from 0 to 1.
    """
    n = len(images)
    change = rng.standard_normal((n, 1, 1), np.float32) * np.float32(WIDTH * strength)
    low, high = rng.uniform(0, CONTRAST * strength, (2, n, 1)).astype(np.float32)
    for chosen, extreme in ((change[:, 0, 0] > 0, np.maximum), (change[:, 0, 0] < 0, np.minimum)):
        picture = images[chosen].reshape(-1, SIDE, SIDE)
        reached = picture.copy()
        for here, there in ((np.s_[:, 1:], np.s_[:, :-1]), (np.s_[:, :, 1:], np.s_[:, :, :-1])):
            extreme(reached[here], picture[there], out=reached[here])
            extreme(reached[there], picture[here], out=reached[there])
        reached -= picture
        reached *= np.minimum(np.abs(change[chosen]), 1)
        picture += reached
        images[chosen] = picture.reshape(-1, PIXELS)
    images -= low
    images *= 1 / np.maximum(1 - low - high, 0.2)
    np.clip(images, 0, 1, out=images)
