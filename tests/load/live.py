"""A visitor's own socket: frames of the drawing go up, readings and news of the run come down."""

import asyncio
import json
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Self
from urllib.parse import urlsplit

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake

from tests.load.client import Unanswered


class LiveSocket:
    """
    Sends a frame at a time, as the page's own component does, and waits for its reading.

    Attributes
    ----------
    heard : callable
        Called with each message that is no answer: news of the run, and who is to be drawn anew.
    """

    def __init__(self, connection: ClientConnection, heard: Callable[[dict], None]) -> None:
        self._connection = connection
        self._reading: asyncio.Future | None = None
        self._sees: str | None = None
        self.heard = heard
        self._listener = asyncio.create_task(self._listen())

    @classmethod
    async def open(
        cls, url: str, path: str, heard: Callable[[dict], None] = lambda news: None, limit: float = 30.0
    ) -> Self:
        """Open the socket with the path that the page gave to this visitor."""
        host = urlsplit(url).netloc
        try:
            connection = await connect(
                f"ws://{host}{path}",
                origin=f"http://{host}",
                proxy=None,
                open_timeout=limit,
                ping_interval=None,
            )
        except (OSError, TimeoutError, InvalidHandshake) as error:
            raise Unanswered(f"no socket: {error}") from error
        return cls(connection, heard)

    async def close(self) -> None:
        """Close it."""
        self._listener.cancel()
        with suppress(asyncio.CancelledError):
            await self._listener
        await self._connection.close()

    async def closed(self, limit: float) -> int | None:
        """Wait until the server closes it; return the code that it gave."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._connection.wait_closed(), limit)
        return self._connection.close_code

    async def send(self, message: bytes | str) -> None:
        """Send whatever it is."""
        try:
            await self._connection.send(message)
        except ConnectionClosed as error:
            raise Unanswered("the server closed the socket") from error

    async def read(self, frame: bytes, limit: float, sees: str | None = None) -> tuple[float, dict]:
        """
        Send a frame, and wait for its reading.

        Parameters
        ----------
        frame : bytes, 19,600
        limit : float, seconds
        sees : str, optional
            What the networks see of it. With that no other is taken for it: the drawing of before is read
            again, unasked, when a network has learned.

        Returns
        -------
        tuple of float and dict
            The seconds until the reading was here, and the reading.
        """
        self._sees = sees
        self._reading = asyncio.get_running_loop().create_future()
        begin = time.perf_counter()
        await self.send(frame)
        try:
            end, reading = await asyncio.wait_for(self._reading, limit)
        except TimeoutError as error:
            raise Unanswered(f"no reading within {limit:g} s") from error
        return end - begin, reading

    async def _listen(self) -> None:
        try:
            with suppress(ConnectionClosed):
                async for text in self._connection:
                    self._hear(json.loads(text))
        finally:
            if self._reading and not self._reading.done():
                self._reading.set_exception(Unanswered("the server closed the socket"))

    def _hear(self, message: dict) -> None:
        reading, waiting = message.pop("reading", None), self._reading
        if reading and waiting and not waiting.done() and self._sees in (None, reading["sees"]):
            waiting.set_result((time.perf_counter(), reading))
        if message:
            self.heard(message)
