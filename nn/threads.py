"""Several threads at one job, with the same result whatever their number: NumPy lets go of Python's lock."""

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cache
from typing import TypeVar

Item, Result = TypeVar("Item"), TypeVar("Result")


@cache
def _pool() -> ThreadPoolExecutor:
    """Make the process's one pool when it is first needed."""
    return ThreadPoolExecutor(os.cpu_count() or 1, "slices")


def in_order(function: Callable[[Item], Result], items: Iterable[Item], threads: int) -> Iterator[Result]:
    """
    Apply a function to items, several at a time.

    Parameters
    ----------
    function : callable
        Is called from other threads when there are more than one.
    items : iterable
        Is read by the caller's thread, one by one and a little ahead of the results.
    threads : int, 1 or more

    Yields
    ------
    result
        Of each item, in the order of the items.
    """
    if threads == 1:
        yield from map(function, items)
        return
    pending: deque[Future[Result]] = deque()
    for item in items:
        pending.append(_pool().submit(function, item))
        if len(pending) > threads:  # one waits, so that no thread has to
            yield pending.popleft().result()
    while pending:
        yield pending.popleft().result()
