"""A visitor whose page is closed: what was in training pauses, and goes on when the page returns."""

from collections.abc import Iterator

import pytest

from nn import Hyperparameters, Status
from server.engine import engine
from tests.engine import sample, trainer_of
from tests.pools import wait_until
from tests.toy import same_parameters
from ui.live.visit import Visit
from ui.state.run import Run
from ui.state.seeds import SeedRuns
from ui.state.session import Session
from ui.state.settings import Settings

LONG = Settings(hidden_size=2, hyperparameters=Hyperparameters(iterations=10_000))


@pytest.fixture
def session() -> Iterator[Session]:
    session = Session()
    session.show(Run(LONG, sample()))
    yield session
    for trainer in session.trainers:
        trainer.pause()


def test_what_was_learning_goes_on_when_the_page_returns(session: Session):
    visit, trainer = Visit(session), session.trainer
    trainer.start()
    wait_until(lambda: trainer.iteration > 2)
    visit.go_away()
    stands_at = trainer.iteration
    assert trainer.status is Status.PAUSED and trainer.history.points[-1].iteration == stands_at
    visit.come_back()
    assert trainer.status is Status.RUNNING
    wait_until(lambda: trainer.iteration > stands_at)


def test_a_run_that_was_paused_by_hand_stays_so(session: Session):
    visit, trainer = Visit(session), session.trainer
    trainer.step()
    session.seeds = SeedRuns(session.run)
    session.seeds.start()
    visit.go_away()
    visit.come_back()
    assert trainer.status is Status.PAUSED and trainer.iteration == 1
    wait_until(lambda: all(seed.iteration > 0 for seed in session.seeds.trainers))
    assert session.seeds.running


def test_a_run_in_its_first_update_goes_on_too(session: Session, monkeypatch: pytest.MonkeyPatch):
    visit, trainer = Visit(session), session.trainer
    monkeypatch.setattr(trainer_of(trainer), "advance", lambda seconds: None)  # it takes long
    trainer.start()
    visit.go_away()
    assert trainer.status is Status.READY
    visit.come_back()
    assert trainer.status is Status.RUNNING


def test_what_is_put_away_takes_nothing_and_goes_on_from_there(session: Session):
    session.trainer.step()
    first = session.trainer
    session.show(Run(LONG, sample()))
    session.trainer.step(), session.trainer.step()
    Visit(session).put_away()
    node = engine().nodes[0]._node
    assert not {first.name, session.trainer.name} & set(node._runs)
    twin = Run(LONG, sample()).trainer
    for _ in range(3):
        twin.step()
    session.trainer.step()
    assert session.trainer.iteration == 3 and same_parameters(session.trainer.net, twin.net)
    assert first.iteration == 1 and first in [run.trainer for run in session.runs.runs]


def test_parts_are_drawn_again_when_something_has_moved_since_the_moment_they_show(session: Session):
    visit = Visit(session)
    session.trainer.step()
    assert visit.look().redraw == 0  # the page has no such parts
    moment = visit.moment()
    session.trainer.step()  # while the parts are being drawn
    visit.drawn(moment, 0.01)
    assert visit.look().redraw == 1  # what they show is over
    assert visit.look().redraw == 1  # asked once
    visit.drawn(visit.moment(), 0.01)
    visit._asked -= 60
    assert visit.look().redraw == 1  # nothing has moved
    visit.nothing_drawn()
    session.trainer.step()
    assert visit.look().redraw == 1
