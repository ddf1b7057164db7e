"""Training in one call, for whoever wants the trained network and its history, and nothing on the way."""

from nn.checks import checked_examples, is_whole
from nn.digits import Digits
from nn.functions import Array
from nn.history import History
from nn.hyperparameters import Hyperparameters
from nn.model import TwoLayerNN
from nn.training import Trainer


def train(
    net: TwoLayerNN,
    X: Array,
    Y: Array,
    epochs: int,
    learning_rate: float,
    *,
    X_dev: Array | None = None,
    Y_dev: Array | None = None,
    **hyperparameters: object,
) -> History:
    """
    Train a network; by default full batch, where an epoch is an iteration.

    Parameters
    ----------
    net : TwoLayerNN
        Is changed.
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
    X, Y = checked_examples(net, X, Y)
    if (X_dev is None) != (Y_dev is None):
        raise ValueError("X_dev and Y_dev belong together; give both or neither.")
    if not is_whole(epochs, 1):
        raise ValueError(f"epochs is {epochs!r}; choose a whole number, 1 or more.")
    settings = Hyperparameters(learning_rate=learning_rate, iterations=1, **hyperparameters)
    iterations = epochs * settings.batches_per_epoch(len(X))
    return Trainer(net, Digits(X, Y, X_dev, Y_dev), settings.replace(iterations=iterations)).train()
