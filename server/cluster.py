"""Worker processes for the engine: on this computer, or wherever a Dask scheduler has some."""

import logging
import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from multiprocessing import spawn
from typing import Any

import dask
from distributed import Client, LocalCluster

from server.engine import Engine, NodeLostError
from server.node import Node

logger = logging.getLogger(__name__)

MEMORY = "auto"  # of a worker: its share of the computer's; one that takes more is replaced by another
CALL_PATIENCE = 10.0  # seconds until a worker that does not answer counts as gone
DATA_PATIENCE = 120.0  # the same where digits may have to be read or sent first
WORKER_PATIENCE = 30.0  # seconds that the app waits for the first worker
DATA_CALLS = ("has", "put", "submit")
QUIET = {  # Dask looks at itself all the time, which takes 5 % of each processor: here nobody reads that
    "distributed.admin.tick.interval": "1s",
    "distributed.admin.tick.cycle": "10s",
    "distributed.admin.system-monitor.interval": "5s",
    "distributed.scheduler.work-stealing": False,
    "distributed.worker.profile.enabled": False,
}
SCHEDULER = "DIGITS_SCHEDULER"  # the address of a Dask scheduler, such as tcp://192.168.1.20:8786


class NodeThere:
    """A node in a worker process, as a Dask actor."""

    def __init__(self, client: Client, address: str) -> None:
        made = client.submit(Node, 1, True, actor=True, workers=[address], pure=False)
        self._actor = made.result(timeout=CALL_PATIENCE)
        self.lost = False

    def send(self, method: str, *arguments: object) -> Callable[[], Any]:
        """Call one of its methods; what is returned waits for the answer."""
        future, patience = None, DATA_PATIENCE if method in DATA_CALLS else CALL_PATIENCE
        with suppress(RuntimeError):  # Dask may know already that the worker has gone
            future = getattr(self._actor, method)(*arguments)

        def answer() -> object:
            try:
                if future is not None:
                    return future.result(timeout=patience)
            except OSError as error:  # a TimeoutError is one, too
                logger.debug("No answer to %s", method, exc_info=error)
            self.lost = True
            raise NodeLostError(f"The worker process did not answer to '{method}'.")

        return answer


class SchedulerUnreachableError(Exception):
    """There is no scheduler at the address that was given."""


@contextmanager
def workers(engine: Engine) -> Iterator[None]:
    """
    Let the engine train in worker processes while the block runs.

    By default one for each processor of this computer, reachable from this computer only, over connections
    encrypted with a key made for the occasion. With DIGITS_SCHEDULER, those of that Dask scheduler.

    Parameters
    ----------
    engine : Engine

    Raises
    ------
    SchedulerUnreachableError
        When DIGITS_SCHEDULER names one that does not answer, or that has no workers.
    """
    address = os.environ.get(SCHEDULER)
    temporary = tempfile.TemporaryDirectory(prefix="digits-", ignore_cleanup_errors=True)
    with temporary as folder, _client(address, folder) as client:
        nodes: dict[str, NodeThere] = {}

        def find_nodes() -> list[NodeThere]:
            found = []
            for place in client.scheduler_info(n_workers=-1)["workers"]:
                if place not in nodes or nodes[place].lost:
                    try:
                        nodes[place] = NodeThere(client, place)
                    except Exception:  # it has gone in the meantime; the next search will tell
                        logger.debug("No node at %s", place, exc_info=True)
                    else:
                        found.append(nodes[place])
            return found

        try:
            client.wait_for_workers(1, timeout=WORKER_PATIENCE)
        except TimeoutError as error:
            raise SchedulerUnreachableError(
                f"The Dask scheduler {address} has no workers: start one with 'dask worker {address}'."
            ) from error
        engine.open(find_nodes, cores=sum(client.nthreads().values()))
        try:
            yield
        finally:
            engine.close()


@contextmanager
def _client(address: str | None, folder: str) -> Iterator[Client]:
    if address:
        try:
            client = Client(address, timeout=CALL_PATIENCE)
        except (OSError, ValueError) as error:
            raise SchedulerUnreachableError(
                f"{SCHEDULER} is {address}, but no Dask scheduler answers there: start one with "
                "'dask scheduler', or unset the variable to train on this computer."
            ) from error
        with closing(client):
            yield client
        return
    with (
        dask.config.set(QUIET),  # the workers get it, too
        _without_main(),
        LocalCluster(
            n_workers=os.cpu_count() or 1,
            threads_per_worker=1,
            memory_limit=MEMORY,
            processes=True,
            security=True,
            dashboard_address="127.0.0.1:0",  # Dask answers there whether it is alive, and nothing else
            scheduler_kwargs={"dashboard": False},
            local_directory=folder,
            env={"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"},
            silence_logs=logging.CRITICAL,  # that a dead worker does not answer is expected
        ) as cluster,
        closing(Client(cluster)) as client,  # `with Client` can only be left in the thread that entered it
    ):
        client.wait_for_workers(os.cpu_count() or 1, timeout=60)
        yield client


@contextmanager
def _without_main() -> Iterator[None]:
    """
    Have new processes begin with nothing but what they are told to import.

    Python would run this process's main module in each of them, and Streamlit puts the page in its place: a
    worker that comes for one that has died would draw the page, and fail.
    """
    prepare = spawn.get_preparation_data

    def prepare_without_main(name: str) -> dict[str, Any]:
        given = prepare(name)
        return {key: value for key, value in given.items() if not key.startswith("init_main")}

    spawn.get_preparation_data = prepare_without_main
    try:
        yield
    finally:
        spawn.get_preparation_data = prepare
