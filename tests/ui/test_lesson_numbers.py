"""Numbers for the lesson: as tables, as text, and as pictures."""

import re

import numpy as np

from ui.lesson.numbers import array_table, pixel_table, signed_picture
from ui.shared.colours import BLUE, ORANGE
from ui.shared.words import number


def test_tables_show_the_first_values_and_the_shape():
    html = array_table("W", np.arange(40.0).reshape(4, 10) - 5)
    assert "4 × 10" in html and "… 4 rows in all" in html and html.count("<tr>") == 5
    assert BLUE in html and ORANGE in html  # below 0 and above
    assert "<td>…</td>" in array_table("v", np.zeros(11)) and "nan" not in array_table(
        "v", np.full(3, np.nan)
    )


def test_numbers_are_short():
    told = [number(v) for v in (0.0, 0.12345, -12.345, 0.00001234, 123456.7, np.inf)]
    assert told == ["0.000", "0.123", "−12.35", "1e−05", "123,457", "not a number"]


def test_a_digit_as_numbers_has_28_lines():
    x = np.zeros((28, 28))
    x[2, 3] = 0.5
    lines = re.search(r">(.*)<", pixel_table(x), re.S)[1].split("\n")
    assert len(lines) == 28 and lines[2].split()[3] == "50" and lines[2].split().count("·") == 27


def test_signed_pictures_are_black_at_zero_and_frame_the_weight():
    picture = signed_picture(np.array([[-1.0, 0.0], [0.5, 1.0]]), mark=(0, 0), enlarged=4)
    assert picture.shape == (8, 8, 3) and not picture[2, 6].any()
    assert picture[0, 0].tolist() == [255, 255, 255] and picture[1, 1, 2] > picture[1, 1, 0]  # framed, blue
    assert picture[6, 6, 0] > picture[6, 2, 0] > picture[6, 2, 2]  # orange, the stronger the further from 0
