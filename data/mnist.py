"""Where MNIST and Fashion-MNIST are, their mirrors, checksums and folders, and how their files are read."""

import gzip
import os
import zlib
from dataclasses import dataclass
from math import prod
from pathlib import Path

import numpy as np
import pooch

from data.dataset import DIGIT_NAMES, DataError

UNSIGNED_BYTE = 0x08  # the format's code for uint8, the only type that MNIST's files hold


@dataclass(frozen=True)
class RemoteFile:
    """A file's name, its size in bytes and its SHA-256."""

    name: str
    size: int
    sha256: str


@dataclass(frozen=True)
class Remote:
    """A published dataset: its name, the mirrors it can be had from, and its four files.

    The files are the labels of the test digits, those of the training digits, the test digits, the training
    digits: the smallest first, so that a mirror that does not work is found out at once.
    """

    name: str
    variable: str  # the environment variable that names a folder with the files
    mirrors: tuple[str, ...]
    files: tuple[RemoteFile, RemoteFile, RemoteFile, RemoteFile]
    class_names: tuple[str, ...] = DIGIT_NAMES


# fmt: off
MNIST = Remote(
    name="MNIST",
    variable="MNIST_DIR",
    mirrors=(
        "https://ossci-datasets.s3.amazonaws.com/mnist/",
        "https://storage.googleapis.com/cvdf-datasets/mnist/",
    ),
    files=(
        RemoteFile("t10k-labels-idx1-ubyte.gz", 4542,
                   "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6"),
        RemoteFile("train-labels-idx1-ubyte.gz", 28881,
                   "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c"),
        RemoteFile("t10k-images-idx3-ubyte.gz", 1648877,
                   "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6"),
        RemoteFile("train-images-idx3-ubyte.gz", 9912422,
                   "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609"),
    ),
)

FASHION_MNIST = Remote(
    name="Fashion-MNIST",
    variable="FASHION_MNIST_DIR",
    mirrors=(
        "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
        "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/",
    ),
    files=(
        RemoteFile("t10k-labels-idx1-ubyte.gz", 5148,
                   "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5"),
        RemoteFile("train-labels-idx1-ubyte.gz", 29515,
                   "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845"),
        RemoteFile("t10k-images-idx3-ubyte.gz", 4422102,
                   "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073"),
        RemoteFile("train-images-idx3-ubyte.gz", 26421880,
                   "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84"),
    ),
    class_names=("T-shirt/top", "Trouser", "Pullover", "Dress", "Coat",
                 "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"),
)
# fmt: on


def needs_download(remote: Remote) -> bool:
    """Tell whether files would have to come over the network, as far as their names tell."""
    if os.environ.get(remote.variable):
        return False
    return not all((cache_folder(remote) / file.name).is_file() for file in remote.files)


def cache_folder(remote: Remote) -> Path:
    """Return the folder for the downloaded files."""
    return cache_root() / remote.name.lower()


def cache_root() -> Path:
    """Return the folder for all that is kept: DIGITS_CACHE where set, else in the user's cache."""
    return Path(os.environ.get("DIGITS_CACHE") or pooch.os_cache("digits-from-scratch")).expanduser()


def local_files(remote: Remote) -> list[Path] | None:
    """Find the files in the folder that the environment variable names.

    Parameters
    ----------
    remote : Remote

    Returns
    -------
    list of 4 Path, or None
        The files in the order of `remote.files`; None where the variable is not set.

    Raises
    ------
    DataError
        Where the folder lacks a file. It may be gzipped or not, and a dot may stand before `idx`.
    """
    folder = os.environ.get(remote.variable)
    if not folder:
        return None
    return [_find(Path(folder).expanduser(), file.name, remote) for file in remote.files]


def local_paths(remote: Remote) -> list[Path]:
    """Return where the four files are, or will be once they are downloaded; DataError as `local_files`."""
    return local_files(remote) or [cache_folder(remote) / file.name for file in remote.files]


def _find(folder: Path, name: str, remote: Remote) -> Path:
    unpacked = name.removesuffix(".gz")
    for candidate in (name, unpacked, unpacked.replace("-idx", ".idx")):
        if (folder / candidate).is_file():
            return folder / candidate
    raise DataError(
        f"{remote.variable} names the folder {folder}, but there is no {name} in it, gzipped or not: put "
        f"{remote.name}'s four files there, or unset {remote.variable} to have them downloaded."
    )


def read_digits(images: Path, labels: Path) -> tuple[np.ndarray, np.ndarray]:
    """Read a file of 28x28 pictures and the file of their labels.

    Parameters
    ----------
    images, labels : Path
        IDX files, gzipped or not.

    Returns
    -------
    pixels : ndarray of shape (n, 784), uint8
    labels : ndarray of shape (n,), uint8 in 0-9

    Raises
    ------
    DataError
        Where a file is broken, or the two do not belong together.
    """
    pixels, classes = read_idx(images), read_idx(labels)
    if pixels.ndim != 3 or pixels.shape[1:] != (28, 28):
        raise DataError(f"{images} holds no 28x28 pictures: its shape is {pixels.shape}, not (n, 28, 28).")
    if classes.shape != (len(pixels),):
        raise DataError(
            f"{labels} has the shape {classes.shape}, but {images.name} holds {len(pixels)} pictures."
        )
    if classes.size and classes.max() > 9:
        raise DataError(f"{labels} holds the label {classes.max()}: labels go from 0 to 9.")
    return pixels.reshape(len(pixels), -1), classes


def read_idx(path: Path) -> np.ndarray:
    """Read one IDX file of unsigned bytes.

    Parameters
    ----------
    path : Path
        The file, gzipped or not.

    Returns
    -------
    ndarray of uint8
        Of the shape that the file states. Read-only.

    Raises
    ------
    DataError
        Where the file cannot be read, is no IDX file, or is shorter or longer than its header says.

    Notes
    -----
    The header is 0, 0, the type of the values, the number of dimensions, and each dimension as 4 bytes, the
    most significant first; the values follow.
    """
    try:
        content = path.read_bytes()
        if content.startswith(b"\x1f\x8b"):
            content = gzip.decompress(content)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise DataError(f"{path} is a broken gzip file ({error}): download or copy it again.") from error
    except OSError as error:
        raise DataError(f"{path} cannot be read ({error.strerror}).") from error
    if len(content) < 4 or content[:3] != bytes([0, 0, UNSIGNED_BYTE]):
        found = content[:4].hex(" ") or "nothing"
        raise DataError(f"{path} is no IDX file of bytes: it begins with {found}, not with 00 00 08.")
    start = 4 + 4 * content[3]
    shape = [int.from_bytes(content[i : i + 4], "big") for i in range(4, start, 4)]
    expected = start + prod(shape)
    if len(content) != expected:
        raise DataError(
            f"{path} has {len(content):,} bytes, its header announces {expected:,}: copy it again."
        )
    return np.frombuffer(content, dtype=np.uint8, offset=start).reshape(shape)
