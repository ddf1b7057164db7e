"""What somebody in a class does: opens the page, trains, draws, presses Pause, and looks at another page."""

import asyncio
import json
import re
import time
from collections import Counter, defaultdict
from collections.abc import Awaitable
from contextlib import suppress
from dataclasses import dataclass, field

import numpy as np
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState

from tests.load.client import Client, Unanswered
from tests.load.drawings import Drawing
from tests.load.live import LiveSocket

LESSON = "iterations=10000"  # the classic, long enough not to end meanwhile
BETWEEN_DRAWINGS = (2.0, 6.0)  # seconds
PEN_UP = 0.2  # seconds from the pen's last move until the canvas sends its picture
FRAMES_A_SECOND = 20
REDRAW = "live_redraw_"  # what the keys of parts begin with that Python draws again and again
STATUS = re.compile(r"\*\*(\w+)\*\* · iteration ([\d,]+) of")


@dataclass
class Record:
    """What a visitor, or all of them, waited for."""

    seconds: defaultdict[str, list[float]] = field(
        default_factory=lambda: defaultdict(list)
    )  # by what was done
    unanswered: Counter[str] = field(default_factory=Counter)
    wrong: int = 0  # readings that were not the expert's
    errors: list[str] = field(default_factory=list)  # exceptions on the page, connections lost
    paces: list[float] = field(default_factory=list)  # iterations a second of each run in training
    silent: int = 0  # runs in training of which nothing was heard
    redrawn: int = 0  # parts that Python drew again, as a run had moved

    def add(self, other: "Record") -> None:
        """Take in another visitor's."""
        for what, seconds in other.seconds.items():
            self.seconds[what] += seconds
        self.unanswered += other.unanswered
        self.wrong += other.wrong
        self.errors += other.errors
        self.paces += other.paces
        self.silent += other.silent
        self.redrawn += other.redrawn


