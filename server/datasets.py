"""Keeps loaded datasets for the whole server: 188 MB of MNIST once, not once for each of thirty visitors."""

import hashlib
import threading
from collections import defaultdict
from typing import BinaryIO
from weakref import WeakValueDictionary

import streamlit as st

from data import Dataset, find_source, load_csv
from data.download import Progress

MOST_DIGITS = 70_000  # of a visitor's own file, as many as MNIST has: they take 220 MB


class Library:
    """Loads each dataset when it is first asked for; the arrays are read-only, so all may share them."""

    def __init__(self) -> None:
        self._datasets: dict[str, Dataset] = {}
        self._locks: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)
        self._uploads: WeakValueDictionary[tuple[str, str], Dataset] = WeakValueDictionary()
        self._reading = threading.Lock()

    def get(self, key: str, progress: Progress | None = None) -> Dataset:
        """
        Return a dataset, loading it if need be.

        Parameters
        ----------
        key : str
            A key of `data.list_sources`.
        progress : callable, optional
            Called with the bytes here and the bytes in all while something is downloaded.

        Returns
        -------
        Dataset

        Raises
        ------
        DataError
            When it cannot be had. The next call tries again.
        """
        if key in self._datasets:
            return self._datasets[key]
        with self._locks[key]:  # a second visitor waits for the first one's download, of the same digits only
            if key not in self._datasets:
                self._datasets[key] = find_source(key).load(progress)
            return self._datasets[key]

    def read(self, file: BinaryIO) -> Dataset:
        """
        Read a visitor's own CSV file; a class that uploads the same file shares its digits.

        Parameters
        ----------
        file : binary file with a name
            It may wait for another visitor's: they are read one at a time, as a file of 70,000 digits needs
            400 MB meanwhile.

        Returns
        -------
        Dataset
            Kept only as long as somebody has it.

        Raises
        ------
        DataError
            When it is no such file, or has more than 70,000 digits.
        """
        with self._reading:
            file.seek(0)
            key = file.name, hashlib.file_digest(file, "sha256").hexdigest()
            dataset = self._uploads.get(key)
            if dataset is None:
                dataset = self._uploads[key] = load_csv(file, most=MOST_DIGITS)
            return dataset


@st.cache_resource(show_spinner=False)
def library() -> Library:
    """Return the server's one library."""
    return Library()
