"""What a browser sends of its canvas: read where it is a drawing, refused in a sentence where it is not."""

import base64
import io
import struct
import tracemalloc
import zlib
from contextlib import suppress

import numpy as np
import pytest
from PIL import Image
from psutil import Process

from data import DataError
from data.canvas import LONGEST, canvas_picture, canvas_url
from data.drawing import to_mnist
from tests.strokes import zero

START = "data:image/png;base64,"


def sent(url: object) -> dict:
    return {"drawing": {"raw": {"objects": [{"type": "Path"}]}, "data": url}, "backgroundFit": None}


def url_of(content: bytes) -> str:
    return START + base64.b64encode(content).decode()


def file_of(image: Image.Image, kind: str = "PNG", **settings: object) -> bytes:
    file = io.BytesIO()
    image.save(file, kind, **settings)
    return file.getvalue()


def chunk(kind: bytes, content: bytes = b"") -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def png(
    width: int, height: int, data: bytes | None = None, depth: int = 8, colour: int = 6, *more: bytes
) -> bytes:
    """Write a PNG, by hand: black and transparent unless its data say otherwise."""
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0))
    rows = zlib.compress(bytes(height * (1 + 4 * width))) if data is None else data
    return b"\x89PNG\r\n\x1a\n" + header + b"".join(more) + chunk(b"IDAT", rows) + chunk(b"IEND")


PICTURE = Image.fromarray(zero()).convert("RGBA")
GOOD = file_of(PICTURE)
ROWS = zlib.compress(bytes(280 * (1 + 4 * 280)))


@pytest.mark.parametrize("mode", ["RGBA", "RGB", "L", "LA"])
def test_a_drawing_is_read(mode: str):
    picture = canvas_picture(sent(url_of(file_of(PICTURE.convert(mode)))))
    assert picture.shape == (280, 280, 4) and picture.dtype == np.uint8
    np.testing.assert_array_equal(to_mnist(picture), to_mnist(zero()))


def test_a_drawing_with_a_date_and_a_resolution_is_read():
    more = chunk(b"pHYs", bytes(9)) + chunk(b"tEXt", b"date\0today")
    at = GOOD.index(b"IDAT") - 4
    picture = canvas_picture(sent(url_of(GOOD[:at] + more + GOOD[at:])))
    np.testing.assert_array_equal(picture, np.asarray(PICTURE))


@pytest.mark.parametrize("value", [None, {}, {"drawing": None}, {"drawing": {}}, sent(None), sent("")])
def test_nothing_is_drawn_yet(value: object):
    assert canvas_picture(value) is None and canvas_url(value) is None


@pytest.mark.parametrize(
    "value",
    [
        # of another type
        *(7, -1.5, True, "", "drawing", b"drawing", [], [1, 2], [sent(url_of(GOOD))], object(), float("nan")),
        *({"drawing": wrong} for wrong in (3, "x", ["data"], False, url_of(GOOD), 1e999)),
        *(sent(wrong) for wrong in (3, 0, 1.5, True, [url_of(GOOD)], {"url": url_of(GOOD)}, b"png")),
        # text that is no picture
        *(sent(wrong) for wrong in ("x", "data:", "null", START, START[:-1], "\0" * 99, "🙂" * 99)),
        sent(url_of(GOOD).upper()),
        sent(url_of(GOOD)[:-3]),
        sent(url_of(GOOD).replace("A", "*")),
        sent(START + "🙂"),
        sent(START + "A" * LONGEST),
        sent("http://127.0.0.1/a.png"),
        sent("file:///etc/passwd"),
        # other formats, in PNG's name and in their own
        *(
            sent(url_of(file_of(PICTURE.convert("RGB"), kind)))
            for kind in ("GIF", "JPEG", "BMP", "TIFF", "WEBP")
        ),
        sent(url_of(file_of(PICTURE.convert("RGB"), "GIF")).replace("png", "gif")),
        sent("data:image/svg+xml;base64," + base64.b64encode(b"<svg/>").decode()),
        # too large, by the header alone
        *(sent(url_of(png(*size, ROWS))) for size in ((13_000, 13_000), (601, 1), (1, 601), (2**31, 2**31))),
        sent(url_of(png(0, 280, ROWS))),
        # cut, spoilt, or not what the header says
        *(sent(url_of(GOOD[:length])) for length in (4, 8, 20, 33, 60, len(GOOD) // 2, len(GOOD) - 12)),
        sent(url_of(GOOD[:8] + GOOD[33:])),
        sent(url_of(GOOD[:40] + bytes(40) + GOOD[80:])),
        sent(url_of(png(280, 280, b""))),
        sent(url_of(png(280, 280, b"no zlib at all"))),
        sent(url_of(png(280, 280, zlib.compress(b"too short")))),
        sent(url_of(png(280, 280, ROWS, 16))),
        sent(url_of(png(280, 280, ROWS, 8, 3))),
        sent(url_of(png(280, 280, ROWS, 8, 99))),
        sent(url_of(b"\x89PNG\r\n\x1a\n" + b"\xff" * 999)),
        sent(url_of(b"\x89PNG\r\n\x1a\n" + chunk(b"IEND"))),
        sent(url_of(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", b"short") + chunk(b"IDAT", ROWS) + chunk(b"IEND"))),
    ],
)
def test_a_forged_value_is_refused_in_a_sentence(value: object):
    with pytest.raises(DataError, match=r"^The drawing did not arrive \(.*\): clear the canvas and draw"):
        canvas_picture(value)


@pytest.mark.parametrize(
    "content",
    [
        png(600, 600),
        png(13_000, 13_000, zlib.compress(bytes(3_000_000))),
        png(600, 600, zlib.compress(bytes(300_000_000), 9)),  # more rows than the header says
        png(600, 600, None, 8, 6, *[chunk(b"zTXt", b"a\0\0" + zlib.compress(bytes(1_000_000)))] * 60),
        png(600, 600, None, 8, 6, chunk(b"iCCP", b"a\0\0" + zlib.compress(bytes(50_000_000)))),
        png(280, 280, None, 8, 6, *[chunk(b"tEXt", b"a\0b")] * 50_000),
    ],
)
def test_no_message_takes_much_memory(content: bytes):
    value = sent(url_of(content))
    tracemalloc.start()
    before = Process().memory_info().rss
    with suppress(DataError):
        canvas_picture(value)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 20e6 and Process().memory_info().rss - before < 40e6


def test_spoilt_bytes_give_a_picture_or_a_sentence():
    rng = np.random.default_rng(8)
    for _ in range(300):
        content = bytearray(GOOD)
        for place in rng.integers(0, len(content), size=rng.integers(1, 9)):
            content[place] = rng.integers(256)
        try:
            picture = canvas_picture(sent(url_of(bytes(content))))
        except DataError:
            continue
        assert picture.shape[2] == 4 and max(picture.shape) <= 600
