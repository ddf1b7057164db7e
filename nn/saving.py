"""A network in a file: how it is written, and what is refused where a file is read."""

from os import PathLike
from typing import IO

import numpy as np

from nn.checks import known
from nn.functions import ACTIVATIONS
from nn.parameters import Parameters


def save(path: str | PathLike | IO[bytes], parameters: Parameters, activation: str) -> None:
    """
    Write a network to a .npz file.

    Parameters
    ----------
    path : path or binary file
        Where to write. A path gets the ending .npz if it has none.
    parameters : Parameters
    activation : str
        The name of the hidden units' function.
    """
    np.savez(path, activation=activation, **parameters._asdict())


def load(path: str | PathLike | IO[bytes]) -> tuple[Parameters, str]:
    """
    Read what `save` wrote.

    Parameters
    ----------
    path : path or binary file

    Returns
    -------
    tuple of Parameters and str
        The arrays, in float32 (or float64 where the file holds that), and the activation's name.

    Raises
    ------
    ValueError
        When the file is something else, or its arrays make no network. A pickle is never opened.
    FileNotFoundError
        When there is no such file.
    """
    try:
        with np.load(path, allow_pickle=False) as file:
            arrays = {name: file[name] for name in (*Parameters._fields, "activation")}
    except FileNotFoundError:
        raise
    except KeyError as error:
        name = str(error.args[0]).split()[0]  # NumPy says "b1 is not a file in the archive"
        raise ValueError(f"The file has no array '{name}'; write it with TwoLayerNN.save.") from error
    except Exception as error:  # of many kinds: NumPy parses whatever a broken file holds
        raise ValueError(f"This is not a saved network (.npz): {error}") from error
    activation = str(arrays.pop("activation"))[:20]  # a name; whatever else it is need not be quoted whole
    return _checked(Parameters(**arrays)), known(activation, ACTIVATIONS, "activation")


def _checked(parameters: Parameters) -> Parameters:
    for name, array in parameters._asdict().items():
        if not np.issubdtype(array.dtype, np.floating):
            raise ValueError(f"{name} in the file holds {array.dtype} values; weights are floats.")
    W1, b1, W2, b2 = parameters
    if (
        W1.ndim != 2
        or b1.shape != W1.shape[:1]
        or b2.ndim != 1
        or W2.shape != (b2.size, b1.size)
        or not W1.size
        or b2.size < 2
    ):
        shapes = ", ".join(f"{name} {array.shape}" for name, array in parameters._asdict().items())
        raise ValueError(
            f"The arrays in the file do not fit each other: {shapes}. "
            "Wanted: W1 (hidden, inputs), b1 (hidden,), W2 (classes, hidden), b2 (classes,)."
        )
    dtype = np.float64 if W1.dtype == np.float64 else np.float32
    with np.errstate(over="ignore"):  # a float64 too large for float32 becomes infinite, and is refused
        parameters = Parameters(*(array.astype(dtype) for array in parameters))
    for name, array in parameters._asdict().items():
        if not np.isfinite(array).all():
            raise ValueError(
                f"{name} in the file holds values that are not finite numbers in {np.dtype(dtype).name}."
            )
    return parameters
