"""Reads digits from a CSV file, and where that fails names the line and the column that are wrong."""

import gzip
import io
import re
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import BinaryIO

import numpy as np
import pandas as pd

from data.dataset import DataError

LIMIT = 200_000_000  # bytes, unpacked: MNIST's 60,000 training digits have 110 million
LONGEST = 100_000  # bytes of a line: 785 columns have at most 8,000
BLOCK = 1_000_000  # bytes that are in memory at once, whatever a small packed file unpacks to
COLUMNS = 785  # a label and 28x28 pixels
HEADERS = (
    ["label", *(f"pixel{i}" for i in range(784))],  # Kaggle's 'Digit Recognizer'
    ["label", *(f"pixel{i}" for i in range(1, 785))],  # Kaggle's 'Fashion MNIST'
    ["label", *(f"{row}x{column}" for row in range(1, 29) for column in range(1, 29))],  # 'MNIST in CSV'
)
LOOK_ALIKES = {b"PK": "a ZIP archive or an Excel workbook", b"\x89PNG": "a PNG picture", b"<": "a web page"}
BYTES = frozenset(str(value) for value in range(256))
QUOTED = re.compile(r'"([^"]*)" *')
NO_CSV_NUMBER = re.compile(r"[^ -~\t\v\f]|_")  # Python takes 1_0 and the digits of other scripts, too


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
        Where the file is no such CSV, naming the line, counted from 1 with the header, and the column, or
        where it holds too much.
    """
    name = file_name(source)
    with _opened(source, name) as file:
        lines, longest = _measure(file, name)
    with _opened(source, name) as file:
        has_header = _has_header(file.read(20_000), lines, name)
    if longest > LONGEST:
        raise DataError(f"{name} has a line of {longest:,} bytes: choose a file with one digit a line.")
    count = lines - has_header
    if most is not None and count > most:
        raise DataError(f"{name} has {count:,} digits; at most {most:,} are taken: keep fewer of its lines.")
    shortest = 2 * COLUMNS - 1  # bytes that a digit takes: more lines than fit would be wrong ones
    values, filled = np.empty((min(count, LIMIT // shortest), COLUMNS), np.uint8), 0
    try:
        with _opened(source, name) as file:
            for block in _blocks(file, has_header):
                rows = _parsed(block)
                values[filled : filled + len(rows)] = rows
                filled += len(rows)
    except (ValueError, OverflowError) as error:
        with _opened(source, name) as file:
            raise _first_fault(file, name, has_header) from error
    return values[:filled, 1:], values[:filled, 0]


def file_name(source: str | Path | BinaryIO) -> str:
    """Return the name of a path or of an open file, without its folder."""
    return Path(source if isinstance(source, str | Path) else getattr(source, "name", "The file")).name


@contextmanager
def _opened(source: str | Path | BinaryIO, name: str) -> Iterator[BinaryIO]:
    """Open a file, to be read from its beginning and unpacked where it is gzipped."""
    try:
        with open(source, "rb") if isinstance(source, str | Path) else nullcontext(source) as file:
            file.seek(0)
            is_gzip = file.read(2) == b"\x1f\x8b"
            file.seek(0)
            yield gzip.GzipFile(fileobj=file) if is_gzip else file
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise DataError(f"{name} is a broken or truncated gzip file: download or copy it again.") from error
    except OSError as error:
        raise DataError(f"{name} cannot be read: {error.strerror or error}.") from error


def _measure(file: BinaryIO, name: str) -> tuple[int, int]:
    """Count the lines that are not empty and the bytes of the longest; read no more than the limit."""
    size = lines = longest = begun = 0  # begun: bytes of the line that goes on in the next block
    while block := file.read(BLOCK):
        size += len(block)
        if size > LIMIT:
            raise DataError(
                f"{name} holds more than {LIMIT // 10**6} MB: choose a smaller file, or keep fewer lines."
            )
        characters = np.frombuffer(block, np.uint8)
        ends = np.flatnonzero((characters == ord("\n")) | (characters == ord("\r")))
        lengths = np.diff(ends, prepend=-1 - begun, append=len(block)) - 1
        lines, begun = lines + np.count_nonzero(lengths[:-1]), int(lengths[-1])
        longest = max(longest, int(lengths.max()))
    return lines + (begun > 0), longest


def _blocks(file: BinaryIO, has_header: bool) -> Iterator[bytes]:
    """Yield the lines below the header, as many at a time as fit into a block."""
    rest, skip = b"", has_header
    while block := file.read(BLOCK):
        text = rest + block
        end = max(text.rfind(b"\n"), text.rfind(b"\r")) + 1
        whole, rest = text[:end], text[end:]
        if skip and whole:
            whole, skip = re.split(rb"[\r\n]", whole, maxsplit=1)[1], False
        yield whole
    yield rest


def _parsed(lines: bytes) -> np.ndarray:
    """Return the (n, 785) bytes that some lines hold, the label first; ValueError where they hold others."""
    if not lines.strip():
        return np.empty((0, COLUMNS), np.uint8)
    # uint8 from the start: as int64 Kaggle's 42,000 digits would take 264 MB. pandas refuses what does
    # not fit (256 does not become 0), but NumPy warns of infinity on the way.
    with np.errstate(invalid="ignore"):
        table = pd.read_csv(io.BytesIO(lines), header=None, dtype=np.uint8, na_filter=False)
    values = table.to_numpy()
    if values.shape[1] != COLUMNS or values[:, 0].max() > 9:
        raise ValueError("another number of columns, or a label above 9")
    return values


def _has_header(start: bytes, lines: int, name: str) -> bool:
    """Tell whether a header comes first; DataError where the file does not begin as a CSV of digits."""
    if not start.strip():
        raise DataError(f"{name} is empty: choose a file with a label and 784 pixels in each line.")
    start = start.removeprefix(b"\xef\xbb\xbf")  # the mark with which Windows begins UTF-8
    for magic, what in LOOK_ALIKES.items():
        if start.lstrip().startswith(magic):
            raise DataError(f"{name} is no CSV file but {what}: choose the CSV file itself.")
    if b"\0" in start:
        raise DataError(f"{name} is no CSV file: it holds binary data, not lines of text.")
    first = start.decode("utf-8", errors="replace").splitlines()[0]
    for separator, what in {";": "semicolons", "\t": "tabs"}.items():
        if first.count(separator) > first.count(","):
            raise DataError(f"{name} separates its columns by {what}: save it with commas instead.")
    columns = first.split(",")
    if len(columns) == COLUMNS - 1:
        raise DataError(
            f"{name} has 784 columns: pixels only, no labels. Kaggle's train.csv has them, not test.csv."
        )
    has_header = re.search("[A-Za-z]", columns[0]) is not None
    if has_header:
        _check_header(columns, name)
        if lines == 1:
            raise DataError(f"{name} has a header and no digits below it: choose a file with some.")
    return has_header


def _check_header(columns: list[str], name: str) -> None:
    if len(columns) != COLUMNS:
        raise DataError(f"{name}, line 1: {len(columns)} columns instead of 785, a label and 784 pixels.")
    names = [_unquoted(column.strip(" ")) for column in columns]
    expected = next((header for header in HEADERS if header[1] == names[1]), HEADERS[0])
    for number, (found, wanted) in enumerate(zip(names, expected, strict=True), start=1):
        if found is None:
            raise DataError(
                f"{name}, line 1, column {number}: a stray quotation mark. Correct or remove the header."
            )
        if found.strip(" ") != wanted:
            raise DataError(
                f"{name}, line 1, column {number}: the header says '{found}' instead of '{wanted}'. The "
                "label comes first, then the pixels in order."
            )


def _first_fault(file: BinaryIO, name: str, has_header: bool) -> DataError:
    """Find the first wrong line: slower than pandas, which does not name it, so run only if that fails."""
    lines = io.TextIOWrapper(file, encoding="utf-8-sig", errors="replace")
    try:
        return _fault_in(lines, name, has_header)
    finally:
        lines.detach()  # or it would close a visitor's upload


def _fault_in(lines: io.TextIOWrapper, name: str, has_header: bool) -> DataError:
    for number, line in enumerate(lines, start=1):
        if (has_header and number == 1) or not line.strip():
            continue
        fields = line.rstrip("\n").split(",")
        if len(fields) < COLUMNS and not next(lines, None):
            return DataError(
                f"{name}, line {number}: the file ends after {len(fields)} of 785 columns. It is truncated: "
                "download or copy it again."
            )
        if len(fields) != COLUMNS:
            return DataError(
                f"{name}, line {number}: {len(fields)} columns instead of 785, a label and 784 pixels."
            )
        if BYTES.issuperset(fields) and len(fields[0]) == 1:
            continue
        for column, field in enumerate(fields, start=1):
            complaint = _complaint(field, "label" if column == 1 else "pixel")
            if complaint:
                return DataError(
                    f"{name}, line {number}, column {column}: {complaint} Correct or remove the line."
                )
    return DataError(f"{name} is no table of whole numbers separated by commas: save it as CSV once more.")


def _complaint(field: str, kind: str) -> str | None:
    """Say what is wrong with a label or a pixel; None where nothing is."""
    highest = 9 if kind == "label" else 255
    shown = repr(field.strip(" ")[:20])  # what is not seen, such as a no-break space, becomes visible
    number = _unquoted(field)
    if number is None:
        return f"the {kind} is {shown}, with a stray quotation mark."
    if number.strip().lower() in ("", "nan"):
        return f"the {kind} is missing."
    if NO_CSV_NUMBER.search(number):
        return f"the {kind} is {shown}, not a number in the digits 0 to 9."
    try:
        value = float(number)
    except ValueError:
        return f"the {kind} is {shown}, not a number."
    if 0 <= value <= highest and value % 1 == 0:
        return None
    return f"the {kind} is {number.strip()[:20]}, not a whole number from 0 to {highest}."


def _unquoted(field: str) -> str | None:
    """Return a field without its quotation marks, if it has any; None where they are out of place."""
    if '"' not in field:
        return field
    quoted = QUOTED.fullmatch(field)
    return quoted[1] if quoted else None
