"""The functions against their definitions: values worked by hand, derivatives by central differences."""

import numpy as np
import pytest

from nn.functions import (
    ACTIVATIONS,
    cross_entropy,
    cross_entropy_derivative,
    linear,
    linear_derivative,
    relu,
    relu_derivative,
    sigmoid,
    softmax,
    sum_over_digits,
    tanh,
)

LOG = np.log


def test_values_worked_by_hand():
    np.testing.assert_array_equal(relu(np.array([-2.0, 0.0, 3.0])), [0, 0, 3])
    # (e^z - e^-z) / (e^z + e^-z) at log 2: (2 - 1/2) / (2 + 1/2) = 0.6
    np.testing.assert_allclose(tanh(np.array([0, LOG(2), -LOG(2)])), [0, 0.6, -0.6])
    # 1 / (1 + e^-z) at log 3: 1 / (1 + 1/3) = 0.75
    np.testing.assert_allclose(sigmoid(np.array([0, LOG(3), -LOG(3)])), [0.5, 0.75, 0.25])


def test_the_derivative_of_relu_is_0_at_0():
    np.testing.assert_array_equal(relu_derivative(np.array([-1.0, -0.0, 0.0, 1e-30, 2.0])), [0, 0, 0, 1, 1])


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_derivatives_are_those_of_the_values(name: str):
    value, derivative = ACTIVATIONS[name]
    Z = np.linspace(-4, 4, 82)  # no point at 0, where relu has a corner
    h = 1e-6
    np.testing.assert_allclose(derivative(Z), (value(Z + h) - value(Z - h)) / (2 * h), atol=1e-9)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_activations_stay_in_float32_and_finite_for_any_sum(name: str):
    Z = np.array([-3e38, -1e4, -100, 0, 100, 1e4, 3e38], np.float32)
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        for function in ACTIVATIONS[name]:
            A = function(Z)
            assert A.dtype == np.float32
            assert np.isfinite(A).all()


def test_softmax_worked_by_hand():
    # e^0 : e^log2 : e^log5 = 1 : 2 : 5
    np.testing.assert_allclose(softmax(np.array([[0, LOG(2), LOG(5)]])), [[1 / 8, 2 / 8, 5 / 8]])


def test_softmax_does_not_overflow():
    Z = np.array([[1e4, 0, -1e4], [1e4, 1e4, 1e4], [-1e4, -1e4, 0], [3e38, 0, 0]], np.float32)
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        A = softmax(Z)
    np.testing.assert_allclose(A, [[1, 0, 0], [1 / 3, 1 / 3, 1 / 3], [0, 0, 1], [1, 0, 0]], rtol=1e-6)


def test_rows_of_softmax_add_up_to_1():
    Z = np.random.default_rng(0).normal(scale=20, size=(500, 10)).astype(np.float32)
    A = softmax(Z)
    np.testing.assert_allclose(A.sum(axis=1), 1, rtol=1e-6)
    assert A.min() >= 0 and A.dtype == np.float32


def test_softmax_only_knows_differences():
    Z = np.random.default_rng(1).normal(size=(20, 10))
    np.testing.assert_allclose(softmax(Z + 700), softmax(Z), rtol=1e-12)


def test_a_uniform_guess_costs_log_10():
    assert cross_entropy(np.full((7, 10), 3.0), np.arange(7)) == pytest.approx(2.302585093)


def test_cross_entropy_worked_by_hand():
    # the right classes get 1/8 and 5/8: the mean of log 8 and log 1.6 is log(12.8) / 2
    Z = np.array([[0, LOG(2), LOG(5)], [0, LOG(2), LOG(5)]])
    assert cross_entropy(Z, np.array([0, 2])) == pytest.approx(LOG(12.8) / 2)


def test_cross_entropy_is_the_mean_of_minus_log_softmax():
    rng = np.random.default_rng(2)
    Z, Y = rng.normal(scale=3, size=(300, 10)), rng.integers(10, size=300)
    assert cross_entropy(Z, Y) == pytest.approx(np.mean([-LOG(softmax(Z)[i, Y[i]]) for i in range(300)]))


def test_the_loss_of_a_certain_wrong_answer_is_large_and_finite():
    Z = np.array([[1e4, 0]], np.float32)  # softmax rounds the right class to 0, and log 0 is not finite
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        assert cross_entropy(Z, np.array([1])) == pytest.approx(1e4)
        assert cross_entropy(Z, np.array([0])) == 0


def test_cross_entropy_derivative_is_that_of_cross_entropy():
    rng = np.random.default_rng(3)
    Z, Y, h = rng.normal(size=(6, 10)), rng.integers(10, size=6), 1e-6
    differences = np.empty_like(Z)
    for i in np.ndindex(Z.shape):
        up, down = Z.copy(), Z.copy()
        up[i] += h
        down[i] -= h
        differences[i] = (cross_entropy(up, Y) - cross_entropy(down, Y)) / (2 * h)
    A = softmax(Z)
    before = A.copy()
    np.testing.assert_allclose(cross_entropy_derivative(A, Y), differences, atol=1e-9)
    np.testing.assert_array_equal(A, before)


def test_cross_entropy_derivative_keeps_float32():
    A = softmax(np.zeros((3, 10), np.float32))
    assert cross_entropy_derivative(A, np.array([0, 5, 9])).dtype == np.float32


@pytest.mark.parametrize("units", [1, 10, 13, 32, 128, 1024])
@pytest.mark.parametrize("n", [0, 1, 31, 95, 96, 97, 192, 200, 1024])
def test_linear_is_the_product_plus_the_bias(n: int, units: int):
    rng = np.random.default_rng(n * units)
    X, W, b = rng.normal(size=(n, 784)), rng.normal(size=(units, 784)), rng.normal(size=units)
    whole = np.einsum("ni,hi->nh", X, W) + b
    np.testing.assert_allclose(linear(X, W, b), whole, rtol=1e-10, atol=1e-10)
    in_float32 = linear(X.astype(np.float32), W.astype(np.float32), b.astype(np.float32))
    assert in_float32.dtype == np.float32
    np.testing.assert_allclose(in_float32, whole, atol=1e-3)


def test_linear_takes_rows_that_lie_apart_in_memory():
    rng = np.random.default_rng(4)
    X, W, b = rng.normal(size=(400, 784))[::2], rng.normal(size=(10, 784)), np.zeros(10)
    np.testing.assert_allclose(linear(X, W, b), np.einsum("ni,hi->nh", X, W), atol=1e-10)


@pytest.mark.parametrize("units", [1, 10, 13, 128])
@pytest.mark.parametrize("n", [0, 1, 95, 96, 97, 192, 200, 1024])
def test_linear_derivative_is_the_product(n: int, units: int):
    rng = np.random.default_rng(n * units)
    dZ, X = rng.normal(size=(n, units)), rng.normal(size=(n, 784))
    whole = np.einsum("nh,ni->hi", dZ, X)
    np.testing.assert_allclose(linear_derivative(dZ, X), whole, rtol=1e-10, atol=1e-10)
    in_float32 = linear_derivative(dZ.astype(np.float32), X.astype(np.float32))
    assert in_float32.dtype == np.float32
    np.testing.assert_allclose(in_float32, whole, atol=1e-3)


@pytest.mark.parametrize("n", [0, 1, 2, 1000])
def test_sum_over_digits_is_the_sum_of_the_rows(n: int):
    dZ = np.random.default_rng(n).normal(size=(n, 10))
    np.testing.assert_allclose(sum_over_digits(dZ), dZ.sum(axis=0), atol=1e-12)
    assert sum_over_digits(dZ.astype(np.float32)).dtype == np.float32
