"""Lists the sources of digits that can be chosen, and finds one by its key."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from urllib.parse import quote

from data.dataset import DataError, Dataset
from data.download import Progress
from data.loaders import load_csv, load_fashion_mnist, load_mnist, load_sample
from data.remotes import FASHION_MNIST, MNIST, needs_download

FOLDER = Path(__file__).parent  # CSV files put here appear in the list


@dataclass(frozen=True)
class Source:
    """One entry of the list of sources.

    Attributes
    ----------
    key : str
        Names the source in a URL and on the command line.
    label : str
        Names it for people.
    loader : callable
        Returns the Dataset; takes `dev_size` and `seed`.
    needs_download : bool
        Whether loading will use the network. `load` then reports the progress.
    """

    key: str
    label: str
    loader: Callable[..., Dataset]
    needs_download: bool = False

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
        Source("sample", "MNIST sample: 5,000", load_sample),
        Source("mnist", "MNIST: all 70,000", load_mnist, needs_download(MNIST)),
        Source("fashion-mnist", "Fashion-MNIST: clothes", load_fashion_mnist, needs_download(FASHION_MNIST)),
        *(Source(quote(file.name), file.name, partial(load_csv, file)) for file in files),
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
