"""A step under the microscope is the step that training makes, and a nudge does what the gradient says."""

import math

import numpy as np
import pytest

from data import load_sample
from nn import Hyperparameters, Trainer, TwoLayerNN
from nn.explain.microscope import nudge_test, one_step, steepest
from nn.run import Digits


@pytest.fixture(scope="module")
def digit() -> tuple[np.ndarray, int]:
    sample = load_sample()
    return sample.X_dev[0], int(sample.Y_dev[0])


def tiny() -> TwoLayerNN:
    """Two pixels, two units, two classes, with numbers that fit on a blackboard."""
    net = TwoLayerNN(input_size=2, hidden_size=2, output_size=2)
    arrays = ([[1, 2], [-1, 1]], [0.5, 0], [[1, 0], [-1, 3]], [0, 0.5])
    net.parameters = net.parameters._make(np.array(array, np.float32) for array in arrays)
    return net


def test_every_number_of_a_step_worked_by_hand():
    step = one_step(tiny(), np.array([1, 0.25]), 0, learning_rate=0.1)
    # Z1 = (1 + 0.5 + 0.5, -1 + 0.25) = (2, -0.75); the second unit is off
    np.testing.assert_allclose(step.Z1, [2, -0.75])
    np.testing.assert_allclose(step.A1, [2, 0])
    np.testing.assert_allclose(step.Z2, [2, -1.5])  # (2 + 0, -2 + 0.5)
    p = 1 / (1 + math.exp(-3.5))  # softmax of two is the sigmoid of their difference
    np.testing.assert_allclose(step.A2, [p, 1 - p])
    assert step.loss == pytest.approx(-math.log(p))
    q = 1 - p
    np.testing.assert_allclose(step.dZ2, [-q, q])
    np.testing.assert_allclose(step.dW2, [[-2 * q, 0], [2 * q, 0]])
    np.testing.assert_allclose(step.db2, [-q, q])
    np.testing.assert_allclose(step.dZ1, [-2 * q, 0], atol=1e-15)  # -q * 1 + q * (-1); the other is off
    np.testing.assert_allclose(step.dW1, [[-2 * q, -0.5 * q], [0, 0]], atol=1e-15)
    np.testing.assert_allclose(step.db1, [-2 * q, 0], atol=1e-15)
    np.testing.assert_allclose(step.updated.W1, [[1 + 0.2 * q, 2 + 0.05 * q], [-1, 1]])
    np.testing.assert_allclose(step.updated.b2, [0.1 * q, 0.5 - 0.1 * q])


@pytest.mark.parametrize("activation", ["relu", "tanh", "sigmoid"])
def test_is_the_step_that_a_run_on_this_one_digit_makes(activation: str, digit):
    x, y = digit
    net = TwoLayerNN(hidden_size=16, activation=activation, dtype=np.float64)
    step = one_step(net, x, y, learning_rate=0.05)
    assert step.loss == pytest.approx(net.loss(x[None], np.array([y])))
    trainer = Trainer(net, Digits(x[None], np.array([y])), Hyperparameters(learning_rate=0.05))
    trainer.step()
    for mine, theirs in zip(step.updated, net.parameters, strict=True):
        np.testing.assert_allclose(mine, theirs, rtol=1e-12)
    assert step.loss_after == pytest.approx(net.loss(x[None], np.array([y])))
    assert step.loss_after < step.loss


def test_leaves_the_network_alone_and_computes_in_float64(digit):
    net = TwoLayerNN(seed=2)
    before = net.parameters
    step = one_step(net, *digit)
    nudge_test(net, *digit, "W2", (1, 1))
    assert net.parameters is before
    assert step.dW1.dtype == np.float64
    np.testing.assert_allclose(step.A2, net.predict_proba(digit[0][None])[0], atol=1e-5)


@pytest.mark.parametrize("activation", ["relu", "tanh", "sigmoid"])
@pytest.mark.parametrize("name", ["W1", "b1", "W2", "b2"])
def test_the_nudge_agrees_with_the_gradient(activation: str, name: str, digit):
    x, y = digit
    net = TwoLayerNN(hidden_size=16, activation=activation, init="he", seed=5)
    gradient = getattr(one_step(net, x, y), "d" + name)
    rng = np.random.default_rng(0)
    places = [steepest(gradient), *(tuple(rng.integers(size) for size in gradient.shape) for _ in range(5))]
    for place in places:
        nudge = nudge_test(net, x, y, name, place)
        assert nudge.gradient == gradient[place]
        assert nudge.value == getattr(net, name)[place]
        assert nudge.crosses_kink or nudge.numerical == pytest.approx(nudge.gradient, rel=1e-5, abs=1e-8)
    assert abs(gradient[places[0]]) == np.abs(gradient).max() > 1e-3  # it was not 0 = 0 all along
    assert not nudge_test(net, x, y, name, places[0]).crosses_kink


def test_the_losses_of_a_nudge_are_those_of_networks_with_that_weight_changed(digit):
    x, y = digit
    X, Y = x[None], np.array([y])
    net = TwoLayerNN(dtype=np.float64)
    nudge = nudge_test(net, x, y, "b2", y, epsilon=0.5, learning_rate=0.2)
    assert nudge.loss == pytest.approx(net.loss(X, Y))
    for change, loss in ((0.5, nudge.loss_up), (-0.5, nudge.loss_down)):
        b2 = net.b2.copy()
        b2[y] += change
        other = net.copy()
        other.parameters = net.parameters._replace(b2=b2)
        assert loss == pytest.approx(other.loss(X, Y))
    assert nudge.loss_up < nudge.loss < nudge.loss_down  # more of the right digit's bias, less loss
    assert nudge.value_after == pytest.approx(nudge.value - 0.2 * nudge.gradient)
    assert nudge.loss_after == pytest.approx(one_step(net, x, y, learning_rate=0.2).loss_after)


def test_says_so_when_a_unit_switches_on_or_off_in_between():
    net = tiny()
    net.parameters = net.parameters._replace(b1=np.array([-1.5, 0], np.float32))  # Z1[0] = 0: on the kink
    nudge = nudge_test(net, np.array([1, 0.25]), 0, "b1", 0)
    assert nudge.crosses_kink
    assert nudge.gradient == 0 != nudge.numerical  # to the left the slope is 0, to the right it is not
    assert not nudge_test(net, np.array([1, 0.25]), 0, "b2", 0).crosses_kink


@pytest.mark.parametrize(
    ("name", "index", "message"),
    [
        ("W3", (0, 0), "no 'W3'"),
        ("W1", (0, 784), r"W1 has no weight \(0, 784\); its shape is \(10, 784\)"),
        ("W1", (-1, 0), "no weight"),
        ("W1", 3, "no weight 3"),
        ("b2", 10, "b2 has no weight 10"),
    ],
)
def test_a_weight_that_is_not_there_is_refused_in_a_sentence(name: str, index: object, message: str, digit):
    with pytest.raises(ValueError, match=message):
        nudge_test(TwoLayerNN(), *digit, name, index)


def test_a_label_that_is_none_is_refused_in_a_sentence(digit):
    with pytest.raises(ValueError, match="label 10"):
        one_step(TwoLayerNN(), digit[0], 10)
