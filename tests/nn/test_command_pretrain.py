"""The command pretrain: what it writes, how it is resumed, and with what it is not."""

import gzip
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

import nn.__main__ as command_line
from nn import TwoLayerNN
from nn.expert.pretraining import Pretraining
from tests.pen import FOLDER, read_pen
from tests.toy import same_parameters


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

    def interrupted(self: Pretraining, digits: object) -> float:
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


def test_other_data_than_those_it_began_with_are_refused(
    pretrain: Callable[..., int], few_pen_digits: Path, tmp_path: Path, capsys: pytest.CaptureFixture
):
    assert pretrain(tmp_path, "--epochs", 1) == 0
    before = (tmp_path / "checkpoint.npz").read_bytes()
    assert pretrain(tmp_path, "--epochs", 1, "--train-size", 480) == 2
    complaint = capsys.readouterr().err
    assert "other data (mnist_dev 50, now 40, mnist_train 550, now 440)" in complaint

    fewer = tmp_path / "fewer.tra"
    digits = few_pen_digits.read_text().split(".SEGMENT")
    fewer.write_text(".SEGMENT".join([digits[0], *digits[2:]]))  # without the first
    assert pretrain(tmp_path, "--epochs", 1, "--pen", fewer) == 2
    complaint = capsys.readouterr().err
    assert "pen-0-2.npz holds pictures of other pen digits (60)" in complaint and "(59)" in complaint
    (tmp_path / "pen-0-2.npz").unlink()
    assert pretrain(tmp_path, "--epochs", 1, "--pen", fewer) == 2
    assert "pen_train_digits 60, now 59" in capsys.readouterr().err
    assert (tmp_path / "checkpoint.npz").read_bytes() == before
    assert pretrain(tmp_path, "--epochs", 1) == 2  # now the pictures are those of the fewer digits
    (tmp_path / "pen-0-2.npz").unlink()
    assert pretrain(tmp_path, "--epochs", 1) == 0


def test_the_command_complains_in_a_sentence(
    pretrain: Callable[..., int], tmp_path: Path, capsys: pytest.CaptureFixture
):
    assert pretrain(tmp_path, "--epochs", 1) == 0
    assert pretrain(tmp_path, "--epochs", 2) == 2
    assert "another recipe" in capsys.readouterr().err
    assert pretrain(tmp_path / "other", "--pen", tmp_path / "none.gz") == 2
    assert "none.gz cannot be read" in capsys.readouterr().err
