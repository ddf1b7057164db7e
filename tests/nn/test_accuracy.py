"""The two presets on the full MNIST; five seeds of each: python -m tests.benchmarks.accuracy."""

from pathlib import Path

import pytest

from data import load_mnist
from nn import Status
from tests.benchmarks.accuracy import CLASSIC_DIGITS, train
from ui.state.settings import CLASSIC, MODERN


@pytest.fixture(autouse=True)
def mnist(mnist_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Read MNIST from the folder where it is."""
    monkeypatch.setenv("MNIST_DIR", str(mnist_dir))


def test_classic_reaches_what_everyone_knows():
    dataset = load_mnist(dev_size=1000, train_size=CLASSIC_DIGITS)
    (run,) = train(CLASSIC, dataset, range(1))
    assert len(dataset.Y_train) == 41_000 and run.iteration == run.epoch == 500
    # the mean of five seeds has to be between 82 and 87 %, and they differ by about one
    assert 0.815 <= run.net.evaluate(dataset.X_dev, dataset.Y_dev) <= 0.875
    assert run.history.dev_accuracy[-1] == run.net.evaluate(dataset.X_dev, dataset.Y_dev)


def test_modern_reads_the_test_digits_within_four_epochs():
    dataset = load_mnist(dev_size=1000)
    (run,) = train(MODERN, dataset, range(1))
    assert run.status is Status.FINISHED and run.epoch <= 4
    assert len(dataset.Y_train) == 59_000 and len(dataset.Y_test) == 10_000
    # the mean of five seeds has to be 98.0 %, and they differ by a tenth or two
    assert run.net.evaluate(dataset.X_test, dataset.Y_test) >= 0.977
