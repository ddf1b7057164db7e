"""Networks in files: what may come in from outside is checked here before the page goes on with it."""

import io
import zipfile

import numpy as np

from nn import TwoLayerNN
from nn.model import MAX_HIDDEN
from nn.parameters import Parameters

MOST_MEGABYTES = 20  # of a file, packed and unpacked: 1,024 hidden units in float64 take 6.5
PIXELS, CLASSES = 784, 10


def write_network(net: TwoLayerNN) -> bytes:
    """Return the file that `TwoLayerNN.save` writes."""
    file = io.BytesIO()
    net.save(file)
    return file.getvalue()


def read_network(content: bytes) -> TwoLayerNN:
    """
    Read a network that the page can go on with.

    Parameters
    ----------
    content : bytes
        Of a .npz file.

    Returns
    -------
    TwoLayerNN
        In float32, 784 pixels to ten classes.

    Raises
    ------
    ValueError
        When it is no such file, too large, or holds something else; it says what. Nothing in it is run.
    """
    if len(content) > MOST_MEGABYTES * 10**6:
        raise ValueError(f"The file has {len(content) / 1e6:.0f} MB; a network has at most {MOST_MEGABYTES}.")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            unpacked = sum(entry.file_size for entry in archive.infolist())
    except Exception as error:  # of many kinds: the file may hold anything
        raise ValueError("This is no .npz file. Choose one that 'Save the network' has written.") from error
    if unpacked > MOST_MEGABYTES * 10**6:
        raise ValueError(
            f"Unpacked, the file would have {unpacked / 1e6:,.0f} MB; a network has at most {MOST_MEGABYTES}."
        )
    net = TwoLayerNN.load(io.BytesIO(content))
    if (net.input_size, net.output_size) != (PIXELS, CLASSES):
        raise ValueError(
            f"This network turns {net.input_size:,} numbers into {net.output_size:,} classes; "
            f"the page needs {PIXELS} pixels and {CLASSES} classes."
        )
    if net.hidden_size > MAX_HIDDEN:
        raise ValueError(
            f"This network has {net.hidden_size:,} hidden units; the page takes up to {MAX_HIDDEN:,}."
        )
    with np.errstate(over="ignore"):
        parameters = Parameters(*(array.astype(np.float32) for array in net.parameters))
    if not all(np.isfinite(array).all() for array in parameters):
        raise ValueError("Some weights in the file are larger than float32 can hold (3.4e38).")
    net.parameters = parameters
    with np.errstate(over="ignore", invalid="ignore"):
        if not np.isfinite(net.forward(np.ones((1, PIXELS), np.float32)).Z2).all():
            raise ValueError("The weights in the file are so large that its answers are no numbers any more.")
    return net
