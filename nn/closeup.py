"""What a close look at one digit begins with: the network in float64, and the digit as the row it wants."""

import numpy as np

from nn.checks import checked_digits
from nn.functions import Array
from nn.model import TwoLayerNN
from nn.parameters import Parameters


def in_double(net: TwoLayerNN) -> TwoLayerNN:
    """Return the same network in float64, where sums come out right to fifteen digits."""
    return net.of(Parameters(*(array.astype(np.float64) for array in net.parameters)), net.activation)


def one_digit(net: TwoLayerNN, x: Array) -> Array:
    """
    Return one picture as the row that a network wants.

    Parameters
    ----------
    net : TwoLayerNN
    x : (784,) or (28, 28) floats in [0, 1]

    Returns
    -------
    (1, 784) array

    Raises
    ------
    ValueError
        When it has another number of pixels.
    """
    return checked_digits(net, np.asarray(x).reshape(1, -1))
