"""Opens a picture file of any format as RGB, or says in a sentence why that cannot be done."""

import io
from contextlib import nullcontext
from os import PathLike
from pathlib import Path
from typing import IO

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from data.dataset import DataError

MEGAPIXELS = 20  # a larger picture is refused before it is decoded
MEGABYTES = 40  # a larger file is refused before it is read
SIDE = 1000  # pixels, the longer side of what is returned: a larger picture is shrunk


def open_picture(file: str | PathLike[str] | IO[bytes]) -> np.ndarray:
    """Read a picture of any format that Pillow opens, upright and small enough to be searched at once.

    Parameters
    ----------
    file : path, or a binary file such as an upload
        At most 20 megapixels and 40 MB. Of a moving picture the first frame is taken. What is transparent
        becomes paper: white behind dark ink, black behind light ink.

    Returns
    -------
    ndarray of shape (height, width, 3), uint8
        RGB; the longer side is at most 1,000 pixels.

    Raises
    ------
    DataError
        Where the file is empty, broken, too large, fully transparent or no picture.
    """
    name = getattr(file, "name", file)
    name = Path(name).name if isinstance(name, str | PathLike) else "The picture"
    content = _content(file, name)
    if not content:
        raise DataError(f"{name} is empty (0 bytes): take or choose the picture again.")
    try:
        with Image.open(io.BytesIO(content)) as image:  # reads the header only
            width, height = image.size
            if width * height > MEGAPIXELS * 1_000_000:
                raise DataError(
                    f"{name} has {width:,} x {height:,} pixels; at most {MEGAPIXELS} million are read: "
                    "choose a smaller picture or a lower camera resolution."
                )
            image.draft(None, (SIDE, SIDE))  # a JPEG can be decoded at a fraction of its size
            if image.mode in ("L", "RGB", "RGBA"):
                image.thumbnail((SIDE, SIDE))  # before anything makes a copy of it
            return _rgb(ImageOps.exif_transpose(image), name)
    except DataError:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise DataError(
            f"{name} has far more than {MEGAPIXELS} million pixels: choose a smaller picture."
        ) from error
    except UnidentifiedImageError as error:
        raise DataError(
            f"{name} is no picture of a known format: choose a JPEG, PNG, WebP, GIF, BMP or TIFF file."
        ) from error
    except Exception as error:  # a decoder meeting broken bytes may raise anything
        raise DataError(f"{name} is a broken picture ({error}): save it again, or choose another.") from error


def _content(file: str | PathLike[str] | IO[bytes], name: str) -> bytes:
    """Return all bytes of a file, also of an upload that was read before."""
    try:
        with open(file, "rb") if isinstance(file, str | PathLike) else nullcontext(file) as opened:
            opened.seek(0)
            content = opened.read(MEGABYTES * 10**6 + 1)
    except OSError as error:
        raise DataError(f"{name} cannot be read ({error.strerror}): choose another file.") from error
    if len(content) > MEGABYTES * 10**6:
        raise DataError(f"{name} has more than {MEGABYTES} MB: choose a smaller picture.")
    return content


def _rgb(image: Image.Image, name: str) -> np.ndarray:
    """Return the picture as RGB, shrunk, with paper behind what is transparent."""
    if image.mode.startswith(("I", "F")):  # 16 or 32 bits a pixel: Pillow would cut them off at 255
        deep = np.nan_to_num(np.asarray(image, dtype=np.float32))
        top = 65535 if image.mode.startswith("I") and deep.max() > 255 else max(deep.max(), 1e-9)
        image = Image.fromarray((deep / top * 255).clip(0, 255).astype(np.uint8))
    image = image.getchannel("L") if image.mode == "LAB" else image
    image = image.convert("RGBA" if image.has_transparency_data else "RGB")
    image.thumbnail((SIDE, SIDE))
    if image.mode == "RGB":
        return np.asarray(image)
    alpha = np.asarray(image.getchannel("A")) / np.float32(255)
    if not alpha.any():
        raise DataError(
            f"{name} is fully transparent: there is nothing to see in it. Choose another picture."
        )
    seen = np.asarray(image.convert("L"))
    if alpha.mean() > 0.5:  # a sheet of paper with a transparent rim
        paper = int(np.median(seen[alpha > 0.5]))
    else:  # strokes on nothing
        paper = 255 if (seen * alpha).sum() / alpha.sum() < 128 else 0
    behind = Image.new("RGBA", image.size, (paper, paper, paper))
    return np.asarray(Image.alpha_composite(behind, image).convert("RGB"))
