"""The network as most people use it: made, trained in one call, saved and loaded."""

from os import PathLike
from typing import IO, Self

from nn.checks import checked_examples, is_whole
from nn.functions import Array
from nn.history import History
from nn.hyperparameters import Hyperparameters
from nn.model import Network
from nn.run import Digits
from nn.saving import load, save
from nn.training import Trainer


class TwoLayerNN(Network):
    """
    A neural network of two layers: inputs -> hidden units -> one probability for each class.

    Its arguments and its mathematics are those of `nn.model.Network`.
    """

    def train(
        self,
        X: Array,
        Y: Array,
        epochs: int = 500,
        learning_rate: float = 0.1,
        *,
        X_dev: Array | None = None,
        Y_dev: Array | None = None,
        **hyperparameters: object,
    ) -> History:
        """
        Train in one call; by default full batch, where an epoch is an iteration.

        Parameters
        ----------
        X : (n, inputs) floats in [0, 1]
            The training digits.
        Y : (n,) integers, 0 to 9
            Their labels.
        epochs : int, 1 or more
            Passes over X.
        learning_rate : float, above 0
            The length of a step.
        X_dev, Y_dev : optional
            Held-out digits to watch.
        **hyperparameters
            batch_size, optimizer, schedule, l2, dropout and seed, as in `nn.Hyperparameters`.

        Returns
        -------
        History
            Loss and accuracy along the way.

        Raises
        ------
        ValueError
            When the digits do not fit the network, or a hyperparameter is out of its range.
        """
        X, Y = checked_examples(self, X, Y)
        if (X_dev is None) != (Y_dev is None):
            raise ValueError("X_dev and Y_dev belong together; give both or neither.")
        if not is_whole(epochs, 1):
            raise ValueError(f"epochs is {epochs!r}; choose a whole number, 1 or more.")
        settings = Hyperparameters(learning_rate=learning_rate, iterations=1, **hyperparameters)
        iterations = epochs * settings.batches_per_epoch(len(X))
        return Trainer(self, Digits(X, Y, X_dev, Y_dev), settings.replace(iterations=iterations)).train()

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
