"""CSV files: the usual kinds are read, and each thing that can be wrong is named with its line and column."""

import gzip
import io
import tracemalloc
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from data import DataError, csv_file, load_csv
from data.csv_file import read_csv

KAGGLE = ",".join(["label", *(f"pixel{i}" for i in range(784))])
MNIST_IN_CSV = ",".join(["label", *(f"{row}x{column}" for row in range(1, 29) for column in range(1, 29))])
FASHION = ",".join(["label", *(f"pixel{i}" for i in range(1, 785))])


@pytest.fixture(scope="module")
def rows(digits) -> list[list[str]]:
    """60 real digits, a list of label and pixels each, as text."""
    return [[str(label), *map(str, pixels)] for pixels, label in zip(*digits, strict=True)]


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Write rows, and a header where given, to a file."""

    def write(
        rows: list[list[str]], header: str | None = None, name: str = "digits.csv", end: str = "\n"
    ) -> Path:
        lines = [header] if header else []
        lines += [",".join(row) for row in rows]
        path = tmp_path / name
        path.write_bytes("".join(line + end for line in lines).encode())
        return path

    return write


def changed(rows: list[list[str]], line: int, column: int, field: str) -> list[list[str]]:
    """Put another field at a line and a column, both counted from 1."""
    copy = [list(row) for row in rows]
    copy[line - 1][column - 1] = field
    return copy


def check(source: object, digits: tuple[np.ndarray, np.ndarray]) -> None:
    """Assert that exactly the digits come back."""
    pixels, labels = read_csv(source)
    assert pixels.dtype == labels.dtype == np.uint8
    np.testing.assert_array_equal(pixels, digits[0])
    np.testing.assert_array_equal(labels, digits[1])


def refused(source: object, *words: str) -> None:
    """Assert a DataError with all the words in its message."""
    with pytest.raises(DataError) as caught:
        read_csv(source)
    for word in words:
        assert word in str(caught.value)


@pytest.mark.parametrize("header", [None, KAGGLE, MNIST_IN_CSV, FASHION, KAGGLE.replace("label", '"label"')])
def test_reads_the_usual_kinds(rows, digits, write, header: str | None):
    check(write(rows, header), digits)


@pytest.mark.parametrize("header", [None, KAGGLE])
def test_reads_gzip(rows, digits, write, header: str | None):
    path = write(rows, header)
    packed = path.with_name("digits.csv.gz")
    packed.write_bytes(gzip.compress(path.read_bytes()))
    check(packed, digits)
    check(str(packed), digits)


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_reads_an_uploaded_file(rows, digits, write, pack: Callable[[bytes], bytes]):
    upload = io.BytesIO(pack(write(rows, KAGGLE).read_bytes()))
    upload.name = "train.csv"
    upload.read()  # a page that reruns finds the file read to its end
    check(upload, digits)


@pytest.mark.parametrize("header", [None, KAGGLE])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_reads_what_windows_and_old_macs_write(
    rows, digits, write, header: str | None, end: str, mark: bytes
):
    path = write(rows, header, end=end)
    path.write_bytes(mark + path.read_bytes())
    check(path, digits)


def test_reads_without_a_last_line_end_and_with_blank_lines(rows, digits, write):
    path = write(rows, KAGGLE)
    path.write_bytes(path.read_bytes().rstrip() + b"\n\n\n")
    check(path, digits)
    path.write_bytes(path.read_bytes().rstrip())
    check(path, digits)


def test_reads_whole_numbers_written_as_decimals(rows, digits, write):
    check(write([[f"{field}.0" for field in row] for row in rows]), digits)


def test_makes_a_dataset(rows, write):
    dataset = load_csv(write(rows, KAGGLE, name="train.csv"))
    assert dataset.name == "train.csv"
    assert dataset.X_train.shape == (48, 784) and dataset.X_dev.shape == (12, 784)  # a fifth of 60
    assert dataset.X_test is None and dataset.Y_test is None
    assert load_csv(write(rows), dev_size=20, seed=1).X_dev.shape == (20, 784)


def test_a_wrong_column_count_names_the_line(rows, write):
    refused(write([*rows[:3], rows[3] + ["0"], *rows[4:]], KAGGLE), "digits.csv, line 5: 786 columns", "785")
    refused(write([*rows[:3], rows[3][:-1], *rows[4:]]), "line 4: 784 columns instead of 785")
    refused(write([row[:100] for row in rows]), "line 1: 100 columns")
    refused(write([row + ["0"] for row in rows]), "line 1: 786 columns")


@pytest.mark.parametrize("label", ["10", "12", "255", "256", "-1", "2.5"])
def test_a_label_outside_0_to_9(rows, write, label: str):
    refused(
        write(changed(rows, 7, 1, label), KAGGLE),
        f"line 8, column 1: the label is {label}, not a whole number from 0 to 9",
    )


@pytest.mark.parametrize(
    "pixel", ["256", "257", "512", "65536", "-1", "-256", "0.5", "1e300", "9" * 20, "inf"]
)
def test_a_pixel_out_of_range_never_wraps_round(rows, write, pixel: str):
    refused(
        write(changed(rows, 7, 300, pixel)), f"line 7, column 300: the pixel is {pixel}, not a whole number"
    )


@pytest.mark.parametrize("pixel", ["abc", "0x10", "12 13", "#", "\N{DIGIT ONE}x", "é"])
def test_text_in_a_pixel(rows, write, pixel: str):
    refused(
        write(changed(rows, 60, 785, pixel)), f"line 60, column 785: the pixel is '{pixel}', not a number"
    )


@pytest.mark.parametrize("field", ["", " ", "NaN", "nan"])
def test_a_missing_pixel_or_label(rows, write, field: str):
    refused(write(changed(rows, 2, 5, field), KAGGLE), "line 3, column 5: the pixel is missing")
    refused(write(changed(rows, 2, 1, field), KAGGLE), "line 3, column 1: the label is missing")


def test_lines_are_counted_as_an_editor_does(rows, write):
    path = write(changed(rows, 2, 5, "x"), KAGGLE)
    header, rest = path.read_bytes().split(b"\n", 1)
    path.write_bytes(header + b"\n\n\n" + rest)
    refused(path, "line 5, column 5")


def test_an_empty_file(tmp_path: Path):
    path = tmp_path / "empty.csv"
    for content in (b"", b"\n\n", b"  \r\n", gzip.compress(b"")):
        path.write_bytes(content)
        refused(path, "empty.csv is empty")


@pytest.mark.parametrize("end", ["\n", "\r\n", ""])
def test_a_header_and_nothing_else(write, end: str):
    refused(write([], KAGGLE, end=end), "digits.csv has a header and no digits")


def test_a_truncated_last_line(rows, write):
    path = write(rows, KAGGLE)
    path.write_bytes(path.read_bytes()[:-1000])
    refused(path, "line 61: the file ends after", "truncated", "download or copy it again")


def test_a_truncated_or_broken_gzip(rows, write):
    path = write(rows, KAGGLE)
    packed = gzip.compress(path.read_bytes())
    path.write_bytes(packed[: len(packed) // 2])
    refused(path, "digits.csv is a broken or truncated gzip file")
    path.write_bytes(packed[:-8] + b"12345678")
    refused(path, "digits.csv is a broken or truncated gzip file")
    path.write_bytes(packed[:200] + bytes(50) + packed[250:])
    refused(path, "digits.csv is a broken or truncated gzip file")


def test_no_csv_at_all(tmp_path: Path):
    picture, archive, page, noise = (tmp_path / name for name in ("a.csv", "b.csv", "c.csv", "d.csv"))
    Image.new("L", (28, 28)).save(picture, "PNG")
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("train.csv", KAGGLE)
    page.write_text("<!DOCTYPE html><html>Please log in</html>")
    noise.write_bytes(np.random.default_rng(0).bytes(5000))
    refused(picture, "a.csv is no CSV file but a PNG picture")
    refused(archive, "b.csv is no CSV file but a ZIP archive")
    refused(page, "c.csv is no CSV file but a web page")
    refused(noise, "d.csv is no CSV file: it holds binary data")


def test_plain_text(tmp_path: Path):
    path = tmp_path / "poem.csv"
    path.write_text("Shall I compare thee to a summer's day?\nThou art more lovely and more temperate\n")
    refused(path, "poem.csv, line 1: 1 columns instead of 785")


def test_too_few_rows(rows, write):
    with pytest.raises(DataError, match="only 4 digits.*at least 10"):
        load_csv(write(rows[:4], KAGGLE))


def test_no_labels(rows, write):
    pixels = [row[1:] for row in rows]
    refused(write(pixels, KAGGLE.removeprefix("label,")), "784 columns: pixels only, no labels", "train.csv")
    refused(write(pixels), "784 columns: pixels only, no labels")


@pytest.mark.parametrize(
    ("header", "words"),
    [
        (KAGGLE.replace("pixel7,", "pixel8,"), "column 9: the header says 'pixel8' instead of 'pixel7'"),
        (KAGGLE.replace("label", "digit"), "column 1: the header says 'digit' instead of 'label'"),
        (KAGGLE.removeprefix("label,") + ",label", "column 1: the header says 'pixel0' instead of 'label'"),
        (MNIST_IN_CSV.replace("1x2,1x3", "1x3,1x2"), "column 3: the header says '1x3' instead of '1x2'"),
        (KAGGLE + ",note", "786 columns instead of 785"),
    ],
)
def test_a_header_with_other_names_or_order(rows, write, header: str, words: str):
    refused(write(rows, header), "digits.csv, line 1", words)


@pytest.mark.parametrize(("separator", "word"), [(";", "semicolons"), ("\t", "tabs")])
@pytest.mark.parametrize("header", [None, KAGGLE])
def test_other_separators(rows, write, separator: str, word: str, header: str | None):
    path = write(rows, header)
    path.write_text(path.read_text().replace(",", separator))
    refused(path, f"digits.csv separates its columns by {word}: save it with commas")


def test_too_large_packed_or_not(rows, write, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(csv_file, "LIMIT", 1_000_000)
    path = write(rows)
    path.write_bytes(b"0," * 500_001)
    refused(path, "holds more than 1 MB")
    path.write_bytes(gzip.compress(bytes(50_000_000)))  # 49 kB that would unpack to 50 MB
    tracemalloc.start()
    refused(path, "holds more than 1 MB")
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 10_000_000


def test_a_file_that_is_not_there(tmp_path: Path):
    refused(tmp_path / "train.csv", "train.csv cannot be read: No such file")
    refused(tmp_path, "cannot be read: Is a directory")
