"""A run can go back to where it was, bit for bit, and go on from there by another way."""

import numpy as np
import pytest

import nn.checkpoints
from nn import Status
from nn.optimizers import OPTIMIZERS
from tests.toy import same_parameters, steps, toy_net, toy_trainer

BUSY = {"batch_size": 16, "optimizer": "adam", "dropout": 0.3, "l2": 0.01}  # all there is to remember


@pytest.fixture
def eager(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep a copy at every measurement, whatever it costs."""
    monkeypatch.setattr(nn.checkpoints, "COPYING", np.inf)


@pytest.mark.usefixtures("eager")
def test_shows_the_network_as_it_was():
    trainer = toy_trainer(iterations=60, **BUSY)
    then = {}
    for _ in range(60):
        trainer.step()
        then[trainer.iteration] = trainer.net.copy()
    X = trainer.dataset.X_dev
    kept = trainer.checkpoints.iterations
    assert len(kept) > 4 and kept[0] == 0 and kept[-1] == 60
    for iteration in kept[1:]:
        past = trainer.checkpoints.nearest(iteration)
        assert past.iteration == iteration
        np.testing.assert_array_equal(past.net.predict_proba(X), then[iteration].predict_proba(X))
        assert past.history.points == [p for p in trainer.history.points if p.iteration <= iteration]


@pytest.mark.usefixtures("eager")
def test_nearest_finds_the_nearest_and_of_two_the_earlier():
    checkpoints = steps(toy_trainer(batch_size=10, iterations=30), 30).checkpoints
    kept = checkpoints.iterations
    for iteration in (-5, 0, 7, 13, 29, 1000):
        found = checkpoints.nearest(iteration).iteration
        assert abs(found - iteration) == min(abs(k - iteration) for k in kept)
    a, b = kept[1], kept[2]
    assert (b - a) % 2 == 0
    assert checkpoints.nearest((a + b) // 2).iteration == a


@pytest.mark.usefixtures("eager")
@pytest.mark.parametrize("optimizer", OPTIMIZERS)
@pytest.mark.parametrize("settings", [{"batch_size": None}, {"batch_size": 16, "dropout": 0.3, "l2": 0.01}])
def test_a_rewound_run_does_again_exactly_what_was_done(optimizer: str, settings: dict):
    trainer = toy_trainer(iterations=40, optimizer=optimizer, learning_rate=0.02, **settings)
    trainer.train()
    again = trainer.rewound(20)
    assert 10 < again.iteration < 30 and again.status is Status.PAUSED
    again.train()
    assert again.iteration == 40
    assert same_parameters(again.net, trainer.net)
    assert again.history.points == trainer.history.points


@pytest.mark.usefixtures("eager")
@pytest.mark.parametrize(
    ("settings", "change"),
    [
        ({"batch_size": None}, {"learning_rate": 0.7}),
        ({"batch_size": 16, "optimizer": "momentum"}, {"learning_rate": 0.01}),
        (BUSY, {"learning_rate": 0.003}),
        (BUSY, {"batch_size": 7, "dropout": 0.5, "l2": 0.0}),
    ],
)
def test_a_fork_with_a_change_equals_an_uninterrupted_run_with_that_change(settings: dict, change: dict):
    parent = toy_trainer(iterations=60, **settings)
    parent.train()
    fork = parent.rewound(30)
    start = fork.iteration
    assert 0 < start < 60

    straight = steps(toy_trainer(iterations=60, **settings), start)  # never went back
    for run in (fork, straight):
        run.hyperparameters = run.hyperparameters.replace(**change)
        run.train()
    assert same_parameters(fork.net, straight.net)
    assert fork.history.points == straight.history.points
    assert not same_parameters(fork.net, parent.net)  # the change did change something


@pytest.mark.usefixtures("eager")
def test_a_fork_knows_where_it_left_and_disturbs_neither_its_parent_nor_the_checkpoint():
    parent = toy_trainer(iterations=40, **BUSY)
    parent.train()
    net, points, kept = parent.net.copy(), list(parent.history.points), parent.checkpoints.iterations
    fork = parent.rewound(20)
    start = fork.iteration
    assert parent.forked_at is None and fork.forked_at == start
    assert fork.history.points[-1].iteration == start
    assert fork.checkpoints.iterations == [k for k in kept if k <= start]
    past = parent.checkpoints.nearest(start).net
    fork.hyperparameters = fork.hyperparameters.replace(learning_rate=1.0)
    fork.train()
    assert same_parameters(parent.net, net) and parent.history.points == points
    assert parent.checkpoints.iterations == kept
    assert same_parameters(parent.checkpoints.nearest(start).net, past)
    assert fork.checkpoints.iterations[-1] == 40
    assert same_parameters(fork.rewound(start).net, past)  # from the fork, too, one can go back


def test_goes_back_to_the_very_start():
    trainer = steps(toy_trainer(), 3)
    start = trainer.rewound(0)
    assert start.status is Status.READY and same_parameters(start.net, toy_net())
    assert len(start.history) == 1


@pytest.mark.usefixtures("eager")
def test_goes_back_from_a_run_that_has_diverged_to_where_it_was_sound():
    trainer = steps(toy_trainer(batch_size=10, iterations=400), 20)
    trainer.hyperparameters = trainer.hyperparameters.replace(learning_rate=1e6)
    trainer.train()
    assert trainer.status is Status.DIVERGED
    back = trainer.rewound(10**6)
    assert back.status is Status.PAUSED and 0 < back.iteration <= 20
    back.hyperparameters = back.hyperparameters.replace(learning_rate=0.1, iterations=40)
    back.train()
    assert back.status is Status.FINISHED
