"""All visitors in one process of their own: what they cost is neither the server's nor the measuring's."""

import asyncio
import multiprocessing
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection

from tests.load.drawings import prepare_drawings
from tests.load.visitor import Record, Visitor

DRAWINGS = 20  # different ones
APART = 0.1  # seconds between two arrivals
SETTLE = 2.0  # seconds from the last arrival to the measuring


@dataclass(frozen=True)
class Plan:
    """How many come, what they do and for how long."""

    visitors: int
    training: int  # of the visitors
    seconds: float  # measured
    limit: float = 30.0  # seconds; what takes longer is unanswered
    presses: tuple[float, float] = (5.0, 25.0)  # seconds from one to the next, of buttons and pages


@contextmanager
def crowd(url: str, plan: Plan) -> Iterator[Connection]:
    """Start the process; it says 'there', then 'over' when the time has passed, then sends its Record."""
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    process = context.Process(target=_run, args=(url, plan, there), daemon=True)
    process.start()
    there.close()
    try:
        yield here
    finally:
        process.join(plan.limit + 5)
        process.kill()


def _run(url: str, plan: Plan, pipe: Connection) -> None:
    asyncio.run(_visit(url, plan, pipe))


async def _visit(url: str, plan: Plan, pipe: Connection) -> None:
    drawings = prepare_drawings(DRAWINGS)
    visitors = [
        Visitor(url, number, number < plan.training, drawings, plan.limit, plan.presses)
        for number in range(plan.visitors)
    ]
    async with asyncio.TaskGroup() as arrivals:
        for visitor in visitors:
            arrivals.create_task(visitor.arrive())
            await asyncio.sleep(APART)
    await asyncio.sleep(SETTLE)
    pipe.send("there")
    processor = time.process_time()
    async with asyncio.TaskGroup() as stays:
        for visitor in visitors:
            stays.create_task(visitor.stay(plan.seconds))
        await asyncio.sleep(plan.seconds)
        for visitor in visitors:
            visitor.stop_watch()
        pipe.send("over")
        share = (time.process_time() - processor) / plan.seconds
    record = Record()
    for visitor in visitors:
        await visitor.leave()
        record.add(visitor.record)
    pipe.send((record, share))
