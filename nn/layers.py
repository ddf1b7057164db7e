"""The four arrays of a network under their names, and how a network is copied, saved and loaded."""

from os import PathLike
from typing import IO, Self

from nn.functions import Array
from nn.parameters import Parameters
from nn.saving import load, save


class Layers:
    """
    What a network of two layers consists of; what it computes is in `nn.model`.

    Attributes
    ----------
    parameters : Parameters
        W1, b1, W2, b2. Swapped as a whole, never changed in place.
    activation : {"relu", "tanh", "sigmoid"}
        What a hidden unit does with its sum.
    """

    parameters: Parameters
    activation: str

    @classmethod
    def of(cls, parameters: Parameters, activation: str) -> Self:
        """Make a network of parameters that there are already."""
        net = object.__new__(cls)
        net.parameters, net.activation = parameters, activation
        return net

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

    def copy(self) -> Self:
        """Return a network with the same parameters, which from now on learns on its own."""
        return self.of(self.parameters, self.activation)

    def save(self, path: str | PathLike | IO[bytes]) -> None:
        """
        Write the network to a .npz file.

        Parameters
        ----------
        path : path or binary file
            Where to write. A path gets the ending .npz if it has none.
        """
        save(path, self.parameters, self.activation)

    @classmethod
    def load(cls, path: str | PathLike | IO[bytes]) -> Self:
        """
        Read a network that `save` wrote.

        Parameters
        ----------
        path : path or binary file

        Returns
        -------
        TwoLayerNN

        Raises
        ------
        ValueError
            When the file is something else, or its arrays make no network. A pickle is never opened.
        FileNotFoundError
            When there is no such file.
        """
        return cls.of(*load(path))
