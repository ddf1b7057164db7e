"""A visitor's state: what it lets go of, what panels share, and the pace of a run."""

import gc
import time
import weakref

import pytest

from server.datasets import datasets
from tests.csv_files import csv, named
from tests.engine import sample, trainer_of
from tests.runs import toy_run
from ui.state.run import Run
from ui.state.seeds import SeedRuns
from ui.state.session import Session
from ui.state.settings import Settings


def test_other_digits_free_the_ten_seeds_and_their_digits(digits):
    session, own = Session(), datasets().read(named("my own.csv", csv(digits)))
    session.show(Run(Settings(hidden_size=2), own))
    session.seeds = SeedRuns(session.run)
    session.seeds.start()
    everything = [weakref.ref(own)]
    for trainer in session.seeds.trainers:
        everything += [weakref.ref(trainer), weakref.ref(trainer_of(trainer))]
    del trainer
    session.show(Run(Settings(hidden_size=3), own))
    assert session.seeds.running  # with the same digits they go on
    session.show(Run(Settings(), sample()))
    del own
    assert session.seeds is None
    deadline = time.monotonic() + 20  # a worker ends its turn first
    while any(one() for one in everything) and time.monotonic() < deadline:
        time.sleep(0.02)
        assert session.trainer.iteration == 0  # whoever asks next lets go of what nobody holds
        gc.collect()
    assert not any(one() for one in everything)


def test_the_pace_is_that_of_the_last_looks(monkeypatch: pytest.MonkeyPatch):
    run, now = toy_run(), [100.0]
    trainer = trainer_of(run.trainer)  # moved here by hand, not by the pool
    monkeypatch.setattr("ui.state.run.time", type("Clock", (), {"monotonic": lambda: now[0]}))
    trainer.start()
    assert run.iterations_per_second() is None  # one look is none
    for _ in range(3):
        trainer.step(), trainer.step()
        now[0] += 0.5
        pace = run.iterations_per_second()
    assert pace == pytest.approx(4)
    trainer.pause()
    assert run.iterations_per_second() is None
    trainer.start()
    assert run.iterations_per_second() is None  # the pause does not count
