"""Confusions, calibration and the price of 'I am not sure', counted by hand on a few digits."""

import numpy as np
import pytest

from nn.explain.calibration import calibration, reject_price
from nn.explain.errors import (
    confusion_matrix,
    precision_and_recall,
    surest_first,
    worst_confusions,
)

Y = np.array([0, 0, 0, 0, 1, 1, 1, 2, 2, 2])
READ = np.array([0, 0, 1, 1, 1, 1, 2, 1, 1, 1])


def answers(read: list[int], sure: list[float], classes: int = 3) -> np.ndarray:
    """Probabilities: so sure of what is read, the rest spread evenly over the others."""
    rows = np.repeat((1 - np.array([sure]).T) / (classes - 1), classes, axis=1)
    rows[np.arange(len(read)), read] = sure
    return rows


# Confusions


def test_confusion_matrix_has_what_is_true_in_rows_and_what_was_read_in_columns():
    matrix = confusion_matrix(Y, READ, classes=3)
    np.testing.assert_array_equal(matrix, [[2, 2, 0], [0, 2, 1], [0, 3, 0]])


def test_confusion_matrix_agrees_with_counting_pair_by_pair():
    rng = np.random.default_rng(0)
    true, read = rng.integers(10, size=(2, 3000)).astype(np.uint8)  # uint8: 9 * 10 + 9 fits, 255 does not
    expected = np.zeros((10, 10), int)
    for t, r in zip(true, read, strict=True):
        expected[t, r] += 1
    np.testing.assert_array_equal(confusion_matrix(true, read), expected)


def test_labels_above_25_do_not_wrap_round_in_uint8():
    assert confusion_matrix(np.array([30], np.uint8), np.array([31], np.uint8), classes=32)[30, 31] == 1


def test_precision_and_recall_by_hand():
    precision, recall = precision_and_recall(confusion_matrix(Y, READ, classes=3))
    np.testing.assert_allclose(precision, [2 / 2, 2 / 7, 0 / 1])
    np.testing.assert_allclose(recall, [2 / 4, 2 / 3, 0 / 3])


def test_a_class_that_is_never_read_has_no_precision_and_one_that_is_never_there_no_recall():
    precision, recall = precision_and_recall(confusion_matrix(np.array([0, 0]), np.array([0, 1]), classes=3))
    np.testing.assert_array_equal(precision, [1, 0, np.nan])
    np.testing.assert_array_equal(recall, [0.5, np.nan, np.nan])


def test_worst_confusions_come_most_frequent_first_with_their_share_of_the_true_digits():
    worst = worst_confusions(confusion_matrix(Y, READ, classes=3))
    assert worst == [(2, 1, 3, 1.0), (0, 1, 2, 0.5), (1, 2, 1, 1 / 3)]
    assert (worst[0].true, worst[0].read_as, worst[0].count) == (2, 1, 3)
    assert worst_confusions(confusion_matrix(Y, READ, classes=3), most=1) == worst[:1]
    assert worst_confusions(np.diag([5, 5])) == []


def test_mistakes_come_surest_first():
    probabilities = answers([0, 1, 1, 2, 1], [0.9, 0.5, 0.8, 0.7, 0.8])
    truth = np.array([0, 0, 0, 2, 2])
    mistakes = probabilities.argmax(axis=1) != truth
    assert list(surest_first(probabilities, mistakes)) == [2, 4, 1]  # 0.8, 0.8, 0.5
    assert list(surest_first(probabilities, ~mistakes)) == [0, 3]
    assert list(surest_first(probabilities, np.zeros(5, bool))) == []


@pytest.mark.parametrize(
    ("true", "read", "message"),
    [([0, 1], [0], "one label for each of the 1 rows"), ([0, 3], [0, 1], "label 3"), ([0, 1], [0, -1], "-1")],
)
def test_labels_that_do_not_fit_are_refused_in_a_sentence(true: list, read: list, message: str):
    with pytest.raises(ValueError, match=message):
        confusion_matrix(np.array(true), np.array(read), classes=3)


