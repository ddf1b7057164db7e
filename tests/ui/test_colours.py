"""Numbers as colours: orange speaks for, blue against, black is nothing."""

import numpy as np
import pytest

from tests.panels import decoded
from ui.shared.colours import colour, scale_of
from ui.shared.pictures import map_over_ink, map_picture


def test_nothing_is_black_and_the_two_signs_are_told_apart():
    numbers = np.zeros(784)
    numbers[:4] = 1, -1, 0.5, 50
    red, green, blue = np.moveaxis(decoded(map_picture(numbers, 1.0)), -1, 0)
    assert (red[0, 4], green[0, 4], blue[0, 4]) == (0, 0, 0)
    assert red[0, 0] > blue[0, 0] and blue[0, 1] > red[0, 1]  # orange for, blue against
    assert 0 < red[0, 2] < red[0, 0] == red[0, 3]  # half as much, and beyond the scale no more than full
    assert colour(0, 1.0) == "#000000" and colour(9, 1.0) == colour(1, 1.0) != colour(-1, 1.0)


def test_the_scale_is_one_for_the_set_and_never_nothing():
    assert scale_of(np.array([3.0, -3.0])) == pytest.approx(9)
    assert scale_of(np.zeros(5)) == 1.0


def test_the_digit_shines_through_a_map_only_where_the_map_is_silent():
    numbers, ink = np.zeros(784), np.zeros(784)
    ink[:2] = numbers[1] = 1
    grey, covered, empty = decoded(map_over_ink(numbers, ink, 1.0))[0, :3]
    assert len(set(grey)) == 1 and grey[0] > 0 and tuple(covered) == (242, 140, 40) and not empty.any()
