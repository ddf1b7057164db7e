"""How accurate the page's two presets become on the full MNIST: python -m tests.benchmarks.accuracy."""

import argparse
import statistics
import time

from threadpoolctl import threadpool_limits

from data import Dataset, load_mnist
from nn import Status, Trainer
from server.pool import Pool
from ui.state.settings import CLASSIC, MODERN, Settings

CLASSIC_DIGITS = 42_000  # the first of the 60,000; 1,000 of them are held out


def train(preset: Settings, dataset: Dataset, seeds: range) -> list[Trainer]:
    """
    Train the preset once for each seed, as many runs at a time as there are processors.

    Parameters
    ----------
    preset : Settings
    dataset : Dataset
    seeds : range

    Returns
    -------
    list of Trainer
        The finished runs.
    """
    runs = []
    for seed in seeds:
        settings = Settings(
            hidden_size=preset.hidden_size,
            activation=preset.activation,
            init=preset.init,
            hyperparameters=preset.hyperparameters.replace(seed=seed),
        )
        runs.append(Trainer(settings.new_network(), dataset, settings.hyperparameters))
    with threadpool_limits(1, user_api="blas"):
        pool = Pool()
        for run in runs:
            pool.run(run)
        while any(run.status is Status.RUNNING for run in runs):
            time.sleep(0.05)
        pool.close()
    return runs


def main() -> None:
    """Print the accuracies of both presets, a seed a line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=5)
    seeds = range(parser.parse_args().seeds)
    for name, preset, digits in (("Classic", CLASSIC, CLASSIC_DIGITS), ("Modern", MODERN, None)):
        dataset = load_mnist(dev_size=1000, train_size=digits)
        runs = train(preset, dataset, seeds)
        dev = [run.history.dev_accuracy[-1] for run in runs]
        test = [run.net.evaluate(dataset.X_test, dataset.Y_test) for run in runs]
        print(f"{name}: {len(dataset.Y_train):,} training digits, {runs[0].epoch:.1f} epochs")
        for seed, one_dev, one_test in zip(seeds, dev, test, strict=True):
            print(f"  seed {seed}   dev {one_dev:.2%}   test {one_test:.2%}")
        print(f"  mean     dev {statistics.mean(dev):.2%}   test {statistics.mean(test):.2%}")


if __name__ == "__main__":
    main()
