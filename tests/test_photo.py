"""Photographs: digits of MNIST and of a pen on paper and boards, lit badly, and files that are no good."""

import io
import re
import zlib
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
from PIL import ExifTags, Image, ImageDraw
from scipy import ndimage

from data import DataError, load_sample
from data.drawing import to_mnist
from data.photo import ink_of_photo
from data.picture_file import open_picture
from tests.pen import PenDigit, read_pen

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


@pytest.fixture(scope="module")
def pictures() -> np.ndarray:
    """30 digits of MNIST, (30, 28, 28) uint8."""
    return np.rint(load_sample().X_test[:300:10] * 255).astype(np.uint8).reshape(-1, 28, 28)


@pytest.fixture(scope="module")
def five() -> np.ndarray:
    """A five whose bar does not touch its bow, 200 pixels tall: coverage with ink."""
    bow, bar = [(10, 80), (10, 48), (40, 50), (50, 30), (40, 5), (5, 0)], [(15, 95), (55, 98)]
    return from_pen(PenDigit(5, 0, [bow, bar]), 200, 12)


def read(picture: np.ndarray, dark_on_light: bool | None = None) -> np.ndarray:
    return to_mnist(ink_of_photo(picture, dark_on_light).ink)


@pytest.mark.parametrize("source", ["mnist", "pen"])
def test_photographs_become_what_the_clean_drawing_becomes(source: str, pictures: np.ndarray):
    rng = np.random.default_rng(3)
    hands = [digit for digit in read_pen() if digit.writer >= 25][::50] if source == "pen" else []
    right_way, alike = [], []
    for i in range(30):
        size = int(rng.uniform(120, 270))
        digit = from_mnist(pictures[i], size)
        if hands:  # with a marker: finer pens are widened, see below
            digit = from_pen(hands[i], size, size * rng.uniform(1 / 11, 1 / 7))
        scene = Scene(
            ink=rng.choice([*INKS, "chalk"]),
            light=rng.choice(["even", "gradient", "vignette", "shadow"]),
            tilt=rng.choice([0, 1.5, -3]),
            grain=rng.uniform(2, 8),
        )
        if scene.ink != "chalk":
            scene = scene._replace(lines=rng.random() < 0.4, table=rng.random() < 0.3)
        top = int(rng.integers(40, max(41, HEIGHT - digit.shape[0] - 70)))
        left = int(rng.integers(80, max(81, WIDTH - digit.shape[1] - 30)))
        found = ink_of_photo(take([(digit, top, left)], scene, rng))
        right_way.append(found.dark_on_light == (scene.ink != "chalk"))
        alike.append(likeness(to_mnist(found.ink), clean(digit)) > 0.9)
    assert sum(right_way) == 30
    assert sum(alike) >= 28


@pytest.mark.parametrize("light", ["even", "gradient", "vignette", "shadow"])
@pytest.mark.parametrize("ink", [*INKS, "chalk"])
def test_every_ink_in_every_light(ink: str, light: str, pictures: np.ndarray):
    digit = from_mnist(pictures[3], 200)
    found = ink_of_photo(take([(digit, 120, 200)], Scene(ink, light), np.random.default_rng(0)))
    assert found.dark_on_light == (ink != "chalk")
    assert likeness(to_mnist(found.ink), clean(digit)) > 0.9


def test_ink_in_the_shade_is_as_strong_as_in_the_sun(pictures: np.ndarray):
    digit = from_mnist(pictures[3], 200)
    picture = np.pad(240 - 150 * digit, ((100, 100), (200, 200)), constant_values=240)
    picture[200:] *= 0.25
    found = ink_of_photo(picture.astype(np.uint8)).ink
    sun, shade = found[100:195], found[205:300]
    drawn = np.pad(digit, ((100, 100), (200, 200))) > 0.9
    assert sun[drawn[100:195]].mean() > 250
    assert shade[drawn[205:300]].mean() > 250


def test_a_digit_that_reaches_the_border(pictures: np.ndarray):
    large = np.asarray(Image.fromarray(pictures[4]).resize((280, 280), Image.Resampling.BICUBIC))
    bottom = np.flatnonzero(large.any(axis=1))[-1]
    off = np.roll(large, 279 - bottom + 8, axis=0)  # cut off a little below
    off[:60] = 0
    assert likeness(read(255 - off), to_mnist(off)) > 0.9


