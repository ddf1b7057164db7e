"""Pen strokes on the canvas: drawn where and as large as asked, and written again by another hand."""

import numpy as np
import pytest

from data.pen.strokes import CANVAS, Strokes, draw, vary

DIAGONAL: Strokes = [np.array([[0, 0], [10, 20]], np.float32)]
CORNER: Strokes = [np.array([[0, 0], [0, 10], [10, 10]], np.float32)]


def box(picture: np.ndarray) -> tuple[int, int, int, int]:
    """Return the first and last row, the first and last column with ink."""
    rows, columns = np.flatnonzero(picture.any(axis=1)), np.flatnonzero(picture.any(axis=0))
    return rows[0], rows[-1], columns[0], columns[-1]


def generator(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


# Drawing


@pytest.mark.parametrize("smooth", [False, True])
@pytest.mark.parametrize("brush", [12, 28])
def test_a_drawing_has_the_size_and_the_brush_asked_for(brush: int, smooth: bool):
    picture = draw(DIAGONAL, brush, 100, generator(), smooth)
    assert picture.shape == (CANVAS, CANVAS) and picture.dtype == np.uint8 and picture.max() == 255
    top, bottom, left, right = box(picture)
    assert bottom - top + 1 == pytest.approx(100 + brush, abs=2)  # 20 units high become 100 pixels
    assert right - left + 1 == pytest.approx(50 + brush, abs=2)


def test_a_place_is_drawn_at_random_and_all_ink_lies_on_the_canvas():
    rng = generator()
    corners = set()
    for _ in range(40):
        picture = draw(DIAGONAL, 20, 100, rng)
        corners.add((box(picture)[0], box(picture)[2]))
        assert box(picture)[1] - box(picture)[0] + 1 == pytest.approx(120, abs=2)  # nothing cut off
    assert len(corners) > 30
    rows, columns = zip(*corners, strict=True)
    assert np.ptp(rows) > 100 and np.ptp(columns) > 130  # of 160 and 210 pixels of room
    np.testing.assert_array_equal(*(draw(DIAGONAL, 20, 100, generator(5)) for _ in range(2)))


def test_a_digit_that_would_not_fit_is_drawn_smaller():
    top, bottom, *_ = box(draw(DIAGONAL, 30, 1000, generator()))
    assert top >= 0 and bottom <= CANVAS - 1 and bottom - top + 1 == pytest.approx(278, abs=2)


def test_a_dot_is_a_disc():
    picture = draw([np.array([[3, 4]], np.float32)], 20, 100, generator())
    assert picture.sum() / 255 == pytest.approx(np.pi * 10**2, rel=0.1)


def test_a_horizontal_bar_is_as_thick_as_the_brush():
    picture = draw([np.array([[0, 0], [50, 0]], np.float32)], 20, 200, generator())
    columns = np.flatnonzero(picture.any(axis=0))
    middle = picture[:, columns[len(columns) // 2]]
    assert middle.sum() / 255 == pytest.approx(20, abs=1)


def test_y_grows_downwards():
    """A stroke from the upper left to the lower right: no ink in the other two corners."""
    picture = draw(DIAGONAL, 12, 200, generator())
    top, bottom, left, right = box(picture)
    assert picture[top : top + 15, left : left + 15].any() and not picture[top : top + 15, right - 15 :].any()


def test_smooth_rounds_a_corner_off():
    sharp, smooth = (draw(CORNER, 12, 200, generator(), rounded) for rounded in (False, True))
    bottom, left = box(sharp)[1], box(sharp)[2]
    corner = np.s_[bottom - 20 : bottom + 1, left : left + 20]
    assert sharp[corner].any() and not smooth[corner].any()
    assert box(sharp)[0] == box(smooth)[0] and box(sharp)[3] == box(smooth)[3]  # the ends stay


# Another hand


def test_strength_0_only_centres():
    (stroke,) = vary(DIAGONAL, generator(), 0.0)
    np.testing.assert_allclose(stroke, [[-0.25, -0.5], [0.25, 0.5]], atol=1e-6)


def test_another_hand_writes_as_many_strokes_and_points():
    rng = generator()
    strokes = DIAGONAL + CORNER
    one, other = vary(strokes, rng), vary(strokes, rng)
    assert [len(stroke) for stroke in one] == [len(stroke) for stroke in strokes]
    assert not any(np.array_equal(a, b) for a, b in zip(one, other, strict=True))
    again = vary(strokes, generator())
    for a, b in zip(one, again, strict=True):
        np.testing.assert_array_equal(a, b)
    assert max(np.ptp(np.concatenate(one), axis=0)) == pytest.approx(1, abs=0.6)
