"""The same runs without any page: in the same worker processes, behind the same engine."""

import multiprocessing
import time
from multiprocessing.connection import Connection

SETTLE = 1.0  # seconds from the last start to the measuring
LONG = 10_000  # iterations: no run ends meanwhile


def bare_iterations_per_second(runs: int, seconds: float) -> float:
    """
    Train classic networks on the sample in the engine's own worker processes, with no page before them.

    Parameters
    ----------
    runs : int, 1 or more
    seconds : float

    Returns
    -------
    float
        Iterations a second, of all runs together.
    """
    context = multiprocessing.get_context("spawn")  # the engine is one a process: this one keeps its own
    here, there = context.Pipe(duplex=False)
    process = context.Process(target=_train, args=(runs, seconds, there))
    process.start()
    there.close()
    try:
        return here.recv()
    finally:
        process.join()


def _train(runs: int, seconds: float, pipe: Connection) -> None:
    from nn import Hyperparameters, TwoLayerNN
    from server.cluster import workers
    from server.datasets import datasets
    from server.engine import engine
    from server.node import TrainingRecipe

    with workers(engine()):
        key = datasets().get("sample").key
        jobs = [
            engine().submit(
                TrainingRecipe(key, TwoLayerNN(seed=seed), Hyperparameters(iterations=LONG, seed=seed))
            )
            for seed in range(runs)
        ]
        for job in jobs:
            job.start()
        time.sleep(SETTLE)
        begin, before = time.perf_counter(), sum(job.iteration for job in jobs)
        time.sleep(seconds)
        done = sum(job.iteration for job in jobs) - before
        pipe.send(done / (time.perf_counter() - begin))
