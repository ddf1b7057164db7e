"""The same runs without any page: as fast as this computer makes them."""

import multiprocessing
import os
import time
from multiprocessing.connection import Connection

from threadpoolctl import threadpool_limits

TURN = 0.02  # seconds that a run is advanced before the next one is


def bare_iterations_per_second(runs: int, seconds: float) -> float:
    """Train classic networks in a process a core, in turn; return the iterations a second of all together."""
    context = multiprocessing.get_context("spawn")
    processes = min(runs, os.cpu_count() or 1)
    workers = []
    for number in range(processes):
        here, there = context.Pipe()
        mine = range(number, runs, processes)
        process = context.Process(target=_train, args=(mine, seconds, there), daemon=True)
        process.start()
        there.close()
        workers.append((process, here))
    for _, pipe in workers:  # all are ready before the first begins
        pipe.recv()
    for _, pipe in workers:
        pipe.send("go")
    pace = sum(pipe.recv() for _, pipe in workers)
    for process, _ in workers:
        process.join()
    return pace


def _train(seeds: range, seconds: float, pipe: Connection) -> None:
    from data import load_sample
    from nn import Hyperparameters, Trainer, TwoLayerNN

    with threadpool_limits(1, user_api="blas"):
        sample = load_sample()
        trainers = [
            Trainer(TwoLayerNN(seed=seed), sample, Hyperparameters(iterations=10**6, seed=seed))
            for seed in seeds
        ]
        for trainer in trainers:
            trainer.start()
        pipe.send("ready")
        pipe.recv()
        begin = time.perf_counter()
        while time.perf_counter() - begin < seconds:
            for trainer in trainers:
                trainer.advance(TURN)
        pipe.send(sum(trainer.iteration for trainer in trainers) / (time.perf_counter() - begin))
