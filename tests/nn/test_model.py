"""The network: one digit worked by hand, what it answers, and a copy that learns on its own."""

import numpy as np
import pytest

from nn import TwoLayerNN
from nn.functions import SLICE
from nn.parameters import Parameters
from tests.toy import same_parameters, toy_digits, toy_net, toy_trainer

# A network of 2 inputs, 2 hidden units and 2 classes. For the digit x = (1, 0.5) of class 0:
#   Z1 = (1*1 - 1*0.5 + 0, 0.5*1 + 0.5*0.5 - 0.5) = (0.5, 0.25), and relu leaves it as it is
#   Z2 = (2*0.5, 4*0.25) = (1, 1), so A2 = (1/2, 1/2) and the loss is log 2
HAND = Parameters(
    W1=np.array([[1, -1], [0.5, 0.5]]),
    b1=np.array([0, -0.5]),
    W2=np.array([[2.0, 0], [0, 4]]),
    b2=np.array([0.0, 0]),
)
X_HAND, Y_HAND = np.array([[1, 0.5]]), np.array([0])


def hand_net() -> TwoLayerNN:
    net = TwoLayerNN(2, 2, 2, dtype=np.float64)
    net.parameters = HAND
    return net


def test_forward_worked_by_hand():
    Z1, A1, Z2, A2 = hand_net().forward(X_HAND)
    np.testing.assert_allclose(Z1, [[0.5, 0.25]])
    np.testing.assert_allclose(A1, [[0.5, 0.25]])
    np.testing.assert_allclose(Z2, [[1, 1]])
    np.testing.assert_allclose(A2, [[0.5, 0.5]])
    assert hand_net().loss(X_HAND, Y_HAND) == pytest.approx(np.log(2))


def test_backward_worked_by_hand():
    # dZ2 = A2 - (1, 0) = (-1/2, 1/2);  dW2 = dZ2 A1^T;  dA1 = W2^T dZ2 = (-1, 2) = dZ1;  dW1 = dZ1 x^T
    net = hand_net()
    dW1, db1, dW2, db2 = net.backward(X_HAND, Y_HAND, net.forward(X_HAND))
    np.testing.assert_allclose(dW2, [[-0.25, -0.125], [0.25, 0.125]])
    np.testing.assert_allclose(db2, [-0.5, 0.5])
    np.testing.assert_allclose(dW1, [[-1, -0.5], [2, 1]])
    np.testing.assert_allclose(db1, [-1, 2])


def test_two_digits_worked_by_hand():
    # A second digit, (0, 1) of class 1: Z1 = (-1, 0), so no unit lets anything through and A2 = (1/2, 1/2);
    # dZ2 = (1/2, -1/2). With two digits each counts half: db2 cancels, the rest is half of the first's.
    net = hand_net()
    X, Y = np.array([[1, 0.5], [0, 1]]), np.array([0, 1])
    dW1, db1, dW2, db2 = net.backward(X, Y, net.forward(X))
    np.testing.assert_allclose(dW2, [[-0.125, -0.0625], [0.125, 0.0625]])
    np.testing.assert_allclose(db2, [0, 0])
    np.testing.assert_allclose(dW1, [[-0.5, -0.25], [1, 0.5]])
    np.testing.assert_allclose(db1, [-0.5, 1])


def test_one_step_of_gradient_descent_worked_by_hand():
    net = hand_net()
    net.train(X_HAND, Y_HAND, epochs=1, learning_rate=0.1)  # W - 0.1 dW
    np.testing.assert_allclose(net.W1, [[1.1, -0.95], [0.3, 0.4]])
    np.testing.assert_allclose(net.b1, [0.1, -0.7])
    np.testing.assert_allclose(net.W2, [[2.025, 0.0125], [-0.025, 3.9875]])
    np.testing.assert_allclose(net.b2, [0.05, -0.05])


def test_dropout_and_l2_worked_by_hand():
    # Unit 2 left out and unit 1 doubled: A1 = (1, 0), Z2 = (2, 0), A2 = (s, 1 - s), s = 1 / (1 + e^-2).
    # dZ2 = (s - 1, 1 - s);  dA1 = (2(s - 1), 4(1 - s)) * (2, 0) = (4(s - 1), 0). L2 of 0.5 adds W / 2.
    net, keep, s = hand_net(), np.array([[2.0, 0]]), 1 / (1 + np.exp(-2))
    forward = net.forward(X_HAND, keep)
    dW1, db1, dW2, db2 = net.backward(X_HAND, Y_HAND, forward, keep, l2=0.5)
    np.testing.assert_allclose(forward.A2, [[s, 1 - s]])
    np.testing.assert_allclose(dW2, [[s - 1 + 1, 0], [1 - s, 2]])
    np.testing.assert_allclose(db2, [s - 1, 1 - s])
    np.testing.assert_allclose(dW1, [[4 * (s - 1) + 0.5, 2 * (s - 1) - 0.5], [0.25, 0.25]])
    np.testing.assert_allclose(db1, [4 * (s - 1), 0])
    # the squares of W1 add up to 2.5, those of W2 to 20: the penalty is 0.5 / 2 * 22.5
    assert net.loss(X_HAND, Y_HAND, l2=0.5) == pytest.approx(np.log(2) + 5.625)


def test_answers_worked_by_hand():
    net = hand_net()
    net.parameters = HAND._replace(b2=np.array([0, np.log(3)]))  # Z2 = (1, 1 + log 3): odds of 1 to 3
    np.testing.assert_allclose(net.predict_proba(X_HAND), [[0.25, 0.75]])
    np.testing.assert_array_equal(net.predict(X_HAND), [1])


def test_accuracy_is_the_share_of_right_answers():
    X, Y = toy_digits()[:2]
    net = toy_net()
    right = sum(int(net.predict(X[i : i + 1])[0]) == Y[i] for i in range(len(Y)))
    assert 0 < right < len(Y)
    assert net.evaluate(X, Y) == right / len(Y)


def test_many_rows_are_answered_like_few():
    rng = np.random.default_rng(0)
    X, Y = rng.random((2 * SLICE + 100, 784)), rng.integers(10, size=2 * SLICE + 100)
    net = TwoLayerNN(dtype=np.float64)
    np.testing.assert_allclose(net.predict_proba(X), net.forward(X).A2, rtol=1e-10)
    one_by_one = -np.log(net.forward(X).A2[np.arange(len(Y)), Y])
    assert net.loss(X, Y) == pytest.approx(one_by_one.mean())


def test_no_rows_give_no_answers():
    net = TwoLayerNN()
    assert net.predict_proba(np.empty((0, 784))).shape == (0, 10)
    assert net.predict(np.empty((0, 784))).shape == (0,)


def test_a_copy_learns_on_its_own():
    net = toy_net()
    twin = net.copy()
    assert same_parameters(net, twin)
    twin.train(*toy_digits()[:2], epochs=1)
    assert same_parameters(net, toy_net()) and not same_parameters(net, twin)


def test_an_update_leaves_the_old_arrays_alone():
    trainer = toy_trainer()
    held = trainer.net.parameters
    before = [array.copy() for array in held]
    trainer.step()
    assert trainer.net.parameters is not held
    assert all(np.array_equal(a, b) for a, b in zip(held, before, strict=True))