def test_the_larger_of_two_digits_is_taken(pictures: np.ndarray):
    large, small = from_mnist(pictures[4], 220), from_mnist(pictures[5], 110)
    right = take([(large, 100, 60), (small, 200, 380)], Scene(), np.random.default_rng(1))
    left = take([(small, 200, 60), (large, 100, 300)], Scene(), np.random.default_rng(1))
    for picture in (left, right):
        assert likeness(read(picture), clean(large)) > 0.9
        assert likeness(read(picture), clean(small)) < 0.8


def test_a_bar_that_does_not_touch_is_kept(five: np.ndarray):
    _, pieces = ndimage.label(five > 0.1)
    assert pieces == 2
    assert likeness(read(take([(five, 100, 200)], Scene(), np.random.default_rng(2))), clean(five)) > 0.9


@pytest.mark.parametrize("tilt", [0.0, 2.0, -4.0])
def test_ruled_lines_as_dark_as_the_ink(tilt: float, pictures: np.ndarray):
    digit = from_mnist(pictures[6], 200)
    scene = Scene("pencil", "even", lines=True, tilt=tilt)
    picture = take([(digit, 130, 200)], scene, np.random.default_rng(3))
    dark = np.where((picture > 140) & (picture < 190), picture - 40, picture).astype(np.uint8)
    assert likeness(read(dark), clean(digit)) > 0.9


def test_the_table_is_no_digit(pictures: np.ndarray):
    digit = from_mnist(pictures[7], 150)
    for seed in range(4):
        picture = take([(digit, 120, 250)], Scene("pencil", table=True), np.random.default_rng(seed))
        assert likeness(read(picture), clean(digit)) > 0.9


def test_paper_is_exactly_nothing(pictures: np.ndarray):
    digit = from_mnist(pictures[8], 150)
    ink = ink_of_photo(take([(digit, 150, 250)], Scene(grain=8), np.random.default_rng(4))).ink
    around = np.pad(digit, 12) > 0
    assert ink.dtype == np.uint8 and ink.shape == (HEIGHT, WIDTH)
    inside = np.zeros_like(ink, dtype=bool)
    inside[138 : 138 + around.shape[0], 238 : 238 + around.shape[1]] = True
    assert ink[~inside].max() == 0 and ink.max() == 255
    assert ((ink > 0) & (ink < 255)).sum() > 0.02 * (ink > 0).sum()  # soft edges


def test_a_fine_pen_is_widened_to_mnists_thinnest():
    digit = read_pen()[11]
    fine, bold = from_pen(digit, 250, 5), from_pen(digit, 250, 22)
    ink = ink_of_photo(take([(fine, 60, 150)], Scene("black", "even"), np.random.default_rng(5))).ink
    assert np.median(to_mnist(ink)[to_mnist(ink) > 0]) > 0.6
    assert np.median(clean(fine)[clean(fine) > 0]) < 0.3
    assert likeness(to_mnist(ink), clean(bold)) > likeness(clean(fine), clean(bold))


@pytest.mark.parametrize("dark_on_light", [True, False])
def test_pictures_of_mnist_itself(dark_on_light: bool, pictures: np.ndarray):
    for pixels in pictures:
        found = ink_of_photo(255 - pixels if dark_on_light else pixels)
        assert found.dark_on_light == dark_on_light
        assert likeness(to_mnist(found.ink), to_mnist(pixels)) > 0.9


def test_the_switch_overrides(pictures: np.ndarray):
    dark, light = from_mnist(pictures[4], 250), from_mnist(pictures[5], 150)
    picture = np.full((HEIGHT, WIDTH), 128.0)
    picture[100 : 100 + dark.shape[0], 50 : 50 + dark.shape[1]] -= 100 * dark
    picture[150 : 150 + light.shape[0], 380 : 380 + light.shape[1]] += 100 * light
    picture = picture.astype(np.uint8)
    assert ink_of_photo(picture).dark_on_light is ink_of_photo(picture, True).dark_on_light is True
    assert ink_of_photo(picture, False).dark_on_light is False
    assert likeness(read(picture), clean(dark)) > 0.9
    assert likeness(read(picture, True), clean(dark)) > 0.9
    assert likeness(read(picture, False), clean(light)) > 0.9


