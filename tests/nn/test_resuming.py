"""A checkpoint is plain data: a run made from it, in another process too, ends in the same weights."""

import pickle
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

import nn.training
from nn import Status, Trainer
from nn.checkpoints import Checkpoint
from tests.toy import BUSY, SpyNet, noise, numbered, same_parameters, steps, toy_digits, toy_net, toy_trainer

ROOT = Path(__file__).parents[2]
SLICE = 8  # rows, in these tests: small batches have several slices too
CLASSIC = {"iterations": 30}
KINDS = {
    "classic": CLASSIC,
    "all there is": BUSY,  # Adam, minibatches, dropout, l2
    "cosine": BUSY | {"schedule": "cosine", "optimizer": "momentum", "batch_size": 20},
}
ELSEWHERE = """
import pickle, sys
import nn.training
from nn import Trainer
from tests.toy import noise, toy_digits
nn.training.SLICE = 8
run = Trainer.resumed(pickle.load(open(sys.argv[1], "rb")), toy_digits(), noise)
run.train()
pickle.dump((run.net.parameters, run.history.points, run.iteration), open(sys.argv[2], "wb"))
"""


@pytest.fixture(autouse=True)
def small_slices(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nn.training, "SLICE", SLICE)


def begun(settings: dict, distorted: bool = False, turns: int = 17) -> Trainer:
    """A run in the middle of an update, and of an epoch where there are minibatches."""
    trainer = toy_trainer(**settings)
    trainer.distort = noise if distorted else None
    trainer.start()
    for _ in range(turns):
        trainer.advance(0)  # a slice
    assert trainer.changes_count_from == trainer.iteration + 1
    return trainer


def pickled(checkpoint: Checkpoint) -> Checkpoint:
    return pickle.loads(pickle.dumps(checkpoint))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("distorted", [False, True])
@pytest.mark.parametrize("middle", [True, False])
def test_a_run_resumed_in_another_process_ends_in_the_same_weights(
    tmp_path: Path, kind: str, distorted: bool, middle: bool
):
    run = begun(KINDS[kind], distorted)
    if not middle:
        run.step()
        assert run.changes_count_from == run.iteration
    (tmp_path / "checkpoint").write_bytes(pickle.dumps(run.checkpoint()))
    files = [str(tmp_path / name) for name in ("checkpoint", "result")]
    subprocess.run([sys.executable, "-c", ELSEWHERE, *files], cwd=ROOT, check=True)
    parameters, points, iteration = pickle.loads((tmp_path / "result").read_bytes())
    run.train()
    assert iteration == run.iteration == 30 and points == run.history.points
    for theirs, ours in zip(parameters, run.net.parameters, strict=True):
        np.testing.assert_array_equal(theirs, ours)


@pytest.mark.parametrize("kind", KINDS)
def test_it_shows_the_run_where_it_stood(kind: str):
    run = begun(KINDS[kind])
    resumed = Trainer.resumed(pickled(run.checkpoint()), run.dataset)
    assert resumed.status is Status.PAUSED
    for name in ("iteration", "epoch", "seconds", "hyperparameters", "changes_count_from", "forked_at"):
        assert getattr(resumed, name) == getattr(run, name), name
    assert same_parameters(resumed.net, run.net) and resumed.history.points == run.history.points
    assert resumed.checkpoints.iterations == [run.iteration]


def test_a_checkpoint_stays_as_it_is_while_the_run_goes_on():
    run = begun(BUSY, distorted=True)
    checkpoint = run.checkpoint()
    before = pickle.dumps(checkpoint)
    run.train()
    assert pickle.dumps(checkpoint) == before
    Trainer.resumed(checkpoint, run.dataset, noise).train()
    assert pickle.dumps(checkpoint) == before


@pytest.mark.parametrize("change", [{"learning_rate": 5.0}, {"dropout": 0.9}, {"batch_size": 3}])
def test_the_update_under_way_keeps_the_settings_that_it_began_with(change: dict):
    run = begun(BUSY, distorted=True)
    run.change(run.hyperparameters.replace(**change), None)
    checkpoint = pickled(run.checkpoint())
    assert not checkpoint.distorted and checkpoint.under_way == (toy_trainer(**BUSY).hyperparameters, True)
    resumed = Trainer.resumed(checkpoint, run.dataset, noise)
    again = Trainer.resumed(pickled(resumed.checkpoint()), run.dataset, noise)
    for trainer in (resumed, again):
        assert trainer.hyperparameters == run.hyperparameters and trainer.distort is None
    for _ in range(3):
        for trainer in (run, resumed, again):
            trainer.step()
        assert same_parameters(resumed.net, run.net) and same_parameters(again.net, run.net)


@pytest.mark.parametrize("diverged", [True, False])
def test_a_run_that_is_over_stays_over(diverged: bool):
    run = toy_trainer(iterations=3, learning_rate=1e30 if diverged else 0.1)
    run.train()
    resumed = Trainer.resumed(pickled(run.checkpoint()), run.dataset)
    assert resumed.status is run.status is (Status.DIVERGED if diverged else Status.FINISHED)


def test_restoring_keeps_the_kind_of_network_and_drops_later_checkpoints():
    run = Trainer(SpyNet(), numbered(), toy_trainer(**BUSY).hyperparameters)
    early = steps(run, 5).checkpoint()
    run.train()
    net, goal = run.net, run.net.copy()
    assert run.checkpoints.iterations == [0, 30]
    run.restore(pickled(early))
    assert run.net is net and type(net) is SpyNet and run.iteration == 5
    assert run.checkpoints.iterations == [0]
    run.train()
    assert same_parameters(run.net, goal)


def test_without_checkpoints_none_is_kept():
    run = toy_trainer(**BUSY)
    free = Trainer(toy_net(), toy_digits(), run.hyperparameters, keep_checkpoints=False)
    run.train(), free.train()
    assert len(run.checkpoints) == 2 and len(free.checkpoints) == 0
    assert same_parameters(run.net, free.net)
    assert len(Trainer.resumed(free.checkpoint(), run.dataset, keep_checkpoints=False).checkpoints) == 0


def other_digits() -> Trainer:
    return toy_trainer(toy_digits(train=49), **BUSY)


@pytest.mark.parametrize(
    ("other", "message"),
    [
        (other_digits, r"another run: .* were \(50, 6, 'adam', 0\), and are \(49, 6, 'adam', 0\) here"),
        (lambda: toy_trainer(**BUSY | {"seed": 1}), "'adam', 1"),
        (lambda: toy_trainer(**BUSY | {"optimizer": "momentum"}), "'momentum', 0"),
        (lambda: toy_trainer(**BUSY), "digits were distorted in this run; give `distort`"),
    ],
)
def test_a_checkpoint_of_another_run_is_refused(other: Callable[[], Trainer], message: str):
    checkpoint, run = begun(BUSY, distorted=True).checkpoint(), other()
    with pytest.raises(ValueError, match=message):
        run.restore(checkpoint, None if "give" in message else noise)
    assert run.iteration == 0 and run.status is Status.READY and same_parameters(run.net, toy_net())
