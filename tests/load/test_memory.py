"""The watch over a server's memory notices what it is there for."""

import time

import psutil

from tests.load.memory import MemoryWatch, wait_until_quiet


def test_memory_that_is_taken_and_given_back_is_noticed() -> None:
    with MemoryWatch(psutil.Process()) as watch:
        taken = bytearray(b"x") * (100 << 20)
        time.sleep(0.05)
        del taken
    assert 90 <= watch.grown <= 150


def test_nothing_taken_is_nothing_grown() -> None:
    with MemoryWatch(psutil.Process()) as watch:
        time.sleep(0.05)
    assert watch.grown < 10


def test_waiting_ends_at_the_limit_and_with_the_work() -> None:
    process = psutil.Process()
    begin = time.monotonic()
    wait_until_quiet(process, 5)
    assert time.monotonic() - begin < 3
