"""The datasets of this computer: memory-mapped, so that all its processes and visitors share one MNIST."""

import atexit
import hashlib
import os
import platform
import shutil
import threading
from collections import defaultdict, deque
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import BinaryIO
from weakref import WeakValueDictionary

import psutil

from data import DataError, Dataset, find_source, load_csv
from data.download import Progress
from data.mnist import cache_root
from data.prepared import digest, in_memory, open_arrays, remove, write_arrays

MOST_DIGITS = 70_000  # of a visitor's own file, as many as MNIST has: they take 220 MB
MOST_UPLOADS = 16  # different files in use at once
MOST_PREPARED = 8  # datasets in the cache; of more, the one that nobody has opened for longest goes
MOST_SENT = 4  # datasets from another computer that are kept though no run uses them
VERSION = 1  # of the prepared arrays: increased where the split or the normalisation changes
SAMPLE, UPLOAD = "sample", "upload"


class Datasets:
    """Opens each dataset when it is first asked for, and lets go of it when nobody uses it; the sample stays.

    The first process that needs a dataset writes its arrays into the user's cache, and every process opens
    them there. Where the cache cannot be written, each process has its own in memory.
    """

    def __init__(self) -> None:
        self._in_use: WeakValueDictionary[tuple[str, str], Dataset] = WeakValueDictionary()  # by key and name
        self._latest: dict[str, tuple[str | None, str]] = {}  # source -> stamp of its files, key
        self._sample: Dataset | None = None
        self._sent: deque[Dataset] = deque(maxlen=MOST_SENT)
        self._table = threading.Lock()
        self._loading: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)

    def get(self, source_key: str, progress: Progress | None = None) -> Dataset:
        """Return the digits of a source as its files are now, loading them if need be.

        Parameters
        ----------
        source_key : str
            A key of `data.list_sources`.
        progress : callable, optional
            Called with the bytes here and the bytes in all while something is downloaded.

        Returns
        -------
        Dataset
            The same object as long as somebody uses it and the files have not changed. Its `key` is one that
            `open` takes.

        Raises
        ------
        DataError
            When it cannot be had. The next call tries again.
        """
        source = find_source(source_key)
        with self._loading[source_key]:  # a second visitor waits for the first one's download
            stamp = _stamp(source.files())
            last_stamp, last_key = self._latest.get(source_key, (None, ""))
            held = self._held(last_key)
            if held and stamp in (None, last_stamp):
                return held
            dataset = self._open_prepared(source_key, f"{_place(source.files())}-{stamp}-*")
            if dataset is None:
                dataset = source.load(progress)
                stamp = stamp or _stamp(source.files())  # they have come meanwhile
                dataset = self._prepare(source_key, dataset, f"{_place(source.files())}-{stamp}")
            dataset = self._keep(dataset)
            self._latest[source_key] = stamp, dataset.key
            if source_key == SAMPLE:
                self._sample = dataset
            return dataset

    def has_changed(self, source_key: str, dataset: Dataset) -> bool:
        """Tell whether the files of a source are others than those that this dataset was read from."""
        try:
            stamp = _stamp(find_source(source_key).files())
        except DataError:
            return False  # the source is gone
        return stamp is not None and self._latest.get(source_key) != (stamp, dataset.key)

    def read(self, file: BinaryIO) -> Dataset:
        """Read a visitor's own CSV file; a class that uploads the same file shares its digits.

        Parameters
        ----------
        file : binary file with a name
            It may wait for another visitor's: they are read one at a time, as a file of 70,000 digits needs
            400 MB meanwhile.

        Returns
        -------
        Dataset
            Kept only as long as somebody uses it.

        Raises
        ------
        DataError
            When it is no such file, has more than 70,000 digits, or 16 other files are in use.
        """
        with self._loading[UPLOAD]:
            file.seek(0)
            key = f"{UPLOAD}:{hashlib.file_digest(file, 'sha256').hexdigest()}"
            dataset = self._held(key, file.name) or self._held(key)
            if dataset is None:
                in_use = {other for other, _ in self._keys() if other.startswith(UPLOAD)}
                if len(in_use) >= MOST_UPLOADS:
                    raise DataError(
                        f"{len(in_use)} other files are in use here: try again when one of their visitors "
                        "has gone, or choose digits from the list."
                    )
                dataset = replace(load_csv(file, most=MOST_DIGITS), key=key)
                dataset = _written(dataset, self._upload_folder(in_use) / key.removeprefix(f"{UPLOAD}:"))
            return self._keep(dataset if dataset.name == file.name else replace(dataset, name=file.name))

    def open(self, key: str) -> Dataset:
        """Open a dataset that another process has, by its key.

        Parameters
        ----------
        key : str
            The `key` of a Dataset from `get` or `read`.

        Returns
        -------
        Dataset

        Raises
        ------
        KeyError
            Where this computer does not have exactly these digits: the dataset itself, which can be pickled,
            has to be sent and `put` here.
        """
        source_key, _, content = key.rpartition(":")
        dataset = self._held(key)
        if dataset is None and source_key == UPLOAD:
            folders = (cache_root() / "uploads").glob(f"*/{content}")
            dataset = next(filter(None, (open_arrays(folder, key) for folder in folders)), None)
        elif dataset is None:
            dataset = self._open_prepared(source_key, f"*-{content}")
            with suppress(DataError):
                if dataset is None and not find_source(source_key).needs_download:
                    dataset = self.get(source_key)
        if dataset is None or dataset.key != key:
            raise KeyError(key)
        return self._keep(dataset)

    def put(self, dataset: Dataset) -> None:
        """Take a dataset that was sent from another computer; `open` finds it from now on.

        Parameters
        ----------
        dataset : Dataset
            With its `key`. The last four stay in memory, others as long as somebody uses them.
        """
        self._sent.append(self._keep(in_memory(dataset)))

    def _held(self, key: str, name: str | None = None) -> Dataset | None:
        """Return a dataset that somebody in this process uses."""
        with self._table:
            held = list(self._in_use.values())
        return next((one for one in held if one.key == key and name in (None, one.name)), None)

    def _keys(self) -> list[tuple[str, str]]:
        with self._table:
            return list(self._in_use)

    def _keep(self, dataset: Dataset) -> Dataset:
        """Note that a dataset is in use; return the one with the same content where there is one already."""
        with self._table:
            return self._in_use.setdefault((dataset.key, dataset.name), dataset)

    def _open_prepared(self, source_key: str, pattern: str) -> Dataset | None:
        for folder in (cache_root() / "prepared").glob(pattern):
            if dataset := open_arrays(folder, f"{source_key}:{folder.name.rpartition('-')[2]}"):
                return dataset
        return None

    def _prepare(self, source_key: str, dataset: Dataset, name: str) -> Dataset:
        """Write the arrays of a source into the cache, in place of those of its former files; open them."""
        content = digest(dataset)
        folder = cache_root() / "prepared" / f"{name}-{content}"
        dataset = _written(replace(dataset, key=f"{source_key}:{content}"), folder)
        with suppress(OSError):
            others = sorted(folder.parent.glob("[!.]*"), key=lambda other: other.stat().st_mtime)
            for rank, other in enumerate(reversed(others)):
                former = other.name.startswith(name.partition("-")[0] + "-") and other != folder
                if former or rank >= MOST_PREPARED:
                    remove(other)
        return dataset

    def _upload_folder(self, in_use: set[str]) -> Path:
        """Return this process's folder for uploads, without those of other processes that have ended."""
        root = cache_root() / "uploads"
        host = f"{platform.node()}-"
        mine = root / f"{host}{os.getpid()}"
        atexit.register(shutil.rmtree, mine, ignore_errors=True)
        for folder in [*root.glob(f"{host}*")]:
            process = folder.name.removeprefix(host)
            if not (process.isdecimal() and psutil.pid_exists(int(process))):
                shutil.rmtree(folder, ignore_errors=True)
        for folder in [*mine.glob("[!.]*")]:
            if f"{UPLOAD}:{folder.name}" not in in_use:
                remove(folder)
        return mine


def _written(dataset: Dataset, folder: Path) -> Dataset:
    """Return the dataset memory-mapped from a folder, or where that cannot be written as it is."""
    with suppress(OSError):
        write_arrays(dataset, folder)
        return open_arrays(folder, dataset.key) or dataset
    return dataset


def _place(paths: Sequence[Path]) -> str:
    """Name where files are."""
    return _short(*(str(path.resolve()) for path in paths))


def _stamp(paths: Sequence[Path]) -> str | None:
    """Name the state that files are in, by their sizes and times of change; None where one is not there."""
    try:
        states = [path.stat() for path in paths]
    except OSError:
        return None
    return _short(str(VERSION), *(f"{state.st_size} {state.st_mtime_ns}" for state in states))


def _short(*facts: str) -> str:
    return hashlib.sha256("\n".join(facts).encode()).hexdigest()[:12]


@cache
def datasets() -> Datasets:
    """Return the one table of this process."""
    return Datasets()
