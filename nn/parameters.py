"""What a network learns: its four arrays, and how they start."""

from typing import NamedTuple

import numpy as np

from nn.checks import is_whole, known
from nn.functions import Array


class Parameters(NamedTuple):
    """Weights and biases. Never changed in place: training puts a new tuple in the old one's stead."""

    W1: Array  # (hidden, 784): a row is the 28x28 template of one hidden unit
    b1: Array  # (hidden,)
    W2: Array  # (10, hidden)
    b2: Array  # (10,)


class Gradients(NamedTuple):
    """The derivative of the loss by each parameter, in the parameters' shapes."""

    dW1: Array
    db1: Array
    dW2: Array
    db2: Array


def uniform(rng: np.random.Generator, units: int, inputs: int) -> tuple[Array, Array]:
    """Draw weights and biases in [-0.5, 0.5), as in the well-known notebooks."""
    return rng.random((units, inputs)) - 0.5, rng.random(units) - 0.5


def he(rng: np.random.Generator, units: int, inputs: int) -> tuple[Array, Array]:
    """Draw normal weights of variance 2 / inputs (He et al., Delving Deep into Rectifiers, 2015, eq. 10)."""
    return rng.standard_normal((units, inputs)) * np.sqrt(2 / inputs), np.zeros(units)


def xavier(rng: np.random.Generator, units: int, inputs: int) -> tuple[Array, Array]:
    """Draw weights, uniform within sqrt(6 / (inputs + units)) of 0 (Glorot and Bengio, 2010, eq. 16)."""
    limit = np.sqrt(6 / (inputs + units))
    return rng.uniform(-limit, limit, (units, inputs)), np.zeros(units)


INITS = {"uniform": uniform, "he": he, "xavier": xavier}


def new_parameters(
    input_size: int, hidden_size: int, output_size: int, init: str, seed: int, dtype: type
) -> Parameters:
    """
    Draw the parameters of an untrained network.

    Parameters
    ----------
    input_size, hidden_size : int, 1 or more
    output_size : int, 2 or more
    init : {"uniform", "he", "xavier"}
    seed : int, 0 or more
    dtype : float32 or float64

    Returns
    -------
    W1, b1, W2, b2 : arrays of that dtype

    Raises
    ------
    ValueError
        When an argument is not one of the above.
    """
    if not is_whole(input_size, 1) or not is_whole(output_size, 2):
        raise ValueError(
            f"input_size is {input_size!r} and output_size {output_size!r}; "
            "a network needs at least 1 input and 2 classes."
        )
    if not is_whole(seed, 0):
        raise ValueError(f"seed is {seed!r}; choose a whole number, 0 or more.")
    if np.dtype(dtype) not in (np.float32, np.float64):
        raise ValueError(f"dtype is {dtype}; choose numpy.float32 or numpy.float64.")
    draw = INITS[known(init, INITS, "init")]
    rng = np.random.default_rng(seed)
    W1, b1 = draw(rng, hidden_size, input_size)
    W2, b2 = draw(rng, output_size, hidden_size)
    return Parameters(*(array.astype(dtype) for array in (W1, b1, W2, b2)))
