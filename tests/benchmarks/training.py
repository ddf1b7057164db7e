"""
The classic run here and written the notebooks' way, in turn: python -m tests.benchmarks.training.

With --threads 2 both use two cores: here two threads work on slices of the batch, there BLAS takes two.
"""

import argparse
import io
import statistics
import time
from collections.abc import Callable

import numpy as np
from threadpoolctl import threadpool_limits

from data import Dataset, load_mnist
from nn import Hyperparameters, Trainer, TwoLayerNN

DIGITS = 42_000  # 1,000 of them are held out
LEARNING_RATE = 0.1


class NotebookLoop:
    """The same network and step as notebooks have it: float64, a column a digit, all digits at once."""

    def __init__(self, net: TwoLayerNN, dataset: Dataset) -> None:
        self.X = dataset.X_train.astype(np.float64).T  # (784, m)
        self.Y = dataset.Y_train
        self.W1, self.W2 = net.W1.astype(np.float64), net.W2.astype(np.float64)
        self.b1, self.b2 = net.b1.astype(np.float64)[:, None], net.b2.astype(np.float64)[:, None]
        self.iteration = 0
        self.screen = io.StringIO()

    def step(self) -> None:
        """One iteration, the accuracy of every tenth printed."""
        m = self.Y.size
        Z1 = self.W1 @ self.X + self.b1
        A1 = np.maximum(Z1, 0)
        Z2 = self.W2 @ A1 + self.b2
        A2 = np.exp(Z2) / np.sum(np.exp(Z2), axis=0)
        one_hot = np.zeros((m, 10))
        one_hot[np.arange(m), self.Y] = 1
        dZ2 = A2 - one_hot.T
        dW2 = dZ2 @ A1.T / m
        db2 = np.sum(dZ2, axis=1, keepdims=True) / m
        dZ1 = (self.W2.T @ dZ2) * (Z1 > 0)
        dW1 = dZ1 @ self.X.T / m
        db1 = np.sum(dZ1, axis=1, keepdims=True) / m
        self.W1 = self.W1 - LEARNING_RATE * dW1
        self.b1 = self.b1 - LEARNING_RATE * db1
        self.W2 = self.W2 - LEARNING_RATE * dW2
        self.b2 = self.b2 - LEARNING_RATE * db2
        if self.iteration % 10 == 0:
            print(self.iteration, np.mean(np.argmax(A2, axis=0) == self.Y), file=self.screen)
        self.iteration += 1


def seconds_per_iteration(step: Callable[[], None], iterations: int) -> float:
    """Time a few iterations in a row."""
    start = time.perf_counter()
    for _ in range(iterations):
        step()
    return (time.perf_counter() - start) / iterations


def main() -> None:
    """Train both by turns, ten iterations at a time, and print how long one takes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--iterations", type=int, default=50, help="of each, in tens (default: 50)")
    parser.add_argument("--threads", type=int, default=1, help="of both (default: 1)")
    parser.add_argument("--digits", type=int, default=DIGITS, help=f"default: {DIGITS:,}, 1,000 held out")
    options = parser.parse_args()
    dataset = load_mnist(dev_size=1000, train_size=options.digits)
    net = TwoLayerNN(seed=0)
    notebook = NotebookLoop(net, dataset)
    settings = Hyperparameters(learning_rate=LEARNING_RATE, iterations=options.iterations + 1)
    trainer = Trainer(net, dataset, settings, threads=options.threads)
    ours, theirs = [], []
    for chunk in [1, *[10] * (options.iterations // 10)]:  # the first is slower: memory is being taken
        with threadpool_limits(1, user_api="blas"):
            ours.append(seconds_per_iteration(trainer.step, chunk))
        with threadpool_limits(options.threads, user_api="blas"):
            theirs.append(seconds_per_iteration(notebook.step, chunk))
    gap = np.abs(notebook.W1 - trainer.net.W1).max()
    here, there = statistics.median(ours[1:]), statistics.median(theirs[1:])
    print(f"784-10-10, {len(dataset.Y_train):,} digits, full batch, {options.threads} thread(s)")
    print(f"  here            {1000 * here:6.1f} ms an iteration, measuring included")
    print(f"  notebooks' way  {1000 * there:6.1f} ms an iteration")
    print(f"  ratio           {there / here:6.2f}   (largest difference in W1 after both: {gap:.1e})")


if __name__ == "__main__":
    main()
