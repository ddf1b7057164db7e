"""Simple drawings whose place, size, width and slant are known."""

import numpy as np
from PIL import Image, ImageDraw


def line(*points: tuple[int, int], width: int = 20, size: tuple[int, int] = (280, 280)) -> np.ndarray:
    """A stroke on a canvas, white on black, uint8."""
    picture = Image.new("L", size)
    ImageDraw.Draw(picture).line(points, fill=255, width=width, joint="curve")
    return np.array(picture)


def zero(x: int = 145, y: int = 145, size: int = 200, width: int = 24) -> np.ndarray:
    """An upright 0 on a canvas of 280, about `size` pixels tall."""
    picture = Image.new("L", (280, 280))
    box = (x - 0.35 * size, y - size / 2, x + 0.35 * size, y + size / 2)
    ImageDraw.Draw(picture).ellipse(box, outline=255, width=width)
    return np.array(picture)
