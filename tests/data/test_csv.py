"""CSV files: the usual kinds are read, and no more of them than fits."""

import gzip
import io
import tracemalloc
from collections.abc import Callable

import numpy as np
import pytest

from data import DataError, csv_digits, load_csv
from data.csv_digits import read_csv
from tests.csv_files import FASHION, KAGGLE, MNIST_IN_CSV, refused


def check(source: object, digits: tuple[np.ndarray, np.ndarray]) -> None:
    """Assert that exactly the digits come back."""
    pixels, labels = read_csv(source)
    assert pixels.dtype == labels.dtype == np.uint8
    np.testing.assert_array_equal(pixels, digits[0])
    np.testing.assert_array_equal(labels, digits[1])


@pytest.mark.parametrize("header", [None, KAGGLE, MNIST_IN_CSV, FASHION, KAGGLE.replace("label", '"label"')])
def test_reads_the_usual_kinds(csv_rows, digits, write_csv, header: str | None):
    check(write_csv(csv_rows, header), digits)


@pytest.mark.parametrize("header", [None, KAGGLE])
def test_reads_gzip(csv_rows, digits, write_csv, header: str | None):
    path = write_csv(csv_rows, header)
    packed = path.with_name("digits.csv.gz")
    packed.write_bytes(gzip.compress(path.read_bytes()))
    check(packed, digits)
    check(str(packed), digits)


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_reads_an_uploaded_file(csv_rows, digits, write_csv, pack: Callable[[bytes], bytes]):
    upload = io.BytesIO(pack(write_csv(csv_rows, KAGGLE).read_bytes()))
    upload.name = "train.csv"
    upload.read()  # a page that reruns finds the file read to its end
    check(upload, digits)


@pytest.mark.parametrize("header", [None, KAGGLE])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_reads_what_windows_and_old_macs_write(
    csv_rows, digits, write_csv, header: str | None, end: str, mark: bytes
):
    path = write_csv(csv_rows, header, end=end)
    path.write_bytes(mark + path.read_bytes())
    check(path, digits)


def test_reads_without_a_last_line_end_and_with_blank_lines(csv_rows, digits, write_csv):
    path = write_csv(csv_rows, KAGGLE)
    path.write_bytes(path.read_bytes().rstrip() + b"\n\n\n")
    check(path, digits)
    path.write_bytes(path.read_bytes().rstrip())
    check(path, digits)


def test_reads_whole_numbers_written_as_decimals(csv_rows, digits, write_csv):
    check(write_csv([[f"{field}.0" for field in row] for row in csv_rows]), digits)


def test_makes_a_dataset(csv_rows, write_csv):
    dataset = load_csv(write_csv(csv_rows, KAGGLE, name="train.csv"))
    assert dataset.name == "train.csv"
    assert dataset.X_train.shape == (48, 784) and dataset.X_dev.shape == (12, 784)  # a fifth of 60
    assert dataset.X_test is None and dataset.Y_test is None
    assert load_csv(write_csv(csv_rows), dev_size=20, seed=1).X_dev.shape == (20, 784)


def test_too_few_rows(csv_rows, write_csv):
    with pytest.raises(DataError, match="only 4 digits.*at least 10"):
        load_csv(write_csv(csv_rows[:4], KAGGLE))


def test_too_large_packed_or_not(csv_rows, write_csv, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(csv_digits, "LIMIT", 1_000_000)
    path = write_csv(csv_rows)
    path.write_bytes(b"0," * 500_001)
    refused(path, "holds more than 1 MB")
    path.write_bytes(gzip.compress(bytes(50_000_000)))  # 49 kB that would unpack to 50 MB
    tracemalloc.start()
    refused(path, "holds more than 1 MB")
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 10_000_000


@pytest.mark.parametrize("header", [None, KAGGLE])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_more_digits_than_asked_for_are_refused_with_their_number(
    csv_rows, digits, write_csv, header, end: str
):
    path = write_csv(csv_rows, header, end=end)
    with pytest.raises(DataError, match="digits.csv has 60 digits; at most 59 are taken: keep fewer"):
        read_csv(path, most=59)
    path.write_bytes(path.read_bytes() + 3 * end.encode())  # blank lines are no digits
    np.testing.assert_array_equal(read_csv(path, most=60)[1], digits[1])
    with pytest.raises(DataError, match="60 digits"):
        load_csv(path, most=59)
