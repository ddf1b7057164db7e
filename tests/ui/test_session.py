"""A visitor's state: what it lets go of, what panels share, and the pace of a run."""

import dataclasses
import gc
import time
import weakref

import pytest

from data import load_sample
from server.shared import pool
from tests.runs import toy_run
from ui.state.run import Run
from ui.state.seeds import SeedRuns
from ui.state.session import Session
from ui.state.settings import Settings

SAMPLE = load_sample()


def test_other_digits_free_the_ten_seeds_and_their_digits():
    session, own = Session(), dataclasses.replace(SAMPLE, name="my own")
    session.show(Run(Settings(hidden_size=2), own))
    session.seeds = SeedRuns(session.run)
    session.seeds.start(pool())
    trainers, digits = [weakref.ref(t) for t in session.seeds.trainers], weakref.ref(own)
    session.show(Run(Settings(hidden_size=3), own))
    assert session.seeds.running  # with the same digits they go on
    session.show(Run(Settings(), SAMPLE))
    del own
    assert session.seeds is None
    deadline = time.monotonic() + 20  # a worker ends its turn first
    while (digits() or any(t() for t in trainers)) and time.monotonic() < deadline:
        time.sleep(0.02)
        gc.collect()
    assert digits() is None and not any(t() for t in trainers)


def test_the_pace_is_that_of_the_last_looks(monkeypatch: pytest.MonkeyPatch):
    run, now = toy_run(), [100.0]
    monkeypatch.setattr("ui.state.run.time", type("Clock", (), {"monotonic": lambda: now[0]}))
    run.trainer.start()
    assert run.iterations_per_second() is None  # one look is none
    for _ in range(3):
        run.trainer.step(), run.trainer.step()
        now[0] += 0.5
        pace = run.iterations_per_second()
    assert pace == pytest.approx(4)
    run.trainer.pause()
    assert run.iterations_per_second() is None
    run.trainer.start()
    assert run.iterations_per_second() is None  # the pause does not count