@pytest.mark.parametrize("ink", ["blue", "chalk"])
@pytest.mark.parametrize("light", ["even", "gradient", "vignette", "shadow"])
def test_a_blank_page_has_no_digit(ink: str, light: str):
    with pytest.raises(DataError, match="No digit was found .* write one"):
        ink_of_photo(take([], Scene(ink, light), np.random.default_rng(7)))


@pytest.mark.parametrize("shape", [(1, 1), (1, 300), (300, 400), (3, 3, 4)])
@pytest.mark.parametrize("level", [0, 128, 255])
def test_a_plain_picture_has_no_digit(shape: tuple[int, ...], level: int):
    with pytest.raises(DataError, match="No digit"):
        ink_of_photo(np.full(shape, level, np.uint8))


@pytest.mark.parametrize("dtype", [np.float32, np.int64])
def test_refuses_other_dtypes(dtype: type):
    with pytest.raises(ValueError, match="uint8"):
        ink_of_photo(np.ones((28, 28), dtype))


# files


def saved(image: Image.Image, kind: str, **settings: object) -> io.BytesIO:
    file = io.BytesIO()
    image.save(file, kind, **settings)
    return file


def seven(mode: str = "L", paper: object = 255, ink: object = 0) -> Image.Image:
    image = Image.new(mode, (200, 300), paper)
    ImageDraw.Draw(image).line([(50, 80), (140, 80), (90, 230)], fill=ink, width=22, joint="curve")
    return image


SEVEN = to_mnist(255 - np.asarray(seven()))


def expect_seven(file: io.BytesIO | Path | str) -> None:
    picture = open_picture(file)
    assert picture.dtype == np.uint8 and picture.shape == (300, 200, 3)
    assert likeness(read(picture), SEVEN) > 0.95


@pytest.mark.parametrize(
    "kind", ["PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF", "PPM", "TGA", "ICO", "PCX", "JPEG2000", "AVIF"]
)
def test_formats(kind: str):
    Image.init()
    if kind not in Image.SAVE:
        pytest.skip(f"this Pillow cannot write {kind}")
    settings = {"sizes": [(170, 256)]} if kind == "ICO" else {}
    picture = open_picture(saved(seven("RGB", (255, 255, 255), (0, 0, 0)), kind, **settings))
    assert likeness(read(picture), SEVEN) > 0.95


def test_modes():
    grey = seven()
    expect_seven(saved(grey.convert("1"), "PNG"))
    expect_seven(saved(grey.quantize(4), "PNG"))
    expect_seven(saved(grey.convert("CMYK"), "JPEG"))
    expect_seven(saved(grey.convert("CMYK"), "TIFF"))
    expect_seven(saved(grey.convert("YCbCr"), "JPEG"))
    expect_seven(saved(seven("LAB", (255, 128, 128), (0, 128, 128)), "TIFF"))
    deep = np.asarray(grey).astype(np.uint16) * 100 + 20_000  # all of it above 255, where Pillow cuts off
    expect_seven(saved(Image.fromarray(deep), "PNG"))
    expect_seven(saved(Image.fromarray(deep.astype(np.int32)), "TIFF"))
    expect_seven(saved(Image.fromarray(deep.astype(np.float32) / 65535), "TIFF"))


def test_transparency():
    clear = (0, 0, 0, 0)
    expect_seven(saved(seven("RGBA", clear, (0, 0, 0, 255)), "PNG"))  # black strokes on nothing
    expect_seven(saved(seven("RGBA", clear, (255, 255, 255, 255)), "PNG"))  # white strokes on nothing
    expect_seven(saved(seven("RGBA", (255, 255, 255, 255), (0, 0, 0, 255)), "WEBP"))
    expect_seven(saved(seven("LA", (0, 0), (40, 255)), "PNG"))
    rim = seven("RGBA", (250, 240, 230, 255), (20, 20, 90, 255))
    rim.paste(clear, (0, 0, 200, 12))
    expect_seven(saved(rim, "PNG"))  # a cut-out sheet
    palette = seven("P", 0, 1)
    palette.putpalette([255, 0, 0, 0, 0, 0])
    expect_seven(saved(palette, "GIF", transparency=0))


