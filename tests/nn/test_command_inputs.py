"""Digits by name on the command line: CSV files, MNIST, Kaggle, downloads, and a saved network."""

from collections.abc import Callable
from pathlib import Path

import pytest

import nn.commands.inputs as inputs
from data import load_sample
from nn import TwoLayerNN
from tests.terminal import accuracies, digits_csv, run


def test_a_csv_file_has_no_test_digits(tmp_path: Path):
    answer = run(
        "train", "--data", digits_csv(tmp_path / "mine.csv"), "--iterations", 5, "--plot", tmp_path / "a.pdf"
    )
    assert answer.code == 0
    assert "no test digits" in answer.out and set(accuracies(answer.out)) == {"train", "dev"}
    assert (tmp_path / "a.pdf").read_bytes().startswith(b"%PDF")


def test_mnist_by_name(mnist_dir: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("MNIST_DIR", str(mnist_dir))
    answer = run("train", "--data", "mnist", "--iterations", 2, "--batch-size", 100)
    assert answer.code == 0
    assert "of 59,000 digits" in answer.out and "of 10,000 digits" in answer.out


def test_kaggle_is_the_train_csv_in_the_data_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    sources = inputs.list_sources
    monkeypatch.setattr(inputs, "list_sources", lambda: sources(tmp_path))
    find = inputs.find_source
    monkeypatch.setattr(inputs, "find_source", lambda key: find(key, tmp_path))
    answer = run("train", "--data", "kaggle", "--iterations", 2)
    assert answer.code == 2 and "no data/train.csv" in answer.err
    digits_csv(tmp_path / "train.csv", header=True)
    answer = run("train", "--data", "kaggle", "--iterations", 2)
    assert answer.code == 0 and "train.csv" in answer.out and "of 32 digits" in answer.out


def test_a_download_shows_its_progress(monkeypatch: pytest.MonkeyPatch):
    class Remote:
        needs_download = True

        def load(self, progress: Callable[[int, int], object], **options: int) -> object:
            progress(1_000_000, 4_000_000)
            progress(4_000_000, 4_000_000)
            return load_sample(**options)

    monkeypatch.setattr(inputs, "find_source", lambda key: Remote())
    answer = run("train", "--data", "mnist", "--iterations", 1)
    assert answer.code == 0 and "4.00M/4.00M" in answer.err


def test_evaluate_says_the_same_as_train(tmp_path: Path):
    trained = run("train", "--iterations", 10, "--seed", 3, "--save", tmp_path / "my.npz")
    evaluated = run("evaluate", tmp_path / "my.npz")
    assert evaluated.code == 0
    assert accuracies(evaluated.out) == accuracies(trained.out) and len(accuracies(trained.out)) == 3


def test_a_network_for_other_pictures_is_refused(tmp_path: Path):
    TwoLayerNN(100, 5, 10).save(tmp_path / "small.npz")
    answer = run("evaluate", tmp_path / "small.npz")
    assert answer.code == 2 and "X has shape (4000, 784); it needs (digits, 100)" in answer.err
