"""Replays real handwriting: reads the strokes of UCI's pen digits and lays them on the canvas.

The file is the training half of 'Pen-Based Recognition of Handwritten Digits' (Alpaydin and Alimoglu, 1998),
as UNIPEN text: a segment a digit, its strokes between .PEN_DOWN and .PEN_UP, a line `x y` for each sample,
and y grows upwards.
"""

import gzip
import os
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
from PIL import Image, ImageDraw

FOLDER = Path(os.environ.get("PEN_DIR") or Path(__file__).parents[2] / "shared" / "data" / "pen")
SIDE = 280  # pixels, the page's canvas
BRUSH = 20  # pixels, the page's brush

Stroke = list[tuple[int, int]]  # the pen's positions from touching the paper to leaving it

SEVEN: list[Stroke] = [[(80, 70), (200, 70), (130, 230)], [(100, 150), (180, 150)]]  # on the canvas


class PenDigit(NamedTuple):
    """A digit as somebody wrote it."""

    label: int  # 0 to 9
    writer: int  # 1 to 30
    strokes: list[Stroke]  # in the tablet's units, y growing upwards


def read_pen(folder: Path = FOLDER) -> list[PenDigit]:
    """Read all digits of the pen file; without it the test is skipped."""
    path = folder / "pendigits-orig.tra.gz"
    if not path.is_file():
        pytest.skip(
            "the pen digits are not on this machine: set PEN_DIR to the folder with pendigits-orig.tra.gz"
        )
    digits: list[PenDigit] = []
    with gzip.open(path, "rt", encoding="ascii") as lines:
        for line in lines:
            word, *rest = line.split() or [""]
            if word == ".COMMENT" and len(rest) == 3:
                label, writer, _ = map(int, rest)
                digits.append(PenDigit(label, writer, []))
            elif word == ".PEN_DOWN":
                digits[-1].strokes.append([])
            elif digits and len(rest) == 1 and not word.startswith("."):
                digits[-1].strokes[-1].append((int(word), int(rest[0])))
    return digits


def on_canvas(strokes: list[Stroke], size: int = 180) -> list[Stroke]:
    """Scale strokes from the tablet to `size` pixels, their longer side, in the middle of the canvas."""
    points = np.array([point for stroke in strokes for point in stroke]) * (1, -1)  # y grows downwards here
    low, high = points.min(axis=0), points.max(axis=0)
    scale = size / max(high - low)
    corner = (SIDE - (high - low) * scale) / 2
    return [
        [
            tuple(np.rint((np.array(point) * (1, -1) - low) * scale + corner).astype(int).tolist())
            for point in stroke
        ]
        for stroke in strokes
    ]


def picture(strokes: list[Stroke]) -> np.ndarray:
    """Paint strokes as the canvas does: white on black with a round brush, (280, 280) uint8."""
    image = Image.new("L", (SIDE, SIDE))
    draw, radius = ImageDraw.Draw(image), BRUSH / 2
    for stroke in strokes:
        draw.line(stroke, fill=255, width=BRUSH, joint="curve")
        for x, y in stroke:
            draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=255)
    return np.array(image)
