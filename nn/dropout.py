"""Dropout: at each update some hidden units are left out, so that none can rely on another."""

import numpy as np

from nn.functions import Array


def units_that_stay(
    rng: np.random.Generator, digits: int, hidden_size: int, dropout: float, dtype: np.dtype
) -> Array | None:
    """
    Draw which hidden units stay, scaled so that their expected sum does (Srivastava et al., 2014).

    Parameters
    ----------
    rng : Generator
    digits, hidden_size : int, 1 or more
    dropout : float, 0 to below 1
        Share of the units left out, drawn anew for each digit.
    dtype : float32 or float64

    Returns
    -------
    (digits, hidden_size) array of that dtype, or None where all stay
        0 where a unit is left out, 1 / (1 - dropout) where it stays: what `TwoLayerNN.forward` takes as keep.
    """
    if not dropout:
        return None
    stays = rng.random((digits, hidden_size)) >= dropout
    return stays.astype(dtype) / dtype.type(1 - dropout)
