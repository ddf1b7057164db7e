"""CSV files that are wrong: each thing that can be wrong is named with its line and column."""

import gzip
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from data import DataError
from data.csv_digits import read_csv
from tests.csv_files import KAGGLE, MNIST_IN_CSV, changed, refused


def test_a_wrong_column_count_names_the_line(csv_rows, write_csv):
    refused(
        write_csv([*csv_rows[:3], csv_rows[3] + ["0"], *csv_rows[4:]], KAGGLE),
        "digits.csv, line 5: 786 columns",
        "785",
    )
    refused(write_csv([*csv_rows[:3], csv_rows[3][:-1], *csv_rows[4:]]), "line 4: 784 columns instead of 785")
    refused(write_csv([row[:100] for row in csv_rows]), "line 1: 100 columns")
    refused(write_csv([row + ["0"] for row in csv_rows]), "line 1: 786 columns")


@pytest.mark.parametrize("label", ["10", "12", "255", "256", "-1", "2.5"])
def test_a_label_outside_0_to_9(csv_rows, write_csv, label: str):
    refused(
        write_csv(changed(csv_rows, 7, 1, label), KAGGLE),
        f"line 8, column 1: the label is {label}, not a whole number from 0 to 9",
    )


@pytest.mark.parametrize(
    "pixel", ["256", "257", "512", "65536", "-1", "-256", "0.5", "1e300", "9" * 20, "inf"]
)
def test_a_pixel_out_of_range_never_wraps_round(csv_rows, write_csv, pixel: str):
    refused(
        write_csv(changed(csv_rows, 7, 300, pixel)),
        f"line 7, column 300: the pixel is {pixel}, not a whole number",
    )


@pytest.mark.parametrize("pixel", ["abc", "0x10", "12 13", "#", "\N{DIGIT ONE}x", "é"])
def test_text_in_a_pixel(csv_rows, write_csv, pixel: str):
    refused(
        write_csv(changed(csv_rows, 60, 785, pixel)),
        f"line 60, column 785: the pixel is '{pixel}', not a number",
    )


@pytest.mark.parametrize("pixel", ["٣", "５", "２55", "1_0", "٥.0", "é"])
def test_a_number_that_is_one_only_for_people_or_for_python(csv_rows, write_csv, pixel: str):
    path = write_csv(changed(csv_rows, 60, 785, pixel))
    refused(path, f"line 60, column 785: the pixel is '{pixel}', not a number in the digits 0 to 9")


def test_a_character_that_is_not_seen_is_shown(csv_rows, write_csv):
    refused(
        write_csv(changed(csv_rows, 3, 2, "\xa05")), r"line 3, column 2: the pixel is '\xa05', not a number"
    )
    refused(
        write_csv(changed(csv_rows, 3, 2, "5\x1a")), r"line 3, column 2: the pixel is '5\x1a', not a number"
    )


@pytest.mark.parametrize("field", ['"5', '5"', '5"5', '""5""', '"5""', ' "5"', '"'])
@pytest.mark.parametrize("header", [None, KAGGLE])
def test_a_stray_quotation_mark(csv_rows, write_csv, field: str, header: str | None):
    line = 31 if header else 30
    for column, kind in ((1, "label"), (500, "pixel"), (785, "pixel")):
        path = write_csv(changed(csv_rows, 30, column, field), header)
        refused(path, f"line {line}, column {column}: the {kind} is", "a stray quotation mark")


@pytest.mark.parametrize("column", [1, 2, 785])
@pytest.mark.parametrize("quote", ['"{}', '{}"'])
def test_a_stray_quotation_mark_in_the_header(csv_rows, write_csv, column: int, quote: str):
    names = KAGGLE.split(",")
    names[column - 1] = quote.format(names[column - 1])
    refused(write_csv(csv_rows, ",".join(names)), f"line 1, column {column}: a stray quotation mark")


def test_no_field_is_refused_without_its_line(csv_rows, write_csv):
    """What pandas cannot read is always found again."""
    rng = np.random.default_rng(0)
    for _ in range(150):
        field = "".join(rng.choice(list("0159.eE+-_ \"'x٣\xa0\tn"), size=rng.integers(1, 5)))
        path = write_csv(changed(csv_rows, 2, 3, field))
        try:
            read_csv(path)
        except DataError as error:
            assert "line 2, " in str(error), (field, str(error))


@pytest.mark.parametrize("field", ["", " ", "NaN", "nan"])
def test_a_missing_pixel_or_label(csv_rows, write_csv, field: str):
    refused(write_csv(changed(csv_rows, 2, 5, field), KAGGLE), "line 3, column 5: the pixel is missing")
    refused(write_csv(changed(csv_rows, 2, 1, field), KAGGLE), "line 3, column 1: the label is missing")


def test_lines_are_counted_as_an_editor_does(csv_rows, write_csv):
    path = write_csv(changed(csv_rows, 2, 5, "x"), KAGGLE)
    header, rest = path.read_bytes().split(b"\n", 1)
    path.write_bytes(header + b"\n\n\n" + rest)
    refused(path, "line 5, column 5")


def test_no_labels(csv_rows, write_csv):
    pixels = [row[1:] for row in csv_rows]
    refused(
        write_csv(pixels, KAGGLE.removeprefix("label,")), "784 columns: pixels only, no labels", "train.csv"
    )
    refused(write_csv(pixels), "784 columns: pixels only, no labels")


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
def test_a_header_with_other_names_or_order(csv_rows, write_csv, header: str, words: str):
    refused(write_csv(csv_rows, header), "digits.csv, line 1", words)


@pytest.mark.parametrize(("separator", "word"), [(";", "semicolons"), ("\t", "tabs")])
@pytest.mark.parametrize("header", [None, KAGGLE])
def test_other_separators(csv_rows, write_csv, separator: str, word: str, header: str | None):
    path = write_csv(csv_rows, header)
    path.write_text(path.read_text().replace(",", separator))
    refused(path, f"digits.csv separates its columns by {word}: save it with commas")


def test_an_empty_file(tmp_path: Path):
    path = tmp_path / "empty.csv"
    for content in (b"", b"\n\n", b"  \r\n", gzip.compress(b"")):
        path.write_bytes(content)
        refused(path, "empty.csv is empty")


@pytest.mark.parametrize("end", ["\n", "\r\n", ""])
def test_a_header_and_nothing_else(write_csv, end: str):
    refused(write_csv([], KAGGLE, end=end), "digits.csv has a header and no digits")


def test_a_truncated_last_line(csv_rows, write_csv):
    path = write_csv(csv_rows, KAGGLE)
    path.write_bytes(path.read_bytes()[:-1000])
    refused(path, "line 61: the file ends after", "truncated", "download or copy it again")


def test_a_truncated_or_broken_gzip(csv_rows, write_csv):
    path = write_csv(csv_rows, KAGGLE)
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


def test_a_file_that_is_not_there(tmp_path: Path):
    refused(tmp_path / "train.csv", "train.csv cannot be read: No such file")
    refused(tmp_path, "cannot be read: Is a directory")
