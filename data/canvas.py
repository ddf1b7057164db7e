"""Reads the picture that a browser sends of its canvas, and trusts none of it: anybody may send anything."""

import base64
import binascii
import io
from collections.abc import Iterator, Mapping

import numpy as np
from PIL import Image

from data.dataset import DataError

LARGEST = 600  # pixels a side; the canvas has 280
LONGEST = 2_000_000  # characters: what 600x600 pixels take that cannot be compressed
START = "data:image/png;base64,"
SIGNATURE = b"\x89PNG\r\n\x1a\n"
COLOURS = (0, 2, 4, 6)  # PNG's types: grey, RGB, grey and RGB with transparency; no palette


def canvas_url(value: object) -> str | None:
    """Find the picture in the value of the canvas's widget, without looking into it.

    Parameters
    ----------
    value : object
        From a browser: `{"drawing": {"data": "data:image/png;base64,...", ...}, ...}`, or anything else.

    Returns
    -------
    str or None
        None before the first stroke.

    Raises
    ------
    DataError
        Where the value is something else, or too long.
    """
    for name in ("drawing", "data"):
        if value is None:
            return None
        if not isinstance(value, Mapping):
            raise _refusal(f"'{name}' is looked for in a {type(value).__name__}")
        value = value.get(name)
    if value is not None and not isinstance(value, str):
        raise _refusal(f"its picture is a {type(value).__name__}, not text")
    if value and len(value) > LONGEST:
        raise _refusal(f"its picture has {len(value):,} characters; at most {LONGEST:,} are read")
    return value or None


def canvas_picture(value: object) -> np.ndarray | None:
    """Decode the picture of the canvas, once its type, length, format and size are known to be harmless.

    Parameters
    ----------
    value : object
        See `canvas_url`.

    Returns
    -------
    ndarray of shape (height, width, 4), uint8, or None
        RGBA, at most 600x600; None before the first stroke.

    Raises
    ------
    DataError
        Where the value is no such picture: nothing else is ever raised.
    """
    url = canvas_url(value)
    if url is None:
        return None
    if not url.startswith(START):
        raise _refusal("its picture is no PNG")
    try:
        content = base64.b64decode(url[len(START) :], validate=True)
    except (binascii.Error, ValueError) as error:
        raise _refusal("its picture is no base64 text") from error
    png = _harmless(content)
    try:
        with Image.open(io.BytesIO(png), formats=["PNG"]) as image:
            return np.asarray(image.convert("RGBA"))
    except Exception as error:  # a decoder meeting broken bytes may raise anything
        raise _refusal(f"its picture is broken ({error})") from error


def _harmless(content: bytes) -> bytes:
    """Return a PNG without all that is not its size and pixels: texts in it may unpack to 64 MB."""
    header, pixels, ends = b"", [], False
    for kind, chunk in _chunks(content):
        if kind == b"IHDR" and not header:
            header = chunk
            width, height = (int.from_bytes(chunk[start : start + 4], "big") for start in (8, 12))
            if len(chunk) != 25 or not (0 < width <= LARGEST and 0 < height <= LARGEST):
                raise _refusal(f"its picture has {width:,} x {height:,} pixels, {LARGEST} a side at most")
            if chunk[16] != 8 or chunk[17] not in COLOURS:
                raise _refusal("its picture has another depth than 8 bits, or a palette")
        elif kind == b"IDAT" and header:
            pixels.append(chunk)
        elif kind == b"IEND":
            ends = True
            break
    if not (header and pixels and ends):
        raise _refusal("its picture is incomplete")
    return b"".join([SIGNATURE, header, *pixels, b"\0\0\0\0IEND\xaeB`\x82"])


def _chunks(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield the chunks of a PNG: the kind of each, and all of its bytes: length, kind, data and checksum."""
    if not content.startswith(SIGNATURE):
        raise _refusal("its picture is no PNG")
    start = len(SIGNATURE)
    while start < len(content):
        end = start + 12 + int.from_bytes(content[start : start + 4], "big")
        if end > len(content):
            raise _refusal("its picture is incomplete")
        yield content[start + 4 : start + 8], content[start:end]
        start = end


def _refusal(reason: str) -> DataError:
    return DataError(f"The drawing did not arrive ({reason}): clear the canvas and draw again.")
