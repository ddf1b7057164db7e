"""Draws pen strokes from a UNIPEN file on a canvas, as a visitor would: the handwriting that MNIST lacks."""

import gzip
import math
import zlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

from data.dataset import DataError

CANVAS = 280  # side of the page's canvas, pixels

Strokes = list[np.ndarray]  # one (points, 2) float32 array of x, y a stroke, y growing downwards


@dataclass(frozen=True)
class PenDigits:
    """Digits as people wrote them."""

    strokes: list[Strokes]  # of each digit
    Y: np.ndarray  # (n,) int64: the digit 0-9
    writers: np.ndarray  # (n,) int64: who wrote it, from 1

    def of_writers(self, first: int, last: int) -> "PenDigits":
        """Only the digits of the writers `first` to `last`, both included."""
        chosen = np.flatnonzero((self.writers >= first) & (self.writers <= last))
        return PenDigits([self.strokes[i] for i in chosen], self.Y[chosen], self.writers[chosen])


def read_unipen(path: str | Path) -> PenDigits:
    """Read the UNIPEN text of 'Pen-Based Recognition of Handwritten Digits' (Alpaydin & Alimoglu, UCI, 1998).

    Parameters
    ----------
    path : str or Path
        The file, gzipped or not.

    Returns
    -------
    PenDigits
        In the order of the file.

    Raises
    ------
    DataError
        Where the file cannot be read, holds no digit, or a line is not what the format says.
    """
    try:
        data = Path(path).read_bytes()
        text = (gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data).decode("ascii")
    except (OSError, EOFError, zlib.error, UnicodeDecodeError) as error:
        raise DataError(f"{path} cannot be read as a UNIPEN text file: {error}") from error

    digits, labels, writers, pen_down = [], [], [], False
    for number, line in enumerate(text.splitlines(), start=1):
        words = line.split()
        try:
            if not words:
                continue
            if words[:2] == [".SEGMENT", "DIGIT"]:
                digits.append([])
                labels.append(_class(words[-1].strip('"')))
                pen_down = False
            elif words[0] == ".COMMENT" and len(words) == 4 and len(writers) < len(digits):
                writers.append(int(words[2]))
            elif words[0] == ".PEN_DOWN":
                if not digits:
                    raise ValueError("no .SEGMENT before it")
                pen_down = True
                digits[-1].append([])
            elif words[0].startswith("."):
                pen_down = False
            elif pen_down:
                x, y = map(float, words)
                if not (math.isfinite(x) and math.isfinite(y)):
                    raise ValueError("a coordinate is not a finite number")
                digits[-1][-1].append((x, -y))
        except (ValueError, IndexError) as error:
            raise DataError(f"{path}, line {number}: {line!r} is not UNIPEN text ({error})") from error
    if not digits:
        raise DataError(f"{path} holds no '.SEGMENT DIGIT': it is not a UNIPEN file of digits.")
    if len(writers) != len(digits):
        raise DataError(f"{path} has {len(digits)} digits but names the writer of {len(writers)}.")
    strokes = [[np.array(s, np.float32) for s in digit if s] for digit in digits]
    if empty := [i for i, digit in enumerate(strokes) if not digit]:
        raise DataError(f"{path}: digit number {empty[0] + 1} has no pen stroke.")
    return PenDigits(strokes, np.array(labels, np.int64), np.array(writers, np.int64))


def _class(word: str) -> int:
    if len(word) != 1 or word not in "0123456789":
        raise ValueError(f"{word!r} is not a digit 0-9")
    return int(word)


def draw(
    strokes: Strokes, brush: float, size: float, rng: np.random.Generator, smooth: bool = False
) -> np.ndarray:
    """Draw a digit on the canvas with a round brush, at a random place.

    Parameters
    ----------
    strokes : list of ndarray of shape (points, 2)
        x to the right, y downwards, in any unit.
    brush : float
        Width of the brush in canvas pixels.
    size : float
        Longer side of the digit in canvas pixels, brush not counted; less where that would not fit.
    rng : numpy.random.Generator
        Chooses the place.
    smooth : bool
        Whether to round corners as a browser's brush does, with a quadratic curve from midpoint to midpoint.

    Returns
    -------
    ndarray of shape (280, 280), uint8
        0 paper, 255 ink, anti-aliased.
    """
    low = np.min([s.min(axis=0) for s in strokes], axis=0)
    extent = np.max([s.max(axis=0) for s in strokes], axis=0) - low
    scale = min(size, CANVAS - brush - 2) / max(extent.max(), 1e-3)
    room = CANVAS - brush - extent * scale
    corner = brush / 2 + rng.uniform(0, 1, 2) * room
    zoom = 2  # draw twice as large and halve: anti-aliased edges
    picture = Image.new("L", (CANVAS * zoom, CANVAS * zoom))
    pen = ImageDraw.Draw(picture)
    for stroke in strokes:
        points = _smooth(stroke) if smooth else stroke
        points = ((points - low) * scale + corner) * zoom
        if len(points) > 1:
            pen.line(points.ravel().tolist(), fill=255, width=round(brush * zoom))
        for x, y in points:
            r = brush * zoom / 2
            pen.ellipse((x - r, y - r, x + r, y + r), fill=255)
    return np.asarray(picture.reduce(zoom))


def _smooth(points: np.ndarray) -> np.ndarray:
    """Quadratic Bezier curves from midpoint to midpoint, the samples as control points."""
    if len(points) < 3:
        return points
    middle = (points[:-1] + points[1:]) / 2
    t = np.array([0.25, 0.5, 0.75, 1.0], np.float32)[:, None]
    a, c, b = middle[:-1, None], points[1:-1, None], middle[1:, None]
    curves = (1 - t) ** 2 * a + 2 * t * (1 - t) * c + t**2 * b  # (points - 2, 4, 2)
    return np.concatenate([points[:1], middle[:1], curves.reshape(-1, 2), points[-1:]])


def vary(strokes: Strokes, rng: np.random.Generator, strength: float = 1.0) -> Strokes:
    """Write a digit again as another hand would: slant, proportions, a smooth warp, strokes a bit moved.

    Parameters
    ----------
    strokes : list of ndarray of shape (points, 2)
    rng : numpy.random.Generator
    strength : float
        0 changes nothing, 1 is the strongest change that leaves every digit readable.

    Returns
    -------
    list of ndarray of shape (points, 2)
        Centred on (0, 0), longer side about 1.
    """
    everything = np.concatenate(strokes)
    low, high = everything.min(axis=0), everything.max(axis=0)
    extent = max((high - low).max(), 1e-3)
    angle = rng.normal(0, 0.12 * strength)
    slant = rng.normal(0, 0.18 * strength)
    stretch = np.exp(rng.normal(0, 0.12 * strength))
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    A = turn @ np.array([[1, slant], [0, 1]]) @ np.diag([stretch, 1 / stretch])
    # A smooth warp: four long sine waves across the digit, each pushing its own way.
    waves = rng.normal(0, 3.2, (2, 4))
    phase = rng.uniform(0, 2 * np.pi, 4)
    push = rng.normal(0, 0.03 * strength, (4, 2))
    varied = []
    for stroke in strokes:
        p = (stroke - (low + high) / 2) / extent
        p = p + np.sin(p @ waves + phase) @ push
        centre = p.mean(axis=0)
        p = centre + (p - centre) * np.exp(rng.normal(0, 0.06 * strength))
        if len(strokes) > 1:
            p = p + rng.normal(0, 0.025 * strength, 2)
        varied.append((p @ A.T).astype(np.float32))
    return varied
