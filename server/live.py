"""The socket of an open page: frames of the drawing come up, readings and news of the run go down."""

import asyncio
import base64
import json
import logging
import math
import mimetypes
import time
from bisect import bisect_right
from collections.abc import Sequence
from operator import itemgetter
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import numpy as np
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount, WebSocketRoute
from starlette.staticfiles import StaticFiles
from starlette.types import Scope
from starlette.websockets import WebSocket, WebSocketState

from server.visits import Look, Visit, Visits

SIDE = 140  # pixels, of a frame
FRAMES = 30  # a second and socket are read; as many may come at once
NEWS = 0.1  # seconds between two looks at the run
MANY = 20  # sockets; of more, each looks at its run more rarely, as all together cost too much otherwise
SIGN_OF_LIFE = 5.0  # seconds without news after which the page is told that there are none
POINTS = 1000  # of a curve are sent at once

UNSUPPORTED, POLICY, INTERNAL = 1003, 1008, 1011  # codes of a close, RFC 6455

mimetypes.add_type("text/javascript", ".js")  # Windows may know another, and browsers refuse to run that


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
        self._told = -math.inf  # when, in seconds
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
            `run` and `exhibit`, or one of them; None where nothing has changed, for five seconds at most.
        """
        if look is None:
            return None
        message: dict[str, Any] = {}
        if self._before is not None and look.redraw != self._before.redraw:
            message["redraw"] = look.redraw
        run = self._run(look)
        if run is not None:
            message["run"] = run
        if look.exhibit is not None and look.exhibit != self._exhibit:
            message["exhibit"] = look.exhibit
        self._before, self._exhibit = look, look.exhibit
        now = time.monotonic()
        if not message and now - self._told >= SIGN_OF_LIFE:
            message["run"] = _head(look) | {"points": []}
        if message:
            self._told = now
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
            await _Conversation(websocket, visit, visits).run()
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

    def __init__(self, websocket: WebSocket, visit: Visit, visits: Visits) -> None:
        self.websocket, self.visit, self.visits = websocket, visit, visits
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
        loop = asyncio.get_running_loop()
        clock = loop.time
        news, look_at, weights = News(), clock(), None
        tokens, counted = float(FRAMES), clock()
        last = np.zeros((SIDE, SIDE), np.uint8)
        while True:
            now = clock()
            tokens, counted = min(tokens + (now - counted) * FRAMES, FRAMES), now
            if self.frame is not None and tokens >= 1:
                last, self.frame = self.frame, None
                tokens -= 1
                await self._send({"reading": self.visit.read(last)})
            if now >= look_at:
                look_at = now + NEWS * max(1.0, self.visits.open_sockets / MANY)
                look = self.visit.look()
                message = news.since(look)
                if message is not None:
                    await self._send(message)
                if look is not None and look.weights != weights:
                    known = weights is None or self.frame is not None  # it is read with them anyway
                    if not known and last.any():
                        await self._send({"reading": self.visit.read(last)})
                    weights = look.weights
            wait = look_at - clock()
            if self.frame is not None:
                await asyncio.sleep(max(min(wait, (1 - tokens) / FRAMES), 0))
                continue
            self.came.clear()
            alarm = loop.call_later(max(wait, 0), self.came.set)  # half the price of asyncio.timeout
            try:
                await self.came.wait()
            finally:
                alarm.cancel()

    async def _send(self, message: dict[str, Any]) -> None:
        await self.websocket.send_text(json.dumps(message, allow_nan=False, separators=(",", ":")))
