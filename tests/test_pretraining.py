"""The recipe of the shipped network: its schedule by hand, and a run that stops goes on as if it had not."""

import gzip
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import nn.__main__ as command_line
from nn import TwoLayerNN
from nn.pretraining import Pretraining, Recipe, in_float16
from tests.pen import FOLDER, read_pen
from tests.toy import same_parameters

TINY = Recipe(hidden_size=16, epochs=4, batch_size=8, learning_rate=0.01, warmup=10)
BATCHES = 25  # an epoch: 100 updates in all
Batches = list[tuple[np.ndarray, np.ndarray]]


def batches(epoch: int) -> Batches:
    """One epoch of made-up digits: noise, and a bright stripe that says which digit it is."""
    rng = np.random.default_rng([7, epoch])
    Y = rng.integers(10, size=(BATCHES, TINY.batch_size))
    X = rng.random((BATCHES, TINY.batch_size, 784), np.float32) / 4
    for k, digit in np.ndenumerate(Y):
        X[k][digit * 78 : digit * 78 + 78] += 0.5
    return list(zip(X, Y, strict=True))


def trained(epochs: int, recipe: Recipe = TINY) -> Pretraining:
    run = Pretraining(recipe, BATCHES)
    for epoch in range(epochs):
        run.train_epoch(batches(epoch))
    return run


# The schedule


@pytest.mark.parametrize(
    ("updates", "rate"),
    [
        (0, 0.001),  # a tenth of the warmup
        (4, 0.01 * 0.5 * (0.505 + 0.495 * 0.9921147)),  # cos(pi 4/100)
        (25, 0.00855018),  # 0.505 + 0.495 cos(pi/4)
        (50, 0.00505),  # cos(pi/2) is 0: half-way between 1 and 1/100
        (75, 0.00154982),
        (100, 0.0001),  # a hundredth of the highest
        (130, 0.0001),  # and never up again
    ],
)
def test_the_learning_rate_rises_and_falls_along_a_cosine(updates: int, rate: float):
    run = Pretraining(TINY, BATCHES)
    run.optimizer.t = updates
    assert run.learning_rate == pytest.approx(rate, rel=1e-6)


def test_without_warmup_it_starts_at_the_highest():
    assert Pretraining(replace(TINY, warmup=0), BATCHES).learning_rate == pytest.approx(0.01)


def test_the_first_update_is_as_long_as_the_schedule_says():
    """Adam's first step is learning_rate dW / (|dW| + epsilon): the rate, where there is a slope."""
    run = Pretraining(TINY, BATCHES)
    before = run.net.copy()
    X, Y = batches(0)[0]
    slope = before.backward(X, Y, before.forward(X))[3]  # of the last biases
    run.train_epoch([(X, Y)])
    np.testing.assert_allclose(run.net.b2 - before.b2, -0.001 * np.sign(slope), rtol=1e-3)


def test_the_strength_falls_over_the_last_quarter():
    run = Pretraining(replace(TINY, epochs=8, strength=1.0, last_strength=0.5), BATCHES)
    strengths = []
    for run.epoch in range(8):
        strengths.append(run.strength)
    assert strengths == pytest.approx([1, 1, 1, 1, 1, 1, 0.75, 0.5])


def test_an_epoch_returns_the_mean_loss_and_the_network_learns():
    run = Pretraining(TINY, BATCHES)
    untrained = run.net.copy()
    data = batches(0)
    first = run.train_epoch(data[:1])
    A2 = untrained.forward(data[0][0]).A2
    assert first == pytest.approx(
        np.mean([-np.log(p[y]) for p, y in zip(A2, data[0][1], strict=True)]), rel=1e-5
    )
    losses = [run.train_epoch(batches(epoch)) for epoch in range(3)]
    assert losses[2] < losses[1] < losses[0] and losses[2] < 0.5 * first
    assert run.epoch == 4 and run.optimizer.t == 1 + 3 * BATCHES


