"""Pen strokes from a UNIPEN file: read as they were written, or refused with the line that is wrong."""

import gzip
from pathlib import Path

import numpy as np
import pytest

from data import DataError
from data.pen.strokes import PenDigits, read_unipen
from tests.pen import FOLDER, read_pen

SEVEN_AND_ONE = """\
.INCLUDE        dene.doc
.LEXICON "0" "1" "2" "3" "4" "5" "6" "7" "8" "9"
.HIERARCHY      DIGIT

.SEGMENT DIGIT    0 ? "7"
.COMMENT 7 3  11
.PEN_DOWN
 10  50
 30  50
 20  10
.PEN_UP
.DT 100
.PEN_DOWN
 12  30
 28  30
.PEN_UP
.DT 1

.SEGMENT DIGIT    1 ? "1"
.COMMENT 1 25  12
.PEN_DOWN
 5.5  40
 5.5  0
.PEN_UP
"""


def file_with(text: str, folder: Path) -> Path:
    path = folder / "digits.tra"
    path.write_text(text)
    return path


def test_strokes_classes_and_writers(tmp_path: Path):
    digits = read_unipen(file_with(SEVEN_AND_ONE, tmp_path))
    assert digits.Y.tolist() == [7, 1] and digits.writers.tolist() == [3, 25]
    assert digits.Y.dtype == digits.writers.dtype == np.int64
    seven, one = digits.strokes
    assert [stroke.tolist() for stroke in seven] == [
        [[10, -50], [30, -50], [20, -10]],  # y grew upwards in the file: the bar at 50 is at the top
        [[12, -30], [28, -30]],
    ]
    assert [stroke.tolist() for stroke in one] == [[[5.5, -40], [5.5, 0]]]
    assert all(stroke.dtype == np.float32 for stroke in seven + one)


def test_gzip_and_plain_text_are_the_same(tmp_path: Path):
    plain, packed = file_with(SEVEN_AND_ONE, tmp_path), tmp_path / "digits.tra.gz"
    packed.write_bytes(gzip.compress(SEVEN_AND_ONE.encode()))
    for one, other in zip(read_unipen(plain).strokes, read_unipen(packed).strokes, strict=True):
        for a, b in zip(one, other, strict=True):
            np.testing.assert_array_equal(a, b)


def test_of_writers_includes_both_ends(tmp_path: Path):
    digits = read_unipen(file_with(SEVEN_AND_ONE, tmp_path))
    assert digits.of_writers(3, 25).Y.tolist() == [7, 1]
    assert digits.of_writers(4, 25).Y.tolist() == [1]
    only = digits.of_writers(1, 3)
    assert isinstance(only, PenDigits) and only.Y.tolist() == [7] and len(only.strokes[0]) == 2
    assert digits.of_writers(26, 30).strokes == []


def test_the_real_file_as_another_reader_reads_it():
    wanted = read_pen()
    digits = read_unipen(FOLDER / "pendigits-orig.tra.gz")
    assert len(digits.Y) == len(wanted) == 7494
    assert digits.Y.tolist() == [digit.label for digit in wanted]
    assert digits.writers.tolist() == [digit.writer for digit in wanted]
    for strokes, digit in zip(digits.strokes, wanted, strict=True):
        assert [(stroke * (1, -1)).tolist() for stroke in strokes] == [
            [list(point) for point in stroke] for stroke in digit.strokes if stroke
        ]


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        (" 30  50", " 30  5O", r"line 9: ' 30  5O'"),
        (" 30  50", " 30", r"line 9: ' 30'"),
        (" 30  50", " 30 50 2", r"line 9: ' 30 50 2'"),
        (" 30  50", " 30 nan", "line 9.*not a finite number"),
        (" 30  50", " inf 3", "line 9.*not a finite number"),
        ('0 ? "7"', '0 ? "A"', "line 5.*'A' is not a digit 0-9"),
        ('0 ? "7"', '0 ? "17"', "line 5.*'17' is not a digit 0-9"),
        (".COMMENT 7 3  11", ".COMMENT 7 me 11", "line 6"),
        (".COMMENT 7 3  11\n", "", "2 digits but names the writer of 1"),
        (".COMMENT 1 25  12\n.PEN_DOWN\n 5.5  40\n 5.5  0", ".COMMENT 1 25 12", "number 2 has no pen stroke"),
        (".HIERARCHY      DIGIT", ".PEN_DOWN", "line 3.*no .SEGMENT before it"),
    ],
)
def test_a_broken_file_is_named_with_its_line(tmp_path: Path, old: str, new: str, complaint: str):
    assert SEVEN_AND_ONE.count(old) == 1
    path = file_with(SEVEN_AND_ONE.replace(old, new), tmp_path)
    with pytest.raises(DataError, match=complaint) as error:
        read_unipen(path)
    assert str(path) in str(error.value)


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"", "holds no '.SEGMENT DIGIT'"),
        (b"label,pixel0\n3,0\n", "holds no '.SEGMENT DIGIT'"),
        (b"\x89PNG\r\n\x1a\n", "cannot be read"),
        (gzip.compress(SEVEN_AND_ONE.encode(), mtime=0)[:-20], "cannot be read"),  # a download that broke off
        (b"\x1f\x8bnot gzip at all", "cannot be read"),
        (
            gzip.compress(SEVEN_AND_ONE.encode(), mtime=0)[:10] + b"\xff" * 60,
            "cannot be read",
        ),  # damaged inside
    ],
)
def test_a_file_of_another_kind(tmp_path: Path, content: bytes, complaint: str):
    path = tmp_path / "digits.tra.gz"
    path.write_bytes(content)
    with pytest.raises(DataError, match=complaint):
        read_unipen(path)


def test_a_file_that_is_not_there(tmp_path: Path):
    with pytest.raises(DataError, match=r"nothing\.gz cannot be read"):
        read_unipen(tmp_path / "nothing.gz")
