"""Reads IDX files, the format in which MNIST and Fashion-MNIST are published (yann.lecun.com/exdb/mnist)."""

import gzip
import zlib
from math import prod
from pathlib import Path

import numpy as np

from data.dataset import DataError

UNSIGNED_BYTE = 0x08  # the format's code for uint8, the only type that MNIST's files hold


def read_digits(images: Path, labels: Path) -> tuple[np.ndarray, np.ndarray]:
    """Read a file of 28x28 pictures and the file of their labels.

    Parameters
    ----------
    images, labels : Path
        IDX files, gzipped or not.

    Returns
    -------
    pixels : ndarray of shape (n, 784), uint8
    labels : ndarray of shape (n,), uint8 in 0-9

    Raises
    ------
    DataError
        Where a file is broken, or the two do not belong together.
    """
    pixels, classes = read_idx(images), read_idx(labels)
    if pixels.ndim != 3 or pixels.shape[1:] != (28, 28):
        raise DataError(f"{images} holds no 28x28 pictures: its shape is {pixels.shape}, not (n, 28, 28).")
    if classes.shape != (len(pixels),):
        raise DataError(
            f"{labels} has the shape {classes.shape}, but {images.name} holds {len(pixels)} pictures."
        )
    if classes.size and classes.max() > 9:
        raise DataError(f"{labels} holds the label {classes.max()}: labels go from 0 to 9.")
    return pixels.reshape(len(pixels), -1), classes


def read_idx(path: Path) -> np.ndarray:
    """Read one IDX file of unsigned bytes.

    Parameters
    ----------
    path : Path
        The file, gzipped or not.

    Returns
    -------
    ndarray of uint8
        Of the shape that the file states. Read-only.

    Raises
    ------
    DataError
        Where the file cannot be read, is no IDX file, or is shorter or longer than its header says.

    Notes
    -----
    The header is 0, 0, the type of the values, the number of dimensions, and each dimension as 4 bytes, the
    most significant first; the values follow.
    """
    try:
        content = path.read_bytes()
        if content.startswith(b"\x1f\x8b"):
            content = gzip.decompress(content)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise DataError(f"{path} is a broken gzip file ({error}): download or copy it again.") from error
    except OSError as error:
        raise DataError(f"{path} cannot be read ({error.strerror}).") from error
    if len(content) < 4 or content[:3] != bytes([0, 0, UNSIGNED_BYTE]):
        found = content[:4].hex(" ") or "nothing"
        raise DataError(f"{path} is no IDX file of bytes: it begins with {found}, not with 00 00 08.")
    start = 4 + 4 * content[3]
    shape = [int.from_bytes(content[i : i + 4], "big") for i in range(4, start, 4)]
    expected = start + prod(shape)
    if len(content) != expected:
        raise DataError(
            f"{path} has {len(content):,} bytes, its header announces {expected:,}: copy it again."
        )
    return np.frombuffer(content, dtype=np.uint8, offset=start).reshape(shape)
