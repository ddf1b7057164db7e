"""Why this digit and not that one: how much each pixel and each hidden unit contributed to the answer."""

from typing import NamedTuple

import numpy as np

from nn.checks import checked_labels, one_digit
from nn.functions import ACTIVATIONS, Array
from nn.model import Network


class Evidence(NamedTuple):
    """What speaks for one digit rather than another: pixels.sum() + bias = total."""

    pixels: Array  # (784,) float64, each pixel's share: above 0 for the one digit, below 0 for the other
    bias: float  # what comes from no pixel
    total: float  # the difference between the two logits, as the network computes them
    exact: bool  # true of ReLU; with tanh and sigmoid the shares follow the slope at this drawing


def evidence(net: Network, x: Array, this: int, rather_than: int) -> Evidence:
    """
    Measure how much each pixel of a drawing speaks for one digit rather than another.

    In a ReLU network only the units that a drawing switches on take part, and for them the two layers are
    one: Z2 = W x + b with W = W2 diag(Z1 > 0) W1 and b = W2 diag(Z1 > 0) b1 + b2, exactly (Montúfar et al.,
    On the Number of Linear Regions of Deep Neural Networks, 2014). Tanh and sigmoid are replaced by their
    tangents at Z1. A pixel's share is its ink times the difference between two rows of W.

    Parameters
    ----------
    net : Network
    x : (784,) or (28, 28) floats in [0, 1]
    this, rather_than : int, 0 to 9

    Returns
    -------
    Evidence
        Exact for a ReLU network, of first order for the others.

    Raises
    ------
    ValueError
        When x does not fit the network, or there is no such digit.
    """
    checked_labels(np.array([this, rather_than]), 2, net.output_size)
    twin = net.in_double()
    X = one_digit(twin, x).astype(np.float64)
    Z1, A1, Z2, _ = twin.forward(X)
    classes = np.eye(net.output_size)
    difference = classes[[this]] - classes[rather_than]  #        (1, 10)
    slope = ACTIVATIONS[net.activation].derivative(Z1)  # ReLU: 1 where a unit is on, else 0, so A1 = slope Z1
    b = (slope * twin.b1 + A1 - slope * Z1) @ twin.W2.T + twin.b2
    return Evidence(
        pixels=(input_gradient(twin, X, difference) * X)[0],
        bias=float((difference * b).sum()),
        total=float((difference * Z2).sum()),
        exact=net.activation == "relu",
    )


def input_gradient(net: Network, X: Array, dZ2: Array) -> Array:
    """
    Propagate a gradient from the logits back to the pixels, one step further than `backward` goes.

    Parameters
    ----------
    net : Network
    X : (n, 784) floats in [0, 1]
    dZ2 : (n, 10) floats
        How something depends on each logit.

    Returns
    -------
    (n, 784) floats
        How it depends on each pixel.
    """
    dA1 = dZ2 @ net.W2  #                                         (n, hidden)
    dZ1 = dA1 * ACTIVATIONS[net.activation].derivative(net.forward(X).Z1)
    return dZ1 @ net.W1  #                                        (n, 784)


def unit_contributions(net: Network, x: Array) -> Array:
    """
    Split the logits by hidden unit: each contributes A1 times its ten outgoing weights.

    Parameters
    ----------
    net : Network
    x : (784,) or (28, 28) floats in [0, 1]

    Returns
    -------
    (hidden, 10) floats
        Their sum over the units, plus b2, is the logits.

    Raises
    ------
    ValueError
        When x does not fit the network.
    """
    A1 = net.forward(one_digit(net, x)).A1  #                     (1, hidden)
    return A1.T * net.W2.T


def units_by_excitement(net: Network, x: Array) -> Array:
    """
    Order the hidden units by how strongly a drawing excites them.

    By Z1: the order is that of A1, and even units that ReLU has switched off have one.

    Parameters
    ----------
    net : Network
    x : (784,) or (28, 28) floats in [0, 1]

    Returns
    -------
    (hidden,) integers
        The most excited unit first.

    Raises
    ------
    ValueError
        When x does not fit the network.
    """
    return np.argsort(-net.forward(one_digit(net, x)).Z1[0], kind="stable")
