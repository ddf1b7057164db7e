"""The whole network: pixels -> hidden layer -> ten probabilities, forward and backward written out."""

from typing import NamedTuple, Self

import numpy as np

from nn.checks import checked_digits, checked_examples, is_whole, known
from nn.functions import (
    ACTIVATIONS,
    Array,
    cross_entropy,
    cross_entropy_derivative,
    linear,
    linear_derivative,
    slices,
    softmax,
    sum_over_digits,
)
from nn.parameters import Gradients, Parameters, new_parameters

MAX_HIDDEN = 1024


class Forward(NamedTuple):
    """Everything computed on the way from pixels to probabilities."""

    Z1: Array  # (n, hidden)
    A1: Array  # (n, hidden)
    Z2: Array  # (n, 10), the logits
    A2: Array  # (n, 10), the probabilities


class Network:
    """
    The mathematics of a network of two layers: inputs -> hidden units -> one probability for each class.

    Its `parameters`, W1, b1, W2 and b2, are swapped as a whole, never changed in place.

    Parameters
    ----------
    input_size : int, 1 or more
        Numbers in one example; 784 = 28 x 28 pixels.
    hidden_size : int, 1 to 1024
        Hidden units.
    output_size : int, 2 or more
        Classes.
    activation : {"relu", "tanh", "sigmoid"}
        What a hidden unit does with its sum.
    init : {"uniform", "he", "xavier"}
        How the weights start: the classic uniform in [-0.5, 0.5), or scaled to the layer's width.
    seed : int, 0 or more
        Same seed, same start.
    dtype : float32 or float64
        float32 is twice as fast; float64 is for checking gradients.

    Raises
    ------
    ValueError
        When an argument is not one of the above.
    """

    def __init__(
        self,
        input_size: int = 784,
        hidden_size: int = 10,
        output_size: int = 10,
        activation: str = "relu",
        init: str = "uniform",
        seed: int = 0,
        dtype: type = np.float32,
    ) -> None:
        if not is_whole(hidden_size, 1) or hidden_size > MAX_HIDDEN:
            raise ValueError(f"hidden_size is {hidden_size!r}; choose 1 to {MAX_HIDDEN} hidden units.")
        self.activation = known(activation, ACTIVATIONS, "activation")
        self.parameters = new_parameters(input_size, hidden_size, output_size, init, seed, dtype)

    @classmethod
    def of(cls, parameters: Parameters, activation: str) -> Self:
        """Make a network of parameters that there are already."""
        net = object.__new__(cls)
        net.parameters, net.activation = parameters, activation
        return net

    def copy(self) -> Self:
        """Return a network with the same parameters, which from now on learns on its own."""
        return self.of(self.parameters, self.activation)

    def in_double(self) -> Self:
        """Return the same network in float64, where sums come out right to fifteen digits."""
        return self.of(Parameters(*(array.astype(np.float64) for array in self.parameters)), self.activation)

    @property
    def W1(self) -> Array:
        """(hidden, inputs): weights from pixels to hidden units."""
        return self.parameters.W1

    @property
    def b1(self) -> Array:
        """(hidden,): biases of the hidden units."""
        return self.parameters.b1

    @property
    def W2(self) -> Array:
        """(10, hidden): weights from hidden units to classes."""
        return self.parameters.W2

    @property
    def b2(self) -> Array:
        """(10,): biases of the classes."""
        return self.parameters.b2

    @property
    def input_size(self) -> int:
        """Numbers in one example."""
        return self.W1.shape[1]

    @property
    def hidden_size(self) -> int:
        """Hidden units."""
        return self.W1.shape[0]

    @property
    def output_size(self) -> int:
        """Classes."""
        return self.W2.shape[0]

    def forward(self, X: Array, keep: Array | None = None) -> Forward:
        """
        Compute the probabilities, and keep every step on the way.

        Parameters
        ----------
        X : (n, inputs) floats in [0, 1], a row a digit
        keep : (n, hidden) floats, optional
            Dropout: 0 where a hidden unit is left out, 1 / (1 - dropout) where it stays.

        Returns
        -------
        Forward
            Z1, A1, Z2, A2.
        """
        W1, b1, W2, b2 = self.parameters
        Z1 = linear(X, W1, b1)  # X W1^T + b1                     (n, hidden)
        A1 = ACTIVATIONS[self.activation].value(Z1)  #            (n, hidden)
        if keep is not None:
            A1 = A1 * keep  #                                     (n, hidden)
        Z2 = linear(A1, W2, b2)  # A1 W2^T + b2                   (n, 10)
        A2 = softmax(Z2)  #                                       (n, 10)
        return Forward(Z1, A1, Z2, A2)

    def backward(
        self, X: Array, Y: Array, forward: Forward, keep: Array | None = None, l2: float = 0.0
    ) -> Gradients:
        """
        Follow the loss back to every weight: the chain rule, from the last equation to the first.

        Parameters
        ----------
        X : (n, inputs) floats in [0, 1], the digits
        Y : (n,) integers, 0 to 9, their labels
        forward : Forward, what `forward(X, keep)` returned
        keep : (n, hidden) floats, optional, the same dropout as on the way forward
        l2 : float, 0 or more
            Weight decay: the loss has l2 / 2 (sum W1^2 + sum W2^2) added to it.

        Returns
        -------
        Gradients
            dW1, db1, dW2, db2 of the mean cross-entropy plus that penalty.
        """
        W1, _, W2, _ = self.parameters
        Z1, A1, _, A2 = forward
        dZ2 = cross_entropy_derivative(A2, Y)  # (A2 - Y) / n     (n, 10)
        dW2 = dZ2.T @ A1  #                                       (10, hidden)
        db2 = sum_over_digits(dZ2)  #                             (10,)
        dA1 = dZ2 @ W2  #                                         (n, hidden)
        if keep is not None:
            dA1 = dA1 * keep  #                                   (n, hidden)
        dZ1 = dA1 * ACTIVATIONS[self.activation].derivative(Z1)  # (n, hidden)
        dW1 = linear_derivative(dZ1, X)  # dZ1^T X                (hidden, inputs)
        db1 = sum_over_digits(dZ1)  #                             (hidden,)
        if l2:
            dW1, dW2 = dW1 + l2 * W1, dW2 + l2 * W2
        return Gradients(dW1, db1, dW2, db2)

    def loss_and_gradients(
        self, X: Array, Y: Array, keep: Array | None = None, l2: float = 0.0
    ) -> tuple[float, Gradients]:
        """Compute the mean cross-entropy, without penalty, and what `backward` returns, in one go."""
        forward = self.forward(X, keep)
        return cross_entropy(forward.Z2, Y), self.backward(X, Y, forward, keep, l2)

    def loss(self, X: Array, Y: Array, l2: float = 0.0) -> float:
        """
        Mean cross-entropy in nats, plus the penalty on large weights.

        Parameters
        ----------
        X : (n, inputs) floats in [0, 1]
        Y : (n,) integers, 0 to 9
        l2 : float, 0 or more, as in `backward`

        Returns
        -------
        float
            0 or more; log 10 = 2.303 is guessing.

        Raises
        ------
        ValueError
            When X or Y do not fit the network.
        """
        X, Y = checked_examples(self, X, Y)
        penalty = 0.5 * l2 * float((self.W1**2).sum() + (self.W2**2).sum())
        total = sum(cross_entropy(self.forward(X[s]).Z2, Y[s]) * len(Y[s]) for s in slices(len(X)))
        return total / len(X) + penalty

    def predict_proba(self, X: Array) -> Array:
        """
        Compute how sure the network is of each class.

        Parameters
        ----------
        X : (n, inputs) floats in [0, 1]

        Returns
        -------
        (n, 10) floats
            Every row adds up to 1.

        Raises
        ------
        ValueError
            When X does not fit the network.
        """
        X = checked_digits(self, X)
        A2 = [self.forward(X[s]).A2 for s in slices(len(X))]
        return np.concatenate(A2) if A2 else np.empty((0, self.output_size), self.W1.dtype)

    def predict(self, X: Array) -> Array:
        """
        Name the most probable class of each row of X.

        Parameters
        ----------
        X : (n, inputs) floats in [0, 1]

        Returns
        -------
        (n,) integers, 0 to 9

        Raises
        ------
        ValueError
            When X does not fit the network.
        """
        return self.predict_proba(X).argmax(axis=1)

    def evaluate(self, X: Array, Y: Array) -> float:
        """
        Compute the accuracy: which share of the rows is classified right.

        Parameters
        ----------
        X : (n, inputs) floats in [0, 1]
        Y : (n,) integers, 0 to 9

        Returns
        -------
        float
            In [0, 1].

        Raises
        ------
        ValueError
            When X or Y do not fit the network or each other.
        """
        X, Y = checked_examples(self, X, Y)
        return float(np.mean(self.predict(X) == Y))
