"""The command train: what it learns, prints, draws and writes, and how it is stopped."""

import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import nn.__main__ as command_line
from data import load_sample
from nn import TwoLayerNN
from tests.terminal import ROOT, accuracies, run


def test_train_learns_reports_saves_and_draws(tmp_path: Path):
    saved, drawn = tmp_path / "my.npz", tmp_path / "curves.png"
    answer = run("train", "--iterations", 60, "--learning-rate", 0.3, "--save", saved, "--plot", drawn)
    assert answer.code == 0
    assert "60/60" in answer.err and re.search(r"train \d+\.\d%, dev \d+\.\d%", answer.err)
    digits, net = load_sample(), TwoLayerNN.load(saved)
    wanted = {
        "train": net.evaluate(
            digits.X_train, digits.Y_train
        ),  # the whole splits, of the network that was saved
        "dev": net.evaluate(digits.X_dev, digits.Y_dev),
        "test": net.evaluate(digits.X_test, digits.Y_test),
    }
    assert accuracies(answer.out) == pytest.approx(wanted, abs=0.00006)
    assert wanted["test"] > 0.55
    assert f"wrote {saved}" in answer.out and f"wrote {drawn}" in answer.out
    picture = np.asarray(Image.open(drawn).convert("RGB"), int)
    assert picture.shape[0] >= 600 and picture.shape[1] >= 800
    red = (picture[..., 0] - picture[..., 1:].max(axis=2)) > 80
    green = (picture[..., 1] - picture[..., [0, 2]].max(axis=2)) > 50
    assert red.sum() > 100 and green.sum() > 100  # wrong and right answers are marked


def test_every_option_reaches_the_network(tmp_path: Path):
    options = {
        "learning_rate": 0.01,
        "batch_size": 512,
        "optimizer": "adam",
        "schedule": "cosine",
        "l2": 0.01,
        "dropout": 0.2,
        "seed": 4,
    }
    arguments = [word for name, value in options.items() for word in (f"--{name.replace('_', '-')}", value)]
    arguments += ["--iterations", 16, "--hidden", 12, "--activation", "tanh", "--init", "xavier"]
    answer = run("train", *arguments, "--dev-size", 904, "--save", tmp_path / "my")
    assert answer.code == 0, answer.err
    digits = load_sample(dev_size=904)  # 3,596 are left: 8 batches an epoch
    net = TwoLayerNN(hidden_size=12, activation="tanh", init="xavier", seed=4)
    net.train(digits.X_train, digits.Y_train, epochs=2, X_dev=digits.X_dev, Y_dev=digits.Y_dev, **options)
    saved = TwoLayerNN.load(tmp_path / "my.npz")
    assert saved.activation == "tanh"
    for one, other in zip(saved.parameters, net.parameters, strict=True):
        np.testing.assert_array_equal(one, other)


def test_without_options_it_is_the_classic_run():
    options = command_line.parser().parse_args(["train"])
    classic = {
        "data": "sample",
        "learning_rate": 0.1,
        "iterations": 500,
        "hidden_size": 10,
        "activation": "relu",
        "init": "uniform",
        "batch_size": None,
        "optimizer": "gradient_descent",
        "schedule": "constant",
        "l2": 0,
        "dropout": 0,
        "seed": 0,
    }
    assert {name: getattr(options, name) for name in classic} == classic


def test_a_diverged_run_says_what_to_do(tmp_path: Path):
    answer = run("train", "--learning-rate", 100, "--save", tmp_path / "my.npz", "--plot", tmp_path / "c.png")
    assert answer.code == 1
    assert "diverged" in answer.err and "Choose a learning rate below 100" in answer.err
    assert "Warning" not in answer.err
    assert not (tmp_path / "my.npz").exists() and (tmp_path / "c.png").exists()


@pytest.fixture
def started(tmp_path: Path) -> Iterator[subprocess.Popen]:
    """A long training in a process of its own."""
    command = [sys.executable, "-m", "nn", "train", "--iterations", "100000000", "--batch-size", "1"]
    process = subprocess.Popen(
        [*command, "--save", str(tmp_path / "my.npz")],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    yield process
    process.kill()
    process.wait()
    process.stdout.close()
    process.stderr.close()


def test_ctrl_c_stops_reports_and_saves(started: subprocess.Popen, tmp_path: Path):
    seen = b""
    while b"train " not in seen:  # the first accuracy: it is training
        seen += started.stderr.read1()
        assert started.poll() is None, seen
    started.send_signal(signal.SIGINT)
    out, err = started.communicate(timeout=60)
    assert started.returncode == 0, err
    assert b"Traceback" not in err
    assert re.search(r"stopped after [\d,]+ iterations", out.decode())
    assert set(accuracies(out.decode())) == {"train", "dev", "test"}
    assert TwoLayerNN.load(tmp_path / "my.npz").hidden_size == 10


def test_ctrl_c_anywhere_else_is_quiet(monkeypatch: pytest.MonkeyPatch):
    def interrupted(*arguments: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("nn.commands.train.load_digits", interrupted)
    answer = run("train")
    assert answer.code == 130 and answer.err == ""
