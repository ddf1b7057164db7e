"""Makes photographs of digits on paper and boards, lit badly, and tells how alike two digits are."""

import io
from typing import NamedTuple

import numpy as np
from PIL import Image, ImageDraw
from scipy import ndimage

from data.drawing import to_mnist
from data.photo.ink import ink_of_photo
from data.photo.picture_file import open_picture
from tests.pen import PenDigit

HEIGHT, WIDTH = 450, 600
PAPER, BOARD, WOOD, RULING = (238, 234, 224), (38, 66, 52), (95, 62, 40), (165, 185, 215)
INKS = {"blue": (40, 55, 140), "black": (35, 33, 38), "red": (190, 40, 45), "pencil": (115, 115, 120)}
CHALK = (225, 225, 220)


class Scene(NamedTuple):
    """How a photograph is taken."""

    ink: str = "blue"  # or chalk
    light: str = "gradient"  # or vignette, shadow, even
    lines: bool = False
    table: bool = False
    tilt: float = 0.0  # degrees, of the lines
    grain: float = 4.0
    quality: int = 60  # of the JPEG


def from_mnist(pixels: np.ndarray, size: int) -> np.ndarray:
    """Enlarge a digit of MNIST until its longer side has `size` pixels: coverage with ink, 0 to 1."""
    digit = Image.fromarray(pixels)
    box = digit.crop(digit.getbbox())
    zoom = size / max(box.size)
    large = box.resize((round(box.width * zoom), round(box.height * zoom)), Image.Resampling.BICUBIC)
    return np.clip((np.asarray(large) / 255 - 0.25) / 0.5, 0, 1)  # ink has sharper edges than an enlargement


def from_pen(digit: PenDigit, size: int, width: float) -> np.ndarray:
    """Draw pen strokes, the longer side of their middle line `size` pixels: coverage with ink, 0 to 1."""
    points = np.array([point for stroke in digit.strokes for point in stroke]) * (1, -1)
    low, high = points.min(axis=0), points.max(axis=0)
    scale, brush = 2 * size / max(high - low), 2 * width  # drawn twice as large, for soft edges
    box = (high - low) * scale + 2 * brush + 2
    image = Image.new("L", (int(box[0]), int(box[1])))
    draw = ImageDraw.Draw(image)
    for stroke in digit.strokes:
        line = [tuple((np.array(point) * (1, -1) - low) * scale + brush) for point in stroke]
        if len(line) > 1:
            draw.line(line, fill=255, width=round(brush), joint="curve")
        for x, y in line:
            draw.ellipse((x - brush / 2, y - brush / 2, x + brush / 2, y + brush / 2), fill=255)
    return np.asarray(image.reduce(2)) / 255


def take(
    digits: list[tuple[np.ndarray, int, int]],
    scene: Scene,
    rng: np.random.Generator,
    shape: tuple[int, int] = (HEIGHT, WIDTH),
) -> np.ndarray:
    """Photograph digits, each a coverage with ink and its top and left, as (height, width, 3) uint8."""

    def blurred_noise(sigma: float) -> np.ndarray:
        return ndimage.gaussian_filter(rng.normal(size=shape), sigma) * sigma

    y, x = np.mgrid[: shape[0], : shape[1]] / np.array(shape).reshape(2, 1, 1)
    cover = np.zeros(shape)
    for digit, top, left in digits:
        part = cover[top : top + digit.shape[0], left : left + digit.shape[1]]
        np.maximum(part, digit[: part.shape[0], : part.shape[1]], out=part)
    board = scene.ink == "chalk"
    page = np.ones((*shape, 3)) * (BOARD if board else PAPER) * (1 + 0.05 * blurred_noise(2))[..., None]
    if board:
        page = page + 7 * blurred_noise(25)[..., None]  # where it was wiped
    if scene.lines:
        gap = shape[0] / 14
        across = (y * shape[0] + np.tan(np.radians(scene.tilt)) * x * shape[1]) % gap - gap / 2
        line = 0.9 * np.clip(1.6 - np.abs(across), 0, 1)[..., None]
        page = page * (1 - line) + np.array(RULING) * line
    if scene.ink in ("chalk", "pencil"):
        cover = cover * np.clip(1 - np.abs(blurred_noise(1)), 0, 1)
    picture = page * (1 - cover[..., None]) + np.array(INKS.get(scene.ink, CHALK)) * cover[..., None]
    if scene.table:
        slope = rng.uniform(-0.06, 0.06)
        picture[(x < 0.08 + slope * y) | (y > 0.92 + slope * x)] = WOOD
    turn = rng.uniform(0, 2 * np.pi)
    along = np.cos(turn) * (x - 0.5) + np.sin(turn) * (y - 0.5)
    shade = {
        "even": np.ones(shape),
        "gradient": 0.35 + 0.65 * (along - along.min()) / np.ptp(along),
        "vignette": 1 - 1.5 * ((x - 0.5) ** 2 + (y - 0.5) ** 2),
        "shadow": 0.5 + 0.5 / (1 + np.exp(-300 * (along - rng.uniform(-0.2, 0.2)))),
    }[scene.light]
    warmth = (1, rng.uniform(0.85, 1), rng.uniform(0.65, 1))
    picture = ndimage.gaussian_filter(picture * shade[..., None] * warmth, (0.8, 0.8, 0))
    picture = picture + rng.normal(0, scene.grain, picture.shape)
    file = io.BytesIO()
    Image.fromarray(picture.clip(0, 255).astype(np.uint8)).save(file, "JPEG", quality=scene.quality)
    return open_picture(file)


def clean(digit: np.ndarray) -> np.ndarray:
    """The 28x28 picture of the same digit drawn on the canvas."""
    return to_mnist(np.rint(np.pad(digit, 30) * 255).astype(np.uint8))


def likeness(found: np.ndarray, expected: np.ndarray) -> float:
    """The correlation of two pictures, where one may be moved by a pixel: centring rounds to whole pixels."""
    moved = (np.roll(found, (down, right), (0, 1)) for down in (-1, 0, 1) for right in (-1, 0, 1))
    return max(float(np.corrcoef(one.ravel(), expected.ravel())[0, 1]) for one in moved)


def read(picture: np.ndarray, dark_on_light: bool | None = None) -> np.ndarray:
    """The 28x28 picture of the digit in a photograph."""
    return to_mnist(ink_of_photo(picture, dark_on_light).ink)
