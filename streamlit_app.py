"""The app that `streamlit run streamlit_app.py` serves: the page, its socket, and the engine that trains."""

import asyncio
import gc
import logging
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import streamlit as st
from starlette.middleware import Middleware

from server.cluster import SchedulerUnreachableError, workers
from server.engine import engine
from server.guard import guard
from server.live import live_routes
from server.shortened import Shortened
from server.visits import visits

UI = Path(__file__).parent / "ui"
BASE = "/" + st.get_option("server.baseUrlPath").strip("/") if st.get_option("server.baseUrlPath") else ""
SWITCH = 0.0005  # seconds until a thread that draws a page lets a drawing be read; Python's own 5 ms add up
SWEEP = 1.0  # seconds between two looks for pages that have been closed


@asynccontextmanager
async def lifespan(_: st.App) -> AsyncIterator[None]:
    """Start the worker processes with the app and stop them at its end; pause what nobody looks at."""
    sys.setswitchinterval(SWITCH)
    training = workers(engine())
    try:
        await asyncio.to_thread(training.__enter__)
    except SchedulerUnreachableError as error:
        print(error, file=sys.stderr, flush=True)
        os._exit(1)  # an exception here would be told in thirty lines; nothing has been started yet
    guard().protect(st.runtime.get_instance())
    sweeping = asyncio.create_task(sweep())
    try:
        yield
    finally:
        sweeping.cancel()
        await asyncio.to_thread(training.__exit__, None, None, None)


async def sweep() -> None:
    """Look for closed pages again and again."""
    while not len(visits()):
        await asyncio.sleep(SWEEP)
    gc.collect()
    gc.freeze()  # libraries and pages are all here: looking through them for garbage takes 0.1 s each time
    while True:
        await asyncio.sleep(SWEEP)
        await asyncio.to_thread(visits().sweep)


def say_sorry(error: Exception) -> bool:
    """Show a visitor a sentence where something went wrong that nobody foresaw; the log has the details."""
    logging.getLogger("digits").exception("A page could not be drawn", exc_info=error)
    st.error(
        "Something went wrong with what was just sent to the server, and it was left out. Your network and "
        "your drawing are still here: go on, or reload the page."
    )
    return True


app = st.App(
    UI / "page.py",
    routes=live_routes(visits(), UI / "live", BASE),
    middleware=[Middleware(Shortened)],
    lifespan=lifespan,
    on_script_error=say_sorry,
)
