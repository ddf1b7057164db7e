"""The socket of an open page: frames of the drawing come up, readings and news of the run go down."""

import asyncio
import base64
import contextlib
import json
import logging
import math
import mimetypes
import secrets
import threading
import time
from bisect import bisect_right
from collections.abc import Callable, Sequence
from operator import itemgetter
from pathlib import Path
from typing import Any, NamedTuple, Protocol
from urllib.parse import urlsplit

import numpy as np
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount, WebSocketRoute
from starlette.staticfiles import StaticFiles
from starlette.types import Scope
from starlette.websockets import WebSocket, WebSocketState

SIDE = 140  # pixels, of a frame
FRAMES = 30  # a second and socket are read; as many may come at once
NEWS = 0.1  # seconds between two looks at the run
POINTS = 1000  # of a curve are sent at once
SOCKETS = 4  # of one visit
VISITS = 500  # are kept, the ones used last
KEPT = 2 * 3600.0  # seconds that an unused visit is kept

UNSUPPORTED, POLICY, INTERNAL = 1003, 1008, 1011  # codes of a close, RFC 6455

mimetypes.add_type("text/javascript", ".js")  # Windows may know another, and browsers refuse to run that


class Look(NamedTuple):
    """
    Where a run stands.

    Attributes
    ----------
    id : str
        Of the run; another one tells the page to forget the curve it has.
    iteration, iterations : int
        Updates made, and wanted.
    status : str
        ready, running, paused, finished or diverged.
    points : sequence of (iteration, train_loss, train_accuracy, dev_loss, dev_accuracy)
        All measurements so far, in order.
    pace : float or None
        Iterations per second.
    advice : str or dict or None
        What is going on or what to do, without Markdown; a dict has `text`, and may have `strong`, the words
        before it in bold, and `tone`: gray, blue, orange or red.
    parent : sequence like `points`, or None
        Of the run that this one was forked from.
    exhibit : dict or None
        The reading of the picture that stands in the canvas's place; None where the canvas does.
    """

    id: str
    iteration: int
    iterations: int
    status: str
    points: Sequence[Sequence[float]]
    pace: float | None = None
    advice: str | dict[str, str] | None = None
    parent: Sequence[Sequence[float]] | None = None
    exhibit: dict[str, Any] | None = None


class Visit(Protocol):
    """One visitor, as the socket needs it. Both methods are called in the event loop: they must be quick."""

    def read(self, frame: np.ndarray) -> dict[str, Any]:
        """Read a frame, (140, 140) uint8, ink bright; return what `reading` returns."""
        ...

    def look(self) -> Look | None:
        """Return where the run on show stands; None while there is none."""
        ...


def reading(digit: np.ndarray | None, expert: np.ndarray | None, yours: np.ndarray | None) -> dict[str, Any]:
    """
    Write down what two networks read, as JSON has it.

    Parameters
    ----------
    digit : (28, 28) or (784,) floats in [0, 1], or None
        What the networks see; None where nothing is drawn.
    expert, yours : (10,) floats in [0, 1], or None
        What they say of it. Numbers that are not finite, after an explosion, become None as well.

    Returns
    -------
    dict
        `expert` and `yours`, each a list of 10 floats or None; `sees`, the 784 pixels as bytes in base64,
        or None.
    """
    if digit is None:
        return {"expert": None, "yours": None, "sees": None}
    pixels = np.rint(np.reshape(digit, 784) * 255).astype(np.uint8)
    return {
        "expert": _probabilities(expert),
        "yours": _probabilities(yours),
        "sees": base64.b64encode(pixels.tobytes()).decode(),
    }


def _probabilities(said: np.ndarray | None) -> list[float] | None:
    if said is None or not np.isfinite(said).all():
        return None
    return np.round(np.reshape(said, 10).astype(np.float64), 6).tolist()


class News:
    """Finds out what has changed in a run since it was asked last; every socket has its own."""

    def __init__(self) -> None:
        self._before: Look | None = None
        self._exhibit: dict[str, Any] | None = None

    def since(self, look: Look | None) -> dict[str, Any] | None:
        """
        Return what is new.

        Parameters
        ----------
        look : Look or None

        Returns
        -------
        dict or None
            `run` and `exhibit`, or one of them; None where nothing has changed.
        """
        if look is None:
            return None
        message: dict[str, Any] = {}
        run = self._run(look)
        if run is not None:
            message["run"] = run
        if look.exhibit is not None and look.exhibit != self._exhibit:
            message["exhibit"] = look.exhibit
        self._before, self._exhibit = look, look.exhibit
        return message or None

    def _run(self, look: Look) -> dict[str, Any] | None:
        before = self._before
        if before is None or look.id != before.id or _end(look.points) < _end(before.points):
            return whole(look)
        new = look.points[bisect_right(look.points, _end(before.points), key=itemgetter(0)) :]
        if not new and _head(look) == _head(before):
            return None
        return _head(look) | {"points": _rows(new)}


