"""The optimizers: two steps of each worked by hand, and what holds for all of them."""

import numpy as np
import pytest

from nn.optimizers import OPTIMIZERS, Adam, GradientDescent, Momentum, RMSprop


def two_steps(optimizer: object, dtype: type = np.float64) -> tuple[float, float]:
    """Start at W = 1, with slope 1 and then 2, at a learning rate of 0.1; return W after each step."""
    W = (np.array([1.0], dtype),)
    first = optimizer.step(W, (np.array([1.0], dtype),), 0.1)
    second = optimizer.step(first, (np.array([2.0], dtype),), 0.1)
    return first[0].item(), second[0].item()


def test_gradient_descent_by_hand():
    # 1 - 0.1 * 1 = 0.9;  0.9 - 0.1 * 2 = 0.7
    assert two_steps(GradientDescent()) == pytest.approx((0.9, 0.7))


def test_momentum_by_hand():
    # V = 1: 1 - 0.1 = 0.9;  V = 0.9 * 1 + 2 = 2.9: 0.9 - 0.29 = 0.61
    assert two_steps(Momentum()) == pytest.approx((0.9, 0.61))


def test_rmsprop_by_hand():
    # S = 0.1 * 1: 1 - 0.1 * 1 / sqrt(0.1) = 0.683772;  S = 0.9 * 0.1 + 0.1 * 4 = 0.49: - 0.1 * 2 / 0.7
    assert two_steps(RMSprop()) == pytest.approx((0.6837722, 0.6837722 - 0.2857143), abs=1e-6)


def test_adam_by_hand():
    # M = 0.1, S = 0.001; corrected by 0.1 and 0.001 both are 1: 1 - 0.1 * 1 / 1 = 0.9
    # M = 0.9 * 0.1 + 0.1 * 2 = 0.29, corrected by 1 - 0.81: 1.526316
    # S = 0.999 * 0.001 + 0.001 * 4 = 0.004999, corrected by 1 - 0.998001: 2.500750, its root 1.581376
    # 0.9 - 0.1 * 1.526316 / 1.581376 = 0.803482
    assert two_steps(Adam()) == pytest.approx((0.9, 0.803482), abs=1e-6)


@pytest.mark.parametrize("slope", [1e-4, 1.0, -1e4])
def test_adam_starts_with_a_step_as_long_as_the_learning_rate(slope: float):
    # the correction makes it so, whatever the slope; multiplied instead of divided it would not
    (W,) = Adam().step((np.array([0.0]),), (np.array([slope]),), 0.01)
    assert W.item() == pytest.approx(-0.01 * np.sign(slope), rel=1e-3)


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_a_change_of_the_learning_rate_acts_at_once(name: str):
    def second_step(learning_rate: float) -> float:
        optimizer, W = OPTIMIZERS[name](), (np.array([1.0]),)
        W = optimizer.step(W, (np.array([1.0]),), 0.1)
        return (optimizer.step(W, (np.array([2.0]),), learning_rate)[0] - W[0]).item()

    assert second_step(0.5) == pytest.approx(5 * second_step(0.1))


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_arguments_are_left_alone_and_float32_is_kept(name: str):
    rng = np.random.default_rng(0)
    W = tuple(rng.random(shape, np.float32) for shape in ((3, 4), (3,)))
    dW = tuple(rng.random(array.shape, np.float32) for array in W)
    before = [array.copy() for array in W + dW]
    optimizer = OPTIMIZERS[name]()
    moved = optimizer.step(optimizer.step(W, dW, 0.1), dW, 0.1)
    assert all(np.array_equal(a, b) for a, b in zip(W + dW, before, strict=True))
    assert [array.dtype for array in moved] == [np.float32, np.float32]
    assert [array.shape for array in moved] == [(3, 4), (3,)]


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_every_array_has_a_memory_of_its_own(name: str):
    together, alone, W = OPTIMIZERS[name](), OPTIMIZERS[name](), (np.ones(2), np.ones(3))
    single = W[1:]
    for slope in (1.0, -3.0, 2.0):
        W = together.step(W, (np.full(2, 7 * slope), np.full(3, slope)), 0.1)
        single = alone.step(single, (np.full(3, slope),), 0.1)
    np.testing.assert_array_equal(W[1], single[0])


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_on_the_flat_nothing_moves(name: str):
    with np.errstate(all="raise"):
        (W,) = OPTIMIZERS[name]().step((np.ones(4),), (np.zeros(4),), 0.1)
    np.testing.assert_array_equal(W, np.ones(4))


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_finds_the_bottom_of_a_bowl(name: str):
    optimizer, W = OPTIMIZERS[name](), (np.array([3.0, -2.0]),)
    for t in range(1500):
        W = optimizer.step(W, (W[0] * [1.0, 10.0],), 0.05 * 0.995**t)  # the slope of (x^2 + 10 y^2) / 2
    assert np.abs(W[0]).max() < 0.01