def test_an_animation_gives_its_first_frame():
    other = Image.new("L", (200, 300), 255)
    expect_seven(saved(seven(), "GIF", save_all=True, append_images=[other]))
    expect_seven(saved(seven(), "TIFF", save_all=True, append_images=[other]))


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_turned_by_exif(orientation: int, kind: str):
    undo = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }
    image = seven().transpose(undo[orientation]) if orientation > 1 else seven()
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = orientation
    expect_seven(saved(image, kind, exif=exif))


def test_large_pictures_are_shrunk():
    large = seven().resize((3000, 4500))
    for kind in ("JPEG", "PNG"):
        picture = open_picture(saved(large, kind))
        assert picture.shape == (1000, 667, 3)
        assert likeness(read(picture), SEVEN) > 0.95
    assert ink_of_photo(np.asarray(large)).ink.shape == (1000, 667)


def test_paths_and_uploads_read_before(tmp_path: Path):
    file = saved(seven(), "PNG")
    file.read()
    expect_seven(file)
    expect_seven(file)
    path = tmp_path / "seven.png"
    path.write_bytes(file.getvalue())
    expect_seven(path)
    expect_seven(str(path))


def test_twenty_megapixels_and_no_more():
    assert open_picture(saved(Image.new("1", (5000, 4000)), "PNG")).shape == (800, 1000, 3)
    with pytest.raises(DataError, match=r"5,001 x 4,000 pixels; at most 20 million .* choose a smaller"):
        open_picture(saved(Image.new("1", (5001, 4000)), "PNG"))


def header_of_png(width: int, height: int) -> io.BytesIO:
    """A PNG that announces a size and holds no pixels: what refuses it for its size has read no more."""
    content = bytearray(saved(Image.new("1", (8, 8)), "PNG").getvalue())
    content[16:24] = width.to_bytes(4, "big") + height.to_bytes(4, "big")
    content[29:33] = zlib.crc32(bytes(content[12:29])).to_bytes(4, "big")
    return io.BytesIO(bytes(content[:-20]))


@pytest.mark.parametrize("side", [5_000, 11_000, 60_000])
@pytest.mark.filterwarnings("ignore")  # Pillow's own, about large pictures
def test_bombs_are_refused_unopened(side: int):
    with pytest.raises(DataError, match="20 million"):
        open_picture(header_of_png(side, side))


class Upload(io.BytesIO):
    """A file in memory that has a name."""

    name = "my digit.jpg"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "my digit.jpg is empty (0 bytes): take or choose"),
        (b"just some text", "my digit.jpg is no picture of a known format: choose"),
        (b"\xff\xd8\xff\xe0" + bytes(50), "my digit.jpg is no picture of a known format: choose"),
        (
            saved(seven(), "JPEG").getvalue()[:900],
            "my digit.jpg is a broken picture (image file is truncated",
        ),
        (saved(seven(), "PNG").getvalue()[:-60], "my digit.jpg is a broken picture ("),
        (saved(Image.new("RGBA", (9, 9)), "PNG").getvalue(), "my digit.jpg is fully transparent: "),
    ],
)
def test_messages_name_the_file_and_the_fault(content: bytes, words: str):
    with pytest.raises(DataError, match=re.escape(words)):
        open_picture(Upload(content))


def test_a_file_that_is_not_there(tmp_path: Path):
    with pytest.raises(DataError, match="gone.png cannot be read .No such file"):
        open_picture(tmp_path / "gone.png")
    with pytest.raises(DataError, match="The picture is empty"):
        open_picture(io.BytesIO())


@pytest.mark.filterwarnings("ignore")  # Pillow's, about the spoilt bytes
@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF", "ICO", "TGA"])
def test_spoilt_bytes_give_a_picture_or_a_message(kind: str):
    content = saved(seven("RGBA" if kind in ("PNG", "WEBP") else "RGB", "white", "black"), kind).getvalue()
    rng = np.random.default_rng(8)
    for _ in range(60):
        spoilt = bytearray(content[: rng.integers(1, len(content)) if rng.random() < 0.3 else None])
        for place in rng.integers(0, min(len(spoilt), rng.choice([60, 10**6])), size=rng.integers(1, 9)):
            spoilt[place] = rng.integers(256)
        try:
            picture = open_picture(io.BytesIO(bytes(spoilt)))
        except DataError:
            continue
        assert picture.ndim == 3 and picture.dtype == np.uint8