class Visitor:
    """
    One visitor, doing one thing after another; only drawing over the socket goes on beside the rest.

    Parameters
    ----------
    url : str
    number : int
        Seeds what is done when.
    trains : bool
        Whether a run is set going at the beginning.
    drawings : list of Drawing
        Drawn in turn.
    limit : float, seconds
        What takes longer counts as unanswered.
    presses : two floats, seconds
        Shortest and longest pause between two presses of buttons and pages.
    """

    def __init__(
        self,
        url: str,
        number: int,
        trains: bool,
        drawings: list[Drawing],
        limit: float,
        presses: tuple[float, float],
    ) -> None:
        self._presses = presses
        self._url, self._trains, self._drawings, self._limit = url, trains, drawings, limit
        self._rng = np.random.default_rng(number)
        self._drawn = number * 7
        self._client: Client | None = None
        self._socket: LiveSocket | None = None
        self._reading: dict = {}
        self._redrawing: asyncio.Task | None = None
        self._status = ""
        self._progress: list[tuple[float, int]] = []  # what was heard of the run, and when
        self.record = Record()

    async def arrive(self) -> None:
        """Open the page, and press Train where this visitor trains."""
        begin = time.perf_counter()
        try:
            self._client = await Client.open(self._url, LESSON, self._limit)
        except Unanswered as error:
            self.record.unanswered["open"] += 1
            self.record.errors.append(str(error))
            return
        self.record.seconds["open"].append(time.perf_counter() - begin)
        self._client.heard = self._look_at_page
        self._status = "ready"
        if self._client.socket:
            await self._connect()
        if self._trains:
            await self._timed("start", self._press("train", "running"))

    async def stay(self, seconds: float) -> None:
        """Be a visitor for so long, and end what was begun."""
        if self._client is None:
            return
        end = time.perf_counter() + seconds
        self._progress = self._progress[-1:]
        async with asyncio.TaskGroup() as both:
            both.create_task(self._act(end))
            both.create_task(self._draw(end))

    async def leave(self) -> None:
        """Close the page."""
        if self._client is None:
            return
        self.record.errors += self._client.errors
        if not self._client.connected:
            self.record.errors.append("the connection was lost")
        if self._socket:
            await self._socket.close()
        await self._client.close()

    def stop_watch(self) -> None:
        """Note how fast the run went."""
        if not self._trains:
            return
        if len(self._progress) < 2:
            self.record.silent += 1
            return
        (begin, _), (end, _) = self._progress[0], self._progress[-1]
        counts = [count for _, count in self._progress]
        done = sum(
            max(0, b - a) for a, b in zip(counts, counts[1:], strict=False)
        )  # a reset counts for nothing
        self.record.paces.append(done / (end - begin))

    async def _act(self, end: float) -> None:
        while True:
            pause = self._rng.uniform(*self._presses)
            if time.perf_counter() + pause >= end:
                return
            await asyncio.sleep(pause)
            presses = self._trains and self._rng.random() < 0.5
            await (self._pause_and_go_on() if presses else self._turn_page())

    async def _pause_and_go_on(self) -> None:
        if self._status == "running":
            await self._timed("press", self._press("train", "paused", "finished"))
        if self._status in ("finished", "diverged"):
            await self._timed("press", self._press("reset", "ready"))
        if self._status in ("paused", "ready"):
            await self._timed("press", self._press("train", "running"))

    async def _turn_page(self) -> None:
        client = self._client
        others = [name for name, known in client.pages.items() if known != client.page]
        await self._timed("page", client.go(others[self._rng.integers(len(others))], self._limit))

    async def _draw(self, end: float) -> None:
        """Draw digits one after another, until the time has passed."""
        while True:
            pause = self._rng.uniform(*BETWEEN_DRAWINGS)
            if time.perf_counter() + pause >= end:
                return
            await asyncio.sleep(pause)
            drawing = self._next_drawing()
            if self._socket:
                await self._draw_live(drawing, end)
            await asyncio.sleep(PEN_UP)
            await self._lift_pen(drawing)

    async def _draw_live(self, drawing: Drawing, end: float) -> None:
        """Draw a digit stroke by stroke; the next frame goes when the reading is here, as in the browser."""
        for frame, sees, digit in zip(drawing.frames, drawing.sees, drawing.read, strict=True):
            if time.perf_counter() >= end:
                return
            await asyncio.sleep(1 / FRAMES_A_SECOND)
            if not await self._timed("frame", self._read(frame, sees)):
                await self._connect_again()
            elif int(np.argmax(self._reading["expert"])) != digit:
                self.record.wrong += 1

    async def _lift_pen(self, drawing: Drawing) -> None:
        """Send what the canvas sends once the pen is up; without a socket, wait for the digit."""
        canvas = self._client.find("canvas")
        if canvas is None or canvas.data.get("realtimeUpdateStreamlit") is False:
            return
        value = WidgetState(id=canvas.identity, json_value=drawing.canvas)
        if self._socket:  # the digit is there already, nobody waits
            with suppress(Unanswered):
                await self._client.send(value, fragment=canvas.fragment)
            return
        digit = str(drawing.digit)
        read = self._client.ask(lambda: self._client.text("prediction") == digit, self._limit, value)
        await self._timed("frame", read)

    async def _connect(self) -> None:
        with suppress(Unanswered):
            self._socket = await LiveSocket.open(self._url, self._client.socket, self._hear, self._limit)

    async def _connect_again(self) -> None:
        """Do as the browser does when a socket is silent."""
        await self._socket.close()
        await asyncio.sleep(1.0)
        await self._connect()

    async def _read(self, frame: bytes, sees: str) -> float:
        seconds, self._reading = await self._socket.read(frame, self._limit, sees)
        return seconds

    async def _press(self, key: str, *wanted: str) -> float:
        return await self._client.press(key, lambda: self._status in wanted, self._limit, wanted[0])

    async def _timed(self, what: str, waiting: Awaitable[float]) -> bool:
        """Note how long something took, or that it did not come."""
        try:
            self.record.seconds[what].append(await waiting)
        except Unanswered:
            self.record.unanswered[what] += 1
            return False
        return True

    def _next_drawing(self) -> Drawing:
        self._drawn += 1
        return self._drawings[self._drawn % len(self._drawings)]

    def _look_at_page(self, message: ForwardMsg) -> None:
        """Read the status, where the message brought it."""
        element = message.delta.new_element
        found = STATUS.search(element.markdown.body) if element.WhichOneof("type") == "markdown" else None
        if found:
            self._note(found[1].lower(), int(found[2].replace(",", "")))

    def _hear(self, news: dict) -> None:
        if "run" in news:
            self._note(str(news["run"]["status"]).lower(), int(news["run"]["iteration"]))
            self._client.look()
        if "redraw" in news:
            self._redrawing = asyncio.create_task(self._redraw(news["redraw"]))

    async def _redraw(self, count: int) -> None:
        """Have the parts that Python draws drawn anew, as the browser does when it is their turn."""
        parts = {key: part for key, part in self._client.widgets().items() if key.startswith(REDRAW)}
        for part in parts.values():
            value = WidgetState(id=part.identity, json_value=json.dumps({"redraw": count}))
            with suppress(Unanswered):
                await self._client.send(value, fragment=part.fragment)
            self.record.redrawn += 1

    def _note(self, status: str, iteration: int) -> None:
        self._status = status
        self._progress.append((time.perf_counter(), iteration))