def test_a_seed_repeats_a_run():
    assert same_parameters(trained(1).net, trained(1).net)
    assert not same_parameters(trained(1).net, trained(1, replace(TINY, seed=1)).net)


# Stopped and resumed


@pytest.mark.parametrize("stop", [1, 3])
def test_a_resumed_run_is_the_same_to_the_last_bit(tmp_path: Path, stop: int):
    path = tmp_path / "checkpoint.npz"
    trained(stop).save(path)
    resumed = Pretraining(TINY, BATCHES)
    resumed.load(path)
    assert resumed.epoch == stop and resumed.optimizer.t == stop * BATCHES
    for epoch in range(resumed.epoch, TINY.epochs):
        resumed.train_epoch(batches(epoch))
    whole = trained(TINY.epochs)
    assert same_parameters(resumed.net, whole.net)
    for one, other in zip(
        resumed.optimizer.means + resumed.optimizer.squares,
        whole.optimizer.means + whole.optimizer.squares,
        strict=True,
    ):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("change", [{"seed": 1}, {"epochs": 5}, {"pen_share": 0.3}, {"hidden_size": 17}])
def test_a_checkpoint_of_another_recipe_is_refused(tmp_path: Path, change: dict[str, float]):
    path = tmp_path / "checkpoint.npz"
    trained(1).save(path)
    other = Pretraining(replace(TINY, **change), BATCHES)
    before = other.net.copy()
    with pytest.raises(ValueError, match="another recipe.*delete it to start anew") as error:
        other.load(path)
    assert repr(TINY) in str(error.value)
    assert same_parameters(other.net, before) and other.epoch == 0


