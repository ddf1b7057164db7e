"""What pixels and hidden units are said to have given adds up to what the network computes."""

import numpy as np
import pytest

from data import load_sample
from nn import TwoLayerNN
from nn.explain.evidence import (
    evidence,
    input_gradient,
    unit_contributions,
    units_by_excitement,
)


@pytest.fixture(scope="module")
def digits() -> np.ndarray:
    return load_sample().X_dev[:8]


def net_of(activation: str, hidden: int = 24, dtype: type = np.float32) -> TwoLayerNN:
    return TwoLayerNN(hidden_size=hidden, activation=activation, seed=3, dtype=dtype)


@pytest.mark.parametrize("activation", ["relu", "tanh", "sigmoid"])
def test_pixels_and_bias_add_up_to_the_difference_of_the_logits(activation: str, digits: np.ndarray):
    net = net_of(activation)
    for x in digits:
        Z2 = net.forward(x[None]).Z2[0]  # as the page shows them
        for this, other in ((7, 1), (4, 9), (0, 8)):
            answer = evidence(net, x, this, other)
            assert answer.pixels.sum() + answer.bias == pytest.approx(answer.total, abs=1e-9)
            assert answer.total == pytest.approx(Z2[this] - Z2[other], abs=1e-4)
            assert answer.exact == (activation == "relu")


def test_relu_evidence_is_the_product_of_the_layers_through_the_units_that_are_on(digits: np.ndarray):
    """W2 diag(Z1 > 0) W1, unit by unit in a loop."""
    net, x = net_of("relu", hidden=6), digits[0].astype(float)
    pixels, bias = np.zeros(784), float(net.b2[4]) - float(net.b2[9])
    on = 0
    for w1, b1, to_4, to_9 in zip(net.W1, net.b1, net.W2[4], net.W2[9], strict=True):
        if w1 @ x + b1 > 0:
            on += 1
            pixels += (float(to_4) - float(to_9)) * w1.astype(float) * x
            bias += (float(to_4) - float(to_9)) * float(b1)
    assert 0 < on < 6  # both kinds are there
    answer = evidence(net, x, 4, 9)
    np.testing.assert_allclose(answer.pixels, pixels, atol=1e-10)
    assert answer.bias == pytest.approx(bias, abs=1e-10)
    assert not answer.pixels[x == 0].any()  # where there is no ink, nothing can be blamed on it


FOUR_NOT_NINE = np.eye(10)[[4]] - np.eye(10)[9]


def test_a_relu_network_is_that_very_map_for_drawings_nearby(digits: np.ndarray):
    """As long as the same units are on, W x + b gives the logits of other drawings, too."""
    net = net_of("relu", dtype=np.float64)
    x = digits[1].astype(float)
    W, b = input_gradient(net, x[None], FOUR_NOT_NINE)[0], evidence(net, x, 4, 9).bias
    np.testing.assert_allclose(evidence(net, x, 4, 9).pixels, W * x, atol=1e-15)
    other = x + 1e-4 * np.random.default_rng(0).standard_normal(784)
    assert np.array_equal(net.forward(x[None]).Z1 > 0, net.forward(other[None]).Z1 > 0)
    assert W @ other + b == pytest.approx(net.forward(other[None]).Z2[0] @ FOUR_NOT_NINE[0], abs=1e-12)


@pytest.mark.parametrize("activation", ["tanh", "sigmoid"])
def test_of_a_curved_network_the_map_is_only_the_first_order(activation: str, digits: np.ndarray):
    """The error of a tangent falls with the square of the distance."""
    net = net_of(activation, dtype=np.float64)
    x = digits[2].astype(float)
    W, b = input_gradient(net, x[None], FOUR_NOT_NINE)[0], evidence(net, x, 4, 9).bias
    direction = np.random.default_rng(0).standard_normal(784)
    errors = []
    for distance in (1e-2, 1e-3):
        other = x + distance * direction
        errors.append(abs(W @ other + b - net.forward(other[None]).Z2[0] @ FOUR_NOT_NINE[0]))
    assert errors[0] > 1e-8
    assert errors[1] == pytest.approx(errors[0] / 100, rel=0.2)


@pytest.mark.parametrize("activation", ["relu", "tanh", "sigmoid"])
def test_input_gradient_agrees_with_central_differences(activation: str, digits: np.ndarray):
    net = net_of(activation, dtype=np.float64)
    X = digits[:2].astype(float)
    dZ2 = np.random.default_rng(1).standard_normal((2, 10))
    gradient = input_gradient(net, X, dZ2)
    assert not np.allclose(gradient[:, ::97], 0)
    for row in (0, 1):
        for pixel in range(0, 784, 97):
            nudge = np.zeros_like(X)
            nudge[row, pixel] = 1e-5
            change = net.forward(X + nudge).Z2 - net.forward(X - nudge).Z2
            assert gradient[row, pixel] == pytest.approx((change * dZ2).sum() / 2e-5, rel=1e-5, abs=1e-7)


def test_unit_contributions_add_up_to_the_logits(digits: np.ndarray):
    net, x = net_of("relu"), digits[3]
    parts = unit_contributions(net, x)
    assert parts.shape == (24, 10)
    np.testing.assert_allclose(parts.sum(axis=0) + net.b2, net.forward(x[None]).Z2[0], atol=1e-4)
    A1 = net.forward(x[None]).A1[0]
    assert parts[5, 2] == pytest.approx(A1[5] * net.W2[2, 5])


def test_units_come_in_the_order_of_their_excitement():
    net = TwoLayerNN(input_size=2, hidden_size=4, output_size=2)
    W1 = np.array([[-1, 0], [2, 0], [0.5, 0], [2, 0]], np.float32)
    net.parameters = net.parameters._replace(W1=W1, b1=np.zeros(4, np.float32))
    assert list(units_by_excitement(net, np.array([1, 0]))) == [1, 3, 2, 0]


def test_a_picture_may_be_a_square_and_nothing_is_changed(digits: np.ndarray):
    net, x = net_of("relu"), digits[0]
    before = [array.copy() for array in net.parameters]
    flat, square = evidence(net, x, 1, 2), evidence(net, x.reshape(28, 28), 1, 2)
    np.testing.assert_array_equal(flat.pixels, square.pixels)
    assert all(np.array_equal(a, b) for a, b in zip(before, net.parameters, strict=True))
    assert net.W1.dtype == np.float32


def test_what_does_not_fit_is_refused_in_a_sentence(digits: np.ndarray):
    net = net_of("relu")
    with pytest.raises(ValueError, match="label 10"):
        evidence(net, digits[0], 10, 1)
    with pytest.raises(ValueError, match=r"\(1, 100\)"):
        evidence(net, np.zeros(100), 1, 2)
