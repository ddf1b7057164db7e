"""Keeps loaded datasets for the whole server: 188 MB of MNIST once, not once for each of thirty visitors."""

import threading
from collections import defaultdict

import streamlit as st

from data import Dataset, find_source
from data.download import Progress


class Library:
    """Loads each dataset when it is first asked for; the arrays are read-only, so all may share them."""

    def __init__(self) -> None:
        self._datasets: dict[str, Dataset] = {}
        self._locks: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)

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


@st.cache_resource(show_spinner=False)
def library() -> Library:
    """Return the server's one library."""
    return Library()