def test_saving_that_breaks_off_keeps_the_old_checkpoint(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    path = tmp_path / "checkpoint.npz"
    run = trained(1)
    run.save(path)
    old = path.read_bytes()

    def full_disk(file: Path, **arrays: np.ndarray) -> None:
        file.write_bytes(b"half")
        raise OSError("No space left on device")

    monkeypatch.setattr(np, "savez", full_disk)
    run.train_epoch(batches(1))
    with pytest.raises(OSError, match="No space"):
        run.save(path)
    assert path.read_bytes() == old


def test_half_precision_keeps_the_weights_to_a_thousandth():
    net = trained(1).net
    halves = in_float16(net)
    assert list(halves) == ["W1", "b1", "W2", "b2"]
    for name, half in halves.items():
        assert half.dtype == np.float16
        np.testing.assert_allclose(half.astype(np.float32), getattr(net, name), rtol=1e-3, atol=1e-6)


# The command


@pytest.fixture(scope="module")
def few_pen_digits(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The first 30 digits of each of four writers: two to learn from, two to check."""
    read_pen()  # skips where there is no file
    text = gzip.decompress((FOLDER / "pendigits-orig.tra.gz").read_bytes()).decode("ascii")
    kept: dict[int, list[str]] = {1: [], 24: [], 25: [], 30: []}
    for digit in text.split(".SEGMENT")[1:]:
        writer = int(digit.split(".COMMENT")[1].split()[1])
        if len(kept.get(writer, range(30))) < 30:
            kept[writer].append(".SEGMENT" + digit)
    assert all(len(digits) == 30 for digits in kept.values())
    path = tmp_path_factory.mktemp("pen") / "few.tra"
    path.write_text("".join(digit for digits in kept.values() for digit in digits))
    return path


@pytest.fixture
def pretrain(few_pen_digits: Path, mnist_dir: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., int]:
    """Run `python -m nn pretrain` on 600 MNIST digits and the few of the pen; the exit code."""
    monkeypatch.setenv("MNIST_DIR", str(mnist_dir))

    def call(folder: Path, *options: object) -> int:
        tiny = ("--train-size", 600, "--hidden-size", 16, "--epochs", 8, "--batch-size", 50, "--warmup", 5)
        words = (
            "pretrain",
            "--pen",
            few_pen_digits,
            "--folder",
            folder,
            "--pen-variants",
            2,
            *tiny,
            *options,
        )
        return command_line.main([str(word) for word in words])

    return call


def test_the_command_writes_weights_and_report(
    pretrain: Callable[..., int], tmp_path: Path, capsys: pytest.CaptureFixture
):
    assert pretrain(tmp_path / "new" / "folder", "--seed", 3, "--test") == 0
    out, err = capsys.readouterr()
    folder = tmp_path / "new" / "folder"
    assert "8/8" in err and "<" in err  # tqdm's progress and time left
    with np.load(folder / "pretrained.npz", allow_pickle=False) as file:
        assert {file[name].dtype.name for name in ("W1", "b1", "W2", "b2")} == {"float16"}
    net = TwoLayerNN.load(folder / "pretrained.npz")
    assert (net.input_size, net.hidden_size, net.output_size, net.activation) == (784, 16, 10, "relu")
    assert net.W1.dtype == np.float32

    report = json.loads((folder / "pretrained.json").read_text())
    assert set(report) == {"date", "data", "hyperparameters", "accuracy", "reject"}
    assert report["data"] == {
        "mnist_train": 550,
        "mnist_dev": 50,
        "pen_train_writers": [1, 24],
        "pen_dev_writers": [25, 30],
        "pen_train_digits": 60,
        "pen_dev_digits": 60,
    }
    chosen = {
        "hidden_size": 16,
        "epochs": 8,
        "batch_size": 50,
        "seed": 3,
        "warmup": 5,
        "learning_rate": 0.005,
    }
    assert chosen.items() <= report["hyperparameters"].items()
    brushes = [f"pen_dev_brush_{brush}" for brush in (12, 20, 28)]
    assert list(report["accuracy"]) == ["mnist_dev", *brushes, "mnist_test"]
    assert json.loads(out) == report["accuracy"]
    assert report["accuracy"]["mnist_test"] > 0.5  # guessing reads a tenth
    assert len(report["reject"]) == 100
    assert set(report["reject"][0]) == {"threshold", "refused", "right", "lost", "caught"}


def test_mnists_test_set_is_left_alone_unless_asked_for(pretrain: Callable[..., int], tmp_path: Path):
    assert pretrain(tmp_path, "--epochs", 1) == 0
    report = json.loads((tmp_path / "pretrained.json").read_text())
    assert "mnist_test" not in report["accuracy"] and report["reject"] == []


def test_an_interrupted_command_goes_on_to_the_same_weights(
    pretrain: Callable[..., int],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture,
):
    assert pretrain(tmp_path / "whole") == 0
    train_epoch, epochs = Pretraining.train_epoch, []

    def interrupted(self: Pretraining, digits: Batches) -> float:
        epochs.append(self.epoch)
        if len(epochs) == 7:
            raise KeyboardInterrupt
        return train_epoch(self, digits)

    monkeypatch.setattr(Pretraining, "train_epoch", interrupted)
    assert pretrain(tmp_path / "broken") == 130
    assert "goes on from the last checkpoint" in capsys.readouterr().out
    assert not (tmp_path / "broken" / "pretrained.npz").exists()
    assert pretrain(tmp_path / "broken") == 0
    assert epochs == [0, 1, 2, 3, 4, 5, 6, 5, 6, 7]  # saved after five
    whole, resumed = (TwoLayerNN.load(tmp_path / name / "pretrained.npz") for name in ("whole", "broken"))
    assert same_parameters(whole, resumed)


def test_the_command_complains_in_a_sentence(
    pretrain: Callable[..., int], tmp_path: Path, capsys: pytest.CaptureFixture
):
    assert pretrain(tmp_path, "--epochs", 1) == 0
    assert pretrain(tmp_path, "--epochs", 2) == 2
    assert "another recipe" in capsys.readouterr().err
    assert pretrain(tmp_path / "other", "--pen", tmp_path / "none.gz") == 2
    assert "none.gz cannot be read" in capsys.readouterr().err
