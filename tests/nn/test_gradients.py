"""Every gradient against central differences of the loss, and wrong ones, which that check must catch."""

from collections.abc import Callable

import numpy as np
import pytest

import nn.model
from nn import TwoLayerNN
from nn.functions import ACTIVATIONS, Activation
from nn.parameters import Gradients, Parameters
from tests.toy import toy_digits, toy_net

H = 1e-5  # the error of a central difference shrinks with its square
L2 = 0.3
CASES = pytest.mark.parametrize(("l2", "dropout"), [(0, 0), (L2, 0), (0, 0.5), (L2, 0.5)])


def setting(activation: str, dropout: float) -> tuple[TwoLayerNN, np.ndarray, np.ndarray, np.ndarray | None]:
    """A small network in float64, digits, labels and, with dropout, the units that stay."""
    digits = toy_digits(train=12, dtype=np.float64)
    net = toy_net(hidden=5, activation=activation, seed=1, dtype=np.float64)
    stays = np.random.default_rng(2).random((12, 5)) >= dropout
    return net, digits.X_train, digits.Y_train, stays / (1 - dropout) if dropout else None


def loss_by_definition(
    net: TwoLayerNN, X: np.ndarray, Y: np.ndarray, keep: np.ndarray | None, l2: float
) -> float:
    """The mean of -log(probability of the right class) plus l2 / 2 times the weights' squares."""
    A2 = net.forward(X, keep).A2
    return -np.mean(np.log(A2[np.arange(len(Y)), Y])) + l2 / 2 * (np.sum(net.W1**2) + np.sum(net.W2**2))


def central_differences(net: TwoLayerNN, loss: Callable[[TwoLayerNN], float]) -> Gradients:
    """(loss(w + h) - loss(w - h)) / 2h for every single weight w."""
    gradients = []
    for k, array in enumerate(net.parameters):
        gradient = np.empty_like(array)
        for place in np.ndindex(array.shape):
            ends = []
            for change in (H, -H):
                moved = net.copy()
                arrays = [a.copy() for a in net.parameters]
                arrays[k][place] += change
                moved.parameters = Parameters(*arrays)
                ends.append(loss(moved))
            gradient[place] = (ends[0] - ends[1]) / (2 * H)
        gradients.append(gradient)
    return Gradients(*gradients)


def check_gradients(activation: str, l2: float, dropout: float) -> None:
    """Fail where `backward` is not the derivative of the loss."""
    net, X, Y, keep = setting(activation, dropout)
    wanted = central_differences(net, lambda moved: loss_by_definition(moved, X, Y, keep, l2))
    found = net.backward(X, Y, net.forward(X, keep), keep, l2)
    for name, one, other in zip(Gradients._fields, found, wanted, strict=True):
        assert np.abs(other).max() > 1e-3, f"{name} is too small to be checked"
        np.testing.assert_allclose(one, other, rtol=1e-6, atol=1e-9, err_msg=name)


def test_no_sum_lies_on_the_corner_of_relu():
    net, X, *_ = setting("relu", 0)
    Z1 = net.forward(X).Z1
    assert np.abs(Z1).min() > 10 * H and 0.1 < np.mean(Z1 > 0) < 0.9  # both sides are tried


@pytest.mark.parametrize("activation", ACTIVATIONS)
@CASES
def test_gradients(activation: str, l2: float, dropout: float):
    check_gradients(activation, l2, dropout)


def test_the_penalty_is_part_of_the_loss():
    net, X, Y, _ = setting("tanh", 0)
    assert net.loss(X, Y, L2) == pytest.approx(loss_by_definition(net, X, Y, None, L2))


@pytest.mark.parametrize(
    ("activation", "wrong"),
    [
        ("relu", lambda Z: (np.maximum(Z, 0) >= 0) * 1.0),  # taken from the activated value: 1 everywhere
        ("tanh", lambda Z: 1 - Z**2),  # taken as if the sum were the activated value
        ("sigmoid", lambda Z: Z * (1 - Z)),
    ],
)
def test_a_wrong_derivative_is_caught(monkeypatch: pytest.MonkeyPatch, activation: str, wrong: Callable):
    value = ACTIVATIONS[activation].value
    monkeypatch.setitem(nn.model.ACTIVATIONS, activation, Activation(value, wrong))
    with pytest.raises(AssertionError, match="dW1"):
        check_gradients(activation, 0, 0)


def _backward_with(change: Callable) -> Callable:
    """Make a `backward` that gets one thing wrong."""
    right = TwoLayerNN.backward

    def backward(
        self: TwoLayerNN, X: object, Y: object, forward: object, keep: object, l2: float
    ) -> Gradients:
        return change(right, self, X, Y, forward, keep, l2)

    return backward


WRONG = {
    "penalty forgotten": lambda right, net, X, Y, forward, keep, l2: right(net, X, Y, forward, keep),
    "penalty twice": lambda right, net, X, Y, forward, keep, l2: right(net, X, Y, forward, keep, 2 * l2),
    "dropout forgotten": lambda right, net, X, Y, forward, keep, l2: right(net, X, Y, forward, None, l2),
    "a sum, not a mean": lambda right, *arguments: Gradients(*(12 * G for G in right(*arguments))),
    "one in a thousand off": lambda right, *arguments: Gradients(*(1.001 * G for G in right(*arguments))),
    "a bias forgotten": lambda right, *arguments: right(*arguments)._replace(db1=np.zeros(5)),
}


@pytest.mark.parametrize("mistake", WRONG)
def test_a_wrong_gradient_is_caught(monkeypatch: pytest.MonkeyPatch, mistake: str):
    monkeypatch.setattr(TwoLayerNN, "backward", _backward_with(WRONG[mistake]))
    with pytest.raises(AssertionError, match="Not equal to tolerance"):
        check_gradients("tanh", L2, 0.5)
