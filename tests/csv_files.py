"""Headers of CSV files, rows that are spoilt, and what a refusal has to say."""

import io

import numpy as np
import pytest

from data import DataError
from data.csv_digits import read_csv

KAGGLE = ",".join(["label", *(f"pixel{i}" for i in range(784))])
MNIST_IN_CSV = ",".join(["label", *(f"{row}x{column}" for row in range(1, 29) for column in range(1, 29))])
FASHION = ",".join(["label", *(f"pixel{i}" for i in range(1, 785))])


def changed(rows: list[list[str]], line: int, column: int, field: str) -> list[list[str]]:
    """Put another field at a line and a column, both counted from 1."""
    copy = [list(row) for row in rows]
    copy[line - 1][column - 1] = field
    return copy


def refused(source: object, *words: str) -> None:
    """Assert a DataError with all the words in its message."""
    with pytest.raises(DataError) as caught:
        read_csv(source)
    for word in words:
        assert word in str(caught.value)


def csv(digits: tuple[np.ndarray, np.ndarray]) -> bytes:
    """Write pixels and labels as Kaggle does."""
    rows = (",".join(map(str, (label, *pixels))) for pixels, label in zip(*digits, strict=True))
    return "\n".join([KAGGLE, *rows]).encode()


def named(name: str, content: bytes) -> io.BytesIO:
    """Make a file in memory that has a name, as an upload has."""
    file = io.BytesIO(content)
    file.name = name
    return file
