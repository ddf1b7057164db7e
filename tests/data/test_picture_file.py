"""Picture files: of every format, mode and orientation, large ones, broken ones and bombs."""

import io
import re
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import ExifTags, Image, ImageDraw

from data import DataError
from data.drawing import to_mnist
from data.photo.ink import ink_of_photo
from data.photo.picture_file import open_picture
from tests.photos import likeness, read


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


def test_forty_megabytes_and_no_more(tmp_path: Path):
    path = tmp_path / "huge.png"
    path.write_bytes(saved(seven(), "PNG").getvalue())
    with open(path, "r+b") as file:
        file.truncate(40_000_001)
    for source in (path, io.BytesIO(path.read_bytes())):
        with pytest.raises(DataError, match="has more than 40 MB: choose a smaller picture"):
            open_picture(source)


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
