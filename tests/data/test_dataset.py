"""A Dataset is normalised, read-only, and split so that each class gets its share."""

import numpy as np
import pytest

from data import DataError
from data.dataset import make_dataset, stratified_split


def test_is_float32_in_0_1_row_by_row_and_read_only(digits):
    dataset = make_dataset("name", digits, digits, dev_size=10, seed=0)
    assert [len(X) for X in (dataset.X_train, dataset.X_dev, dataset.X_test)] == [50, 10, 60]
    for X, Y in (
        (dataset.X_train, dataset.Y_train),
        (dataset.X_dev, dataset.Y_dev),
        (dataset.X_test, dataset.Y_test),
    ):
        assert X.dtype == np.float32 and X.shape == (len(Y), 784) and X.flags.c_contiguous
        assert X.min() == 0 and X.max() == 1
        assert np.issubdtype(Y.dtype, np.integer) and set(Y) <= set(range(10))
        with pytest.raises(ValueError, match="read-only"):
            X[0, 0] = 1
        with pytest.raises(ValueError, match="read-only"):
            Y[0] = 1


def test_column_major_pixels_come_out_row_by_row(digits):
    pixels, labels = digits
    dataset = make_dataset("name", (np.asfortranarray(pixels), labels), None, dev_size=10, seed=0)
    assert dataset.X_train.flags.c_contiguous
    assert dataset.X_test is None and dataset.Y_test is None


def test_each_digit_keeps_its_label_and_is_in_one_split_only(digits):
    pixels, labels = digits
    dataset = make_dataset("name", digits, None, dev_size=20, seed=3)
    label_of = {row.tobytes(): label for row, label in zip(pixels, labels, strict=True)}
    assert len(label_of) == 60
    X = np.vstack([dataset.X_train, dataset.X_dev])
    found = {np.rint(x * 255).astype(np.uint8).tobytes() for x in X}
    assert found == set(label_of)
    for x, y in zip(X, np.hstack([dataset.Y_train, dataset.Y_dev]), strict=True):
        assert label_of[np.rint(x * 255).astype(np.uint8).tobytes()] == y


def test_test_digits_keep_their_order(digits):
    dataset = make_dataset("name", digits, digits, dev_size=10, seed=0)
    np.testing.assert_array_equal(dataset.Y_test, digits[1])
    np.testing.assert_allclose(dataset.X_test, digits[0] / 255, rtol=1e-6)


@pytest.mark.parametrize("size", [1, 7, 100, 333])
def test_each_class_gets_its_share(size: int):
    counts = np.array([500, 20, 90, 90, 90, 10, 50, 50, 50, 50])
    labels = np.repeat(np.arange(10), counts)  # sorted by class, as the sample is
    rest, held_out = stratified_split(labels, size, seed=1)
    share = counts * size / 1000
    found = np.bincount(labels[held_out], minlength=10)
    assert found.sum() == size
    assert (np.floor(share) <= found).all() and (found <= np.ceil(share)).all()
    np.testing.assert_array_equal(np.sort(np.hstack([rest, held_out])), np.arange(1000))


def test_both_parts_are_shuffled():
    labels = np.repeat(np.arange(10), 100)
    for part in stratified_split(labels, 300, seed=0):
        assert (np.diff(labels[part]) < 0).sum() > len(part) / 4
        assert (np.diff(part) < 0).sum() > len(part) / 4


def test_the_seed_decides():
    labels = np.repeat(np.arange(10), 20)
    first, again, other = (stratified_split(labels, 50, seed)[1] for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert set(first) != set(other)


@pytest.mark.parametrize("size", [0, -5, 31, 1000])
def test_refuses_a_size_that_does_not_fit(size: int):
    labels = np.repeat(np.arange(10), 6)
    with pytest.raises(DataError, match=f"{size} of 60 digits cannot be held out: choose from 1 to 30"):
        stratified_split(labels, size, seed=0)


def test_refuses_too_few_digits():
    with pytest.raises(DataError, match="only 9 digits.*at least 10"):
        stratified_split(np.arange(9), 1, seed=0)


def test_refuses_to_leave_a_class_without_digits():
    labels = np.array([0] * 11 + [7] + [9] * 10)
    with pytest.raises(DataError, match="only one digit of class 7: add more of them, or remove it"):
        stratified_split(labels, 11, seed=0)
    rest, _ = stratified_split(labels, 2, seed=0)
    assert 7 in labels[rest]
