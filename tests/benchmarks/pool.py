"""Thirty visitors train at once, in the pool and with a thread each: python -m tests.benchmarks.pool."""

import argparse
import statistics
import threading
import time

from threadpoolctl import threadpool_limits

from data import load_sample
from nn import Hyperparameters, Trainer, TwoLayerNN
from server.pool import Pool

ENDLESS = 10**9  # iterations


def new_runs(sessions: int, batch_size: int) -> list[Trainer]:
    """Make as many runs of the modern network."""
    dataset = load_sample()
    settings = Hyperparameters(
        learning_rate=0.001, iterations=ENDLESS, batch_size=batch_size, optimizer="adam", dropout=0.1
    )
    return [
        Trainer(TwoLayerNN(hidden_size=128, init="he", seed=seed), dataset, settings.replace(seed=seed))
        for seed in range(sessions)
    ]


def in_the_pool(runs: list[Trainer], seconds: float) -> None:
    """Let a few workers advance them in turn."""
    pool = Pool()
    for run in runs:
        pool.run(run)
    time.sleep(seconds)
    pool.close()


def a_thread_each(runs: list[Trainer], seconds: float) -> None:
    """Give each a thread of its own."""
    threads = [threading.Thread(target=run.advance, args=(seconds,)) for run in runs]
    for run in runs:
        run.start()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def main() -> None:
    """Let both have their turns, a few times, and print iterations per second in all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sessions", type=int, default=30)
    parser.add_argument("--batch-size", type=int, default=64)
    parser.add_argument("--seconds", type=float, default=3.0, help="of each round (default: 3)")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    figures: dict[str, list[tuple[float, float, float]]] = {"pool": [], "a thread each": []}
    with threadpool_limits(1, user_api="blas"):
        for _ in range(options.rounds):
            for name, way in (("pool", in_the_pool), ("a thread each", a_thread_each)):
                runs = new_runs(options.sessions, options.batch_size)
                wall, processor = time.perf_counter(), time.process_time()
                way(runs, options.seconds)
                wall, processor = time.perf_counter() - wall, time.process_time() - processor
                done = [run.iteration for run in runs]
                figures[name].append((sum(done) / wall, sum(done) / processor, max(done) / max(1, min(done))))
    print(f"{options.sessions} sessions, batches of {options.batch_size}, 784-128-10, Adam")
    print("  iterations in all   a second   a second of a processor   fastest session / slowest")
    for name, rounds in figures.items():
        rate, efficiency, spread = (statistics.median(column) for column in zip(*rounds, strict=True))
        print(f"  {name:<17} {rate:10,.0f} {efficiency:25,.0f} {spread:27.1f}")
    print("On a busy machine thirty threads get more of the processors than two: compare the middle column.")


if __name__ == "__main__":
    main()