# Calibration


def test_calibration_by_hand():
    """Ten answers with 80 %, of which 5 are right; two with 60 %, both right: (10 * 0.3 + 2 * 0.4) / 12."""
    probabilities = answers([1] * 12, [0.8] * 10 + [0.6] * 2)
    truth = np.array([1] * 5 + [0] * 5 + [1, 1])
    result = calibration(probabilities, truth, bins=5)
    np.testing.assert_array_equal(result.count, [0, 0, 2, 10, 0])  # 0.6 and 0.8 are upper edges
    np.testing.assert_allclose(result.confidence, [np.nan, np.nan, 0.6, 0.8, np.nan])
    np.testing.assert_allclose(result.accuracy, [np.nan, np.nan, 1.0, 0.5, np.nan])
    assert result.error == pytest.approx((10 * 0.3 + 2 * 0.4) / 12)


def test_whoever_is_right_as_often_as_it_is_sure_has_nearly_no_calibration_error():
    rng = np.random.default_rng(2)
    sure = rng.uniform(0.5, 1, 40_000)
    truth = np.where(rng.random(40_000) < sure, 1, 0)
    probabilities = np.column_stack([1 - sure, sure])
    assert calibration(probabilities, truth).error < 0.01
    assert calibration(probabilities, 1 - truth).error > 0.4  # the twin that it must tell apart


def test_calibration_puts_every_answer_into_a_bin():
    probabilities = np.array([[1, 0], [0.5, 0.5]], np.float32)
    assert list(calibration(probabilities, np.array([0, 0]), bins=10).count) == [0] * 4 + [1] + [0] * 4 + [1]
    with pytest.raises(ValueError, match="bins is 0"):
        calibration(probabilities, np.array([0, 0]), bins=0)


# 'I am not sure'


def test_price_of_a_threshold_by_hand():
    """Sure: 0.9 right, 0.8 wrong, 0.7 right, 0.6 wrong, 0.5 wrong. Below 0.7 there are two, both wrong."""
    probabilities = answers([0, 1, 2, 1, 1], [0.9, 0.8, 0.7, 0.6, 0.5])
    truth = np.array([0, 2, 2, 0, 0])
    price = reject_price(probabilities, truth, 0.7)
    assert price == pytest.approx((0.7, 2 / 5, 2 / 3, 0, 2 / 3))
    assert all(isinstance(value, float) for value in price)
    assert reject_price(probabilities, truth, 0.75) == pytest.approx((0.75, 3 / 5, 1 / 2, 1 / 5, 2 / 3))
    assert reject_price(probabilities, truth, 0.0) == pytest.approx((0, 0, 2 / 5, 0, 0))
    everything = reject_price(probabilities, truth, 0.95)
    assert everything.refused == 1 and np.isnan(everything.right) and everything.caught == 1


def test_a_whole_curve_is_the_single_prices_side_by_side():
    rng = np.random.default_rng(3)
    probabilities, truth = rng.dirichlet(np.full(10, 0.2), 400), rng.integers(10, size=400)
    thresholds = np.linspace(0, 1, 21)
    curve = reject_price(probabilities, truth, thresholds)
    right = probabilities.argmax(axis=1) == truth
    for k, threshold in enumerate(thresholds):
        refused = probabilities.max(axis=1) < threshold
        assert curve.refused[k] == pytest.approx(refused.mean())
        assert curve.lost[k] == pytest.approx((refused & right).mean())
        assert curve.caught[k] == pytest.approx((refused & ~right).sum() / (~right).sum())
        if not refused.all():
            assert curve.right[k] == pytest.approx(right[~refused].mean())
        np.testing.assert_array_equal(
            [value[k] for value in curve], reject_price(probabilities, truth, threshold)
        )


def test_without_mistakes_there_are_none_to_catch():
    assert np.isnan(reject_price(np.eye(3), np.arange(3), 0.5).caught)