def whole(look: Look) -> dict[str, Any]:
    """Return a run and its curve, at most 1,000 points, for a page that knows nothing of it yet."""
    parent = None if look.parent is None else _rows(_sampled(look.parent))
    return _head(look) | {"full": True, "points": _rows(_sampled(look.points)), "parent": parent}


def _sampled(points: Sequence[Sequence[float]]) -> Sequence[Sequence[float]]:
    """Return at most 1,000 points, evenly, the first and the last among them: a screen shows no more."""
    last = len(points) - 1
    if last < POINTS:
        return points
    return [points[round(k * last / (POINTS - 1))] for k in range(POINTS)]


def _head(look: Look) -> dict[str, Any]:
    return {
        "id": look.id,
        "iteration": int(look.iteration),
        "iterations": int(look.iterations),
        "status": str(look.status),
        "pace": None if look.pace is None else round(float(look.pace), 2),
        "advice": look.advice,
    }


def _end(points: Sequence[Sequence[float]]) -> float:
    return points[-1][0] if points else -1


def _rows(points: Sequence[Sequence[float]]) -> list[list[float | None]]:
    """Return the points as JSON has them: it knows neither infinity nor NaN."""
    return [[int(point[0]), *(_number(value) for value in point[1:])] for point in points]


def _number(value: float) -> float | None:
    number = float(value)
    return round(number, 5) if math.isfinite(number) else None


class _Entry:
    """A visitor, and when and by how many sockets it is in use."""

    def __init__(self, visit: Visit) -> None:
        self.visit, self.sockets, self.used = visit, 0, time.monotonic()


class Visits:
    """
    Who may open a socket: visitors by their unguessable tokens. May be used from any thread.

    Parameters
    ----------
    gone : callable, optional
        Is called with a visitor that is not kept any more: one unused for two hours, or, where there would be
        more than 500, the one whose last use lies farthest back, those without an open socket first.
    """

    def __init__(self, gone: Callable[[Visit], None] | None = None) -> None:
        self._entries: dict[str, _Entry] = {}
        self._lock = threading.Lock()
        self._gone = gone or (lambda visit: None)

    def open(self, visit: Visit) -> str:
        """Take a visitor in, and return the token that it is known by from now on."""
        token = secrets.token_urlsafe(24)
        with self._lock:
            dropped = self._dropped()
            self._entries[token] = _Entry(visit)
        for entry in dropped:
            self._gone(entry.visit)
        return token

    def find(self, token: object) -> Visit | None:
        """Return the visitor of a token, whatever was sent as one; None where there is none."""
        with self._lock:
            entry = self._entries.get(token) if isinstance(token, str) else None
            if entry is None:
                return None
            entry.used = time.monotonic()
            return entry.visit

    def close(self, token: str) -> None:
        """Forget a visitor, as when its page has turned out to be another one's that was opened again."""
        with self._lock:
            self._entries.pop(token, None)

    def sockets(self, token: str) -> int:
        """Count the open sockets of a visitor."""
        with self._lock:
            entry = self._entries.get(token)
            return entry.sockets if entry else 0

    def enter(self, token: str) -> Visit | None:
        """Count one more socket in; None where the token is wrong or four are open."""
        with self._lock:
            entry = self._entries.get(token)
            if entry is None or entry.sockets >= SOCKETS:
                return None
            entry.sockets += 1
            return entry.visit

    def leave(self, token: str) -> None:
        """Count one socket out."""
        with self._lock:
            if entry := self._entries.get(token):
                entry.sockets -= 1
                entry.used = time.monotonic()

    def __len__(self) -> int:
        """Count the visitors."""
        return len(self._entries)

    def _dropped(self) -> list[_Entry]:
        """Take out those that are not kept, so that there is room for one more."""
        by_age = sorted(self._entries, key=lambda token: self._order(self._entries[token]))
        oldest = time.monotonic() - KEPT
        surplus = max(len(by_age) - VISITS + 1, 0)
        old = [t for t in by_age[surplus:] if not self._entries[t].sockets and self._entries[t].used < oldest]
        return [self._entries.pop(token) for token in by_age[:surplus] + old]

    @staticmethod
    def _order(entry: _Entry) -> tuple[bool, float]:
        return entry.sockets > 0, entry.used


