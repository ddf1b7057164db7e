"""
How a gradient becomes a step: gradient descent and three descendants, a few lines each.

`step(parameters, gradients, learning_rate)` takes arrays and their derivatives in the same shapes and returns
new arrays. It leaves the old ones alone, so that whoever holds them keeps a valid network.
"""

import numpy as np

Arrays = tuple[np.ndarray, ...]


class GradientDescent:
    """W <- W - learning_rate dW."""

    def step(self, parameters: Arrays, gradients: Arrays, learning_rate: float) -> Arrays:
        """Walk straight down the slope."""
        return tuple(W - learning_rate * dW for W, dW in zip(parameters, gradients, strict=True))


class Momentum:
    """
    A ball that rolls: V <- beta V + dW; W <- W - learning_rate V.

    Polyak (1964), in the form of Sutskever et al. (2013) with the learning rate outside the velocity, so
    that moving the slider acts at once.
    """

    def __init__(self, beta: float = 0.9) -> None:
        self.beta = beta
        self.velocity: Arrays = ()

    def step(self, parameters: Arrays, gradients: Arrays, learning_rate: float) -> Arrays:
        """Add the slope to the velocity, then move with it."""
        self.velocity = self.velocity or _zeros(parameters)
        for V, dW in zip(self.velocity, gradients, strict=True):
            V *= self.beta
            V += dW
        return tuple(W - learning_rate * V for W, V in zip(parameters, self.velocity, strict=True))


class RMSprop:
    """
    Each weight its own pace: S <- rho S + (1 - rho) dW^2; W <- W - learning_rate dW / (sqrt(S) + epsilon).

    Tieleman and Hinton, Coursera lecture 6.5 (2012), with rho = 0.9 as there.
    """

    def __init__(self, rho: float = 0.9, epsilon: float = 1e-8) -> None:
        self.rho, self.epsilon = rho, epsilon
        self.squares: Arrays = ()

    def step(self, parameters: Arrays, gradients: Arrays, learning_rate: float) -> Arrays:
        """Divide each slope by its usual size, then move."""
        self.squares = self.squares or _zeros(parameters)
        for S, dW in zip(self.squares, gradients, strict=True):
            S *= self.rho
            S += (1 - self.rho) * dW**2
        return tuple(
            W - learning_rate * dW / (np.sqrt(S) + self.epsilon)
            for W, dW, S in zip(parameters, gradients, self.squares, strict=True)
        )


class Adam:
    """
    Momentum and RMSprop together, both corrected for having started at zero.

    M <- beta1 M + (1 - beta1) dW;  S <- beta2 S + (1 - beta2) dW^2;
    W <- W - learning_rate (M / (1 - beta1^t)) / (sqrt(S / (1 - beta2^t)) + epsilon).
    Kingma and Ba (2015), algorithm 1, with their constants.
    """

    def __init__(self, beta1: float = 0.9, beta2: float = 0.999, epsilon: float = 1e-8) -> None:
        self.beta1, self.beta2, self.epsilon = beta1, beta2, epsilon
        self.t = 0
        self.means: Arrays = ()
        self.squares: Arrays = ()

    def step(self, parameters: Arrays, gradients: Arrays, learning_rate: float) -> Arrays:
        """Update both averages, undo their bias towards zero, then move."""
        self.means = self.means or _zeros(parameters)
        self.squares = self.squares or _zeros(parameters)
        self.t += 1
        for M, S, dW in zip(self.means, self.squares, gradients, strict=True):
            M *= self.beta1
            M += (1 - self.beta1) * dW
            S *= self.beta2
            S += (1 - self.beta2) * dW**2
        mean_share = 1 - self.beta1**self.t  # how much of its final weight each average has by now
        square_share = 1 - self.beta2**self.t
        return tuple(
            W - learning_rate / mean_share * M / (np.sqrt(S / square_share) + self.epsilon)
            for W, M, S in zip(parameters, self.means, self.squares, strict=True)
        )


OPTIMIZERS: dict[str, type] = {
    "gradient_descent": GradientDescent,
    "momentum": Momentum,
    "rmsprop": RMSprop,
    "adam": Adam,
}


def _zeros(arrays: Arrays) -> Arrays:
    return tuple(np.zeros_like(array) for array in arrays)
