"""Digits as somebody wrote them: the picture while it grows, and what the expert reads in it."""

import base64
import io
import json
from typing import NamedTuple

import numpy as np
from PIL import Image

from data.drawing import to_mnist
from nn.expert import load_expert
from server.live import reading
from tests.pen import PenDigit, Stroke, on_canvas, picture, read_pen

FRAME = 140  # pixels, a side of a frame
STEPS = 16  # frames of a digit


class Drawing(NamedTuple):
    """A digit on its way onto the canvas."""

    frames: list[bytes]  # 19,600 each: grey, row by row, ink bright
    sees: list[str]  # what the networks see of each, as its reading says
    read: list[int]  # the expert's digit of each
    canvas: str  # what the canvas sends in the end, as JSON
    digit: int  # the expert's digit of that


def canvas_value(url: object) -> str:
    """Return the canvas's state as its component sends it, with a picture's address."""
    return json.dumps({"drawing": {"raw": {"objects": []}, "data": url}, "backgroundFit": None})


def data_url(image: Image.Image, kind: str = "PNG") -> str:
    """Return a picture as an address that holds all of it."""
    buffer = io.BytesIO()
    image.save(buffer, kind)
    return f"data:image/{kind.lower()};base64," + base64.b64encode(buffer.getvalue()).decode()


def prepare_drawings(count: int, seed: int = 0) -> list[Drawing]:
    """Choose digits of real writers, no two neighbours with the same answer, and paint them."""
    expert, rng = load_expert(), np.random.default_rng(seed)
    digits = read_pen()
    drawings: list[Drawing] = []
    for number in rng.permutation(len(digits)):
        drawing = _prepare(digits[number], expert)
        if not drawings or drawing.digit != drawings[-1].digit:
            drawings.append(drawing)
        if len(drawings) == count and drawings[0].digit != drawings[-1].digit:  # they are drawn in a circle
            return drawings
        drawings = drawings[: count - 1]
    raise ValueError(f"{len(digits)} digits are too few for {count} drawings")


def _prepare(written: PenDigit, expert: object) -> Drawing:
    strokes = on_canvas(written.strokes)
    grown = [Image.fromarray(picture(_begun(strokes, step / STEPS))) for step in range(1, STEPS + 1)]
    frames = [np.asarray(image.resize((FRAME, FRAME), Image.Resampling.BOX)) for image in grown]
    final = grown[-1].convert("RGBA")
    return Drawing(
        frames=[frame.tobytes() for frame in frames],
        sees=[reading(to_mnist(frame), None, None)["sees"] for frame in frames],
        read=[_read(frame, expert) for frame in frames],
        canvas=canvas_value(data_url(final)),
        digit=_read(np.asarray(final), expert),
    )


def _begun(strokes: list[Stroke], share: float) -> list[Stroke]:
    """Return the strokes as far as they were drawn when that share of the pen's way was done."""
    points = max(2, round(share * sum(map(len, strokes))))
    begun = []
    for stroke in strokes:
        begun.append(stroke[:points])
        points -= len(stroke)
        if points <= 0:
            break
    return begun


def _read(drawn: np.ndarray, expert: object) -> int:
    return int(expert.predict(to_mnist(drawn).reshape(1, -1))[0])
