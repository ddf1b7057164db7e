"""Watches how much memory a server takes while something happens."""

import threading
import time
from contextlib import suppress
from types import TracebackType
from typing import Self

import psutil

MB = 2**20
QUIET = 0.1  # of a core
EVERY = 0.003  # seconds


class MemoryWatch:
    """
    Looks at a process and its children again and again, as long as the `with` lasts.

    Attributes
    ----------
    grown : float
        MB by which they were larger than at the beginning, at their largest.
    """

    def __init__(self, process: psutil.Process) -> None:
        self._processes = [process, *process.children(recursive=True)]
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self.grown = 0.0

    def __enter__(self) -> Self:
        self._before = self._resident()
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._thread.join()

    def _resident(self) -> int:
        resident = 0
        for process in self._processes:
            with suppress(psutil.NoSuchProcess):  # a worker may have been replaced
                resident += process.memory_info().rss
        return resident

    def _watch(self) -> None:
        while not self._over.is_set():
            self.grown = max(self.grown, (self._resident() - self._before) / MB)
            time.sleep(EVERY)


def wait_until_quiet(process: psutil.Process, limit: float) -> None:
    """Wait until a server has ended what it works on, so that what comes next is measured by itself."""
    end = time.monotonic() + limit
    process.cpu_percent()
    while time.monotonic() < end:
        time.sleep(0.3)
        if process.cpu_percent() < 100 * QUIET:
            return
