"""What the networks are given to read: a drawing from the canvas, or a picture that stands in its place."""

from typing import NamedTuple

import numpy as np

from data.drawing import to_mnist


class Drawing:
    """
    What is to be read.

    Attributes
    ----------
    picture : (height, width), or (height, width, 3 or 4), uint8
        White ink on black.
    surface : str
        What it was drawn on, in words.
    digit : (28, 28) float32 in [0, 1], or None
        As MNIST would have prepared it; None where nothing is drawn.
    """

    def __init__(self, picture: np.ndarray, surface: str = "canvas") -> None:
        self.picture, self.surface = picture, surface
        self.digit = to_mnist(picture)


class Exhibit(NamedTuple):
    """A picture from elsewhere, a photograph or a digit of the dataset, that stands in the canvas's place."""

    title: str
    drawing: Drawing
    note: str = ""  # what there is to say about where it came from, as long as it stands there