def live_routes(visits: Visits, scripts: Path, base: str = "") -> list[BaseRoute]:
    """
    Return what the app serves for live pages: the socket, and the scripts that open it.

    Parameters
    ----------
    visits : Visits
    scripts : Path
        The folder of the .js and .css files; nothing else in it is served.
    base : str
        What the addresses begin with, such as '/digits'.

    Returns
    -------
    list of BaseRoute
        A WebSocketRoute for /live?visit=TOKEN and a Mount for /live/js.
    """

    async def live(websocket: WebSocket) -> None:
        token = websocket.query_params.get("visit", "")
        visit = visits.enter(token) if _from_own_page(websocket) else None
        if visit is None:
            await websocket.close(POLICY)  # before it is accepted: the browser gets a 403
            return
        try:
            await _Conversation(websocket, visit).run()
        finally:
            visits.leave(token)

    return [
        WebSocketRoute(f"{base}/live", live),
        Mount(f"{base}/live/js", _Scripts(directory=scripts), name="live_js"),
    ]


def _from_own_page(websocket: WebSocket) -> bool:
    """Tell whether it is this server's own page that asks; only a browser says where it comes from."""
    origin = websocket.headers.get("origin")
    if origin is None:
        return True
    try:
        home = urlsplit(origin).netloc.lower()
    except ValueError:
        return False
    hosts = [websocket.headers.get(name, "") for name in ("host", "x-forwarded-host")]
    return bool(home) and home in [host.strip().lower() for host in ",".join(hosts).split(",")]


class _Scripts(StaticFiles):
    """Serves .js and .css only, and has the browser ask whether they are still the newest."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        if not path.endswith((".js", ".css")):
            raise HTTPException(404)
        response = await super().get_response(path, scope)
        response.headers["Cache-Control"] = "no-cache"
        return response


class _Conversation:
    """One open socket: takes frames in as they come, and answers the newest when its turn has come."""

    def __init__(self, websocket: WebSocket, visit: Visit) -> None:
        self.websocket, self.visit = websocket, visit
        self.frame: np.ndarray | None = None  # the newest that is still to be read
        self.came = asyncio.Event()

    async def run(self) -> None:
        """Talk until one side ends it."""
        await self.websocket.accept()
        tasks = [asyncio.create_task(self._listen()), asyncio.create_task(self._answer())]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        if self.websocket.application_state is self.websocket.client_state is WebSocketState.CONNECTED:
            for error in filter(None, (task.exception() for task in done)):
                logging.getLogger(__name__).error("A visit could not be answered.", exc_info=error)
            await self.websocket.close(INTERNAL)

    async def _listen(self) -> None:
        while True:
            message = await self.websocket.receive()
            if message["type"] == "websocket.disconnect":
                return
            frame = message.get("bytes")
            if frame is None or len(frame) != SIDE * SIDE:
                await self.websocket.close(UNSUPPORTED)
                return
            self.frame = np.frombuffer(frame, np.uint8).reshape(SIDE, SIDE)
            self.came.set()

    async def _answer(self) -> None:
        """Read 30 frames a second at most, after a pause as many at once; look at the run ten times."""
        clock = asyncio.get_running_loop().time
        news, look_at = News(), clock()
        tokens, counted = float(FRAMES), clock()
        while True:
            now = clock()
            tokens, counted = min(tokens + (now - counted) * FRAMES, FRAMES), now
            if self.frame is not None and tokens >= 1:
                frame, self.frame = self.frame, None
                tokens -= 1
                await self._send({"reading": self.visit.read(frame)})
            if now >= look_at:
                look_at = now + NEWS
                message = news.since(self.visit.look())
                if message is not None:
                    await self._send(message)
            wait = look_at - clock()
            if self.frame is not None:
                wait = min(wait, max((1 - tokens) / FRAMES, 0))
            else:
                self.came.clear()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(max(wait, 0)):
                    await (asyncio.sleep(wait) if self.frame is not None else self.came.wait())

    async def _send(self, message: dict[str, Any]) -> None:
        await self.websocket.send_text(json.dumps(message, allow_nan=False, separators=(",", ":")))
