"""Reads digits from a CSV file, and where one cannot be read names the line and the column that are wrong."""

import gzip
import io
import re
import zlib
from pathlib import Path
from typing import BinaryIO

import numpy as np
import pandas as pd

from data.csv_faults import COLUMNS, check_first_line, first_fault
from data.dataset import DataError

LIMIT = 200_000_000  # bytes, unpacked: MNIST's 60,000 training digits have 110 million


def read_csv(source: str | Path | BinaryIO, most: int | None = None) -> tuple[np.ndarray, np.ndarray]:
    """Read labels and pixels from a CSV file.

    Parameters
    ----------
    source : str, Path or binary file
        A row a digit: the label 0-9, then 784 pixels 0-255. With one of the usual headers or without,
        gzipped or not, at most 200 MB unpacked.
    most : int, optional
        A file with more digits is refused.

    Returns
    -------
    pixels : ndarray of shape (n, 784), uint8
    labels : ndarray of shape (n,), uint8 in 0-9

    Raises
    ------
    DataError
        Where the file is no such CSV. It names the line, counted from 1 with the header, and the column.
        Where it holds too much.
    """
    name = file_name(source)
    text = _unpacked(source, name)
    has_header = check_first_line(text, name)
    if most is not None:
        count = sum(1 for _ in re.finditer(rb"[^\r\n]+", text)) - has_header
        if count > most:
            raise DataError(
                f"{name} has {count:,} digits; at most {most:,} are taken: keep fewer of its lines."
            )
    try:
        # uint8 from the start: as int64 Kaggle's 42,000 digits would take 264 MB. pandas refuses what does
        # not fit (256 does not become 0), but NumPy warns of infinity on the way.
        with np.errstate(invalid="ignore"):
            table = pd.read_csv(
                io.BytesIO(text), header=None, skiprows=int(has_header), dtype=np.uint8, na_filter=False
            )
    except (ValueError, OverflowError) as error:
        raise first_fault(text, name, has_header) from error
    values = table.to_numpy()
    if values.shape[1] != COLUMNS or values[:, 0].max() > 9:
        raise first_fault(text, name, has_header)
    return values[:, 1:], values[:, 0]


def file_name(source: str | Path | BinaryIO) -> str:
    """Return the name of a path or of an open file, without its folder."""
    return Path(source if isinstance(source, str | Path) else getattr(source, "name", "The file")).name


def _unpacked(source: str | Path | BinaryIO, name: str) -> bytes:
    """Return the content, unpacked where it is gzipped, and never more of it than the limit."""
    try:
        if isinstance(source, str | Path):
            with open(source, "rb") as file:
                return _unpacked_file(file, name)
        source.seek(0)
        return _unpacked_file(source, name)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise DataError(f"{name} is a broken or truncated gzip file: download or copy it again.") from error
    except OSError as error:
        raise DataError(f"{name} cannot be read: {error.strerror or error}.") from error


def _unpacked_file(file: BinaryIO, name: str) -> bytes:
    is_gzip = file.read(2) == b"\x1f\x8b"
    file.seek(0)
    text = (gzip.GzipFile(fileobj=file) if is_gzip else file).read(LIMIT + 1)
    if len(text) > LIMIT:
        raise DataError(
            f"{name} holds more than {LIMIT // 10**6} MB: choose a smaller file, or keep fewer lines."
        )
    return text
