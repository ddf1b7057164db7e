"""One digit, one weight: a training step with all its numbers, and the nudge that proves a gradient."""

from typing import NamedTuple

import numpy as np

from nn.checks import checked_examples, one_digit
from nn.functions import Array
from nn.model import Network
from nn.optimizers import GradientDescent
from nn.parameters import Parameters


class Step(NamedTuple):
    """Everything that is computed as the network learns from one digit, in order."""

    Z1: Array  # (hidden,)
    A1: Array  # (hidden,)
    Z2: Array  # (10,), the logits
    A2: Array  # (10,), the probabilities
    loss: float
    dZ2: Array  # (10,)
    dW2: Array  # (10, hidden)
    db2: Array  # (10,), for one digit the same as dZ2
    dZ1: Array  # (hidden,)
    dW1: Array  # (hidden, 784)
    db1: Array  # (hidden,), for one digit the same as dZ1
    updated: Parameters  # W1, b1, W2, b2 after the update
    loss_after: float  # of the same digit


class Nudge(NamedTuple):
    """One weight, moved a little up and down, to see whether the loss does what the gradient says."""

    value: float
    gradient: float  # as `backward` computes it
    loss: float
    loss_up: float  # with the weight at value + epsilon
    loss_down: float  # with the weight at value - epsilon
    numerical: float  # (loss_up - loss_down) / (2 epsilon)
    crosses_kink: bool  # a unit switches on or off in between: the two may differ, and neither is wrong
    value_after: float  # after an update of all weights
    loss_after: float  # after the same update


def one_step(net: Network, x: Array, y: int, learning_rate: float = 0.1) -> Step:
    """
    Learn from one digit by gradient descent, in a copy of the network, and keep every number.

    Computed in float64, so that the numbers can be checked by hand.

    Parameters
    ----------
    net : Network
    x : (784,) or (28, 28) floats in [0, 1]
    y : int, 0 to 9
        The digit's label.
    learning_rate : float, above 0

    Returns
    -------
    Step

    Raises
    ------
    ValueError
        When x or y do not fit the network.
    """
    twin = net.in_double()
    X, Y = _one_example(twin, x, y)
    forward = twin.forward(X)
    gradients = twin.backward(X, Y, forward)
    loss = twin.loss(X, Y)
    twin.parameters = Parameters(*GradientDescent().step(twin.parameters, gradients, learning_rate))
    dW1, db1, dW2, db2 = gradients
    Z1, A1, Z2, A2 = (array[0] for array in forward)
    backward = {"dZ2": db2, "dW2": dW2, "db2": db2, "dZ1": db1, "dW1": dW1, "db1": db1}
    return Step(Z1, A1, Z2, A2, loss, **backward, updated=twin.parameters, loss_after=twin.loss(X, Y))


def nudge_test(
    net: Network,
    x: Array,
    y: int,
    name: str,
    index: int | tuple[int, ...],
    epsilon: float = 1e-4,
    learning_rate: float = 0.1,
) -> Nudge:
    """
    Compare one weight's gradient with what it means: how the loss changes when the weight does.

    Computed in float64; in float32 the change in the loss would drown in rounding errors.

    Parameters
    ----------
    net : Network
    x : (784,) or (28, 28) floats in [0, 1]
    y : int, 0 to 9
        The digit's label.
    name : {"W1", "b1", "W2", "b2"}
        The array that holds the weight.
    index : int or tuple of int
        Where it is: (unit, pixel) in W1, (digit, unit) in W2, a number in b1 and b2.
    epsilon : float, above 0
        How far to nudge.
    learning_rate : float, above 0
        Of the update after the test.

    Returns
    -------
    Nudge

    Raises
    ------
    ValueError
        When x or y do not fit the network, or there is no such weight.
    """
    twin, step = net.in_double(), one_step(net, x, y, learning_rate)
    X, Y = _one_example(twin, x, y)
    start = twin.parameters
    place = _checked_place(start, name, index)
    losses, switched_on = [], []
    for change in (epsilon, -epsilon):
        nudged = getattr(start, name).copy()
        nudged[place] += change
        twin.parameters = start._replace(**{name: nudged})
        losses.append(twin.loss(X, Y))
        switched_on.append(twin.forward(X).Z1 > 0)
    up, down = losses
    return Nudge(
        value=float(getattr(start, name)[place]),
        gradient=float(getattr(step, "d" + name)[place]),
        loss=step.loss,
        loss_up=up,
        loss_down=down,
        numerical=(up - down) / (2 * epsilon),
        crosses_kink=net.activation == "relu" and not np.array_equal(*switched_on),
        value_after=float(getattr(step.updated, name)[place]),
        loss_after=step.loss_after,
    )


def steepest(gradient: Array) -> tuple[int, ...]:
    """
    Find the weight whose nudge changes the loss most.

    Parameters
    ----------
    gradient : array of floats
        Such as dW1, most of which is 0: where the pixel is black or the unit off.

    Returns
    -------
    tuple of int
        Its index.
    """
    place = np.unravel_index(np.abs(gradient).argmax(), gradient.shape)
    return tuple(int(k) for k in place)


def _one_example(net: Network, x: Array, y: int) -> tuple[Array, Array]:
    return checked_examples(net, one_digit(net, x), np.array([y]))


def _checked_place(parameters: Parameters, name: str, index: int | tuple[int, ...]) -> tuple[int, ...]:
    """Return the index as a tuple, if that array has a weight there."""
    if name not in Parameters._fields:
        raise ValueError(f"There is no {name!r}; choose one of {', '.join(Parameters._fields)}.")
    shape = getattr(parameters, name).shape
    place = index if isinstance(index, tuple) else (index,)
    if len(place) != len(shape) or not all(0 <= k < size for k, size in zip(place, shape, strict=True)):
        raise ValueError(f"{name} has no weight {index}; its shape is {shape}, counted from 0.")
    return place
