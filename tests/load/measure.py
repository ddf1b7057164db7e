"""Has a crowd come to a server of its own: what did the visitors wait for, and what did the server use?"""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import psutil

from tests.browser.server import serve
from tests.load.crowd import Plan, crowd
from tests.load.visitor import Record

MB = 2**20


@dataclass(frozen=True)
class Usage:
    """What processes used while they were measured."""

    cores: float  # of processor time, a second
    unique: float  # MB that nobody else has (USS)
    resident: float  # MB in all (RSS)
    processes: int


@dataclass(frozen=True)
class Result:
    """What one plan led to."""

    plan: Plan
    record: Record
    page: Usage
    workers: Usage
    visitors_share: float  # of a core, that the visitors themselves used

    @property
    def iterations_per_second(self) -> float:
        """Of all runs together."""
        return sum(self.record.paces)

    def milliseconds(self, what: str, *percentiles: float) -> list[float]:
        """Return percentiles of what visitors waited for; NaN where nothing of it was answered."""
        seconds = self.record.seconds[what] or [float("nan")]
        return list(np.percentile(seconds, percentiles) * 1000)


@contextmanager
def serve_measured(log: Path) -> Iterator[tuple[str, psutil.Process]]:
    """Serve the page, and give its address and the process of the page."""
    before = set(psutil.Process().children())
    with serve(log) as url:
        yield url, next(process for process in psutil.Process().children() if process not in before)


def measure(plan: Plan, log: Path) -> Result:
    """Start a server, have the crowd come, and return what it found."""
    with serve_measured(log) as (url, page), crowd(url, plan) as pipe:
        _expect(pipe.recv(), "there")
        workers = [child for child in page.children(recursive=True) if _is_worker(child)]
        clock, before = time.perf_counter(), [_seconds([page]), _seconds(workers)]
        _expect(pipe.recv(), "over")
        passed = time.perf_counter() - clock
        usages = [
            Usage((_seconds(group) - old) / passed, *_memory(group), len(group))
            for group, old in zip(([page], workers), before, strict=True)
        ]
        record, share = pipe.recv()
    return Result(plan, record, *usages, share)


def _is_worker(process: psutil.Process) -> bool:
    """Tell Dask's workers from what only waits until they have ended."""
    return any("spawn_main" in word for word in process.cmdline())


def _expect(heard: object, wanted: str) -> None:
    if heard != wanted:
        raise RuntimeError(f"the visitors said {heard!r} instead of {wanted!r}")


def _seconds(processes: list[psutil.Process]) -> float:
    """Return the processor time of processes so far."""
    return sum(sum(process.cpu_times()[:2]) for process in processes if process.is_running())


def _memory(processes: list[psutil.Process]) -> tuple[float, float]:
    infos = [process.memory_full_info() for process in processes if process.is_running()]
    return sum(info.uss for info in infos) / MB, sum(info.rss for info in infos) / MB


def machine() -> str:
    """Name this computer's cores and how busy they are now."""
    busy = psutil.cpu_percent(1.0) / 100 * (os.cpu_count() or 1)
    load = ", ".join(f"{value:.1f}" for value in psutil.getloadavg())
    return f"{os.cpu_count()} cores, {busy:.1f} of them busy; load average {load}"
