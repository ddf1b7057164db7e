"""One open page: the web socket that a browser would hold, what it shows, and what is sent over it."""

import asyncio
import json
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Self
from urllib.parse import urlsplit

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from tests.load.tree import Node, first_value, key_of

WHOLE = ForwardMsg.FINISHED_SUCCESSFULLY
LARGEST = 64 * 2**20  # bytes of a message from the server


class Unanswered(Exception):
    """The server did not answer in time, or hung up."""


class Client:
    """
    Speaks Streamlit's protocol as its browser side does: all widget states at every click and every refresh.

    Attributes
    ----------
    session : str
        The id that the server gave to this visitor.
    pages : dict of str to str
        The hash of each page, by the last part of its address.
    page : str
        The hash of the page on show.
    finished : int
        How many runs of the whole page have ended.
    errors : list of str
        What the page showed as an exception, ever.
    heard : callable or None
        Called with every message of the server, once it is on the page.
    """

    def __init__(self, connection: ClientConnection, query: str = "") -> None:
        self._connection = connection
        self._root = Node()
        self._values: dict[str, WidgetState] = {}  # by id, what this visitor or a first look has set
        self._cached: dict[str, tuple[int, ForwardMsg]] = {}  # messages that need not be sent again
        self._refreshing: dict[str, asyncio.Task] = {}  # by fragment
        self._waiting: list[tuple[Callable[[], bool], asyncio.Future]] = []
        self._started = 0  # runs of the whole page that have begun
        self._whole = False  # whether the run under way is one of the whole page
        self.query = query
        self.session = self.page = ""
        self.pages: dict[str, str] = {}
        self.finished = 0
        self.errors: list[str] = []
        self.heard: Callable[[ForwardMsg], None] | None = None
        self._listener = asyncio.create_task(self._listen())

    @classmethod
    async def open(cls, url: str, query: str = "", limit: float = 30.0) -> Self:
        """Open the page at an address, and return when it is all there."""
        host = urlsplit(url).netloc
        try:
            connection = await connect(
                f"ws://{host}/_stcore/stream",
                origin=f"http://{host}",
                subprotocols=["streamlit"],
                max_size=LARGEST,
                proxy=None,
                open_timeout=limit,
                ping_interval=None,
            )
        except (OSError, TimeoutError) as error:
            raise Unanswered(f"no connection: {error}") from error
        client = cls(connection, query)
        try:
            await client.rerun(limit=limit)
        except Unanswered:
            await client.close()
            raise
        return client

    async def close(self) -> None:
        """Close the page."""
        self._stop_refreshing()
        self._listener.cancel()
        with suppress(asyncio.CancelledError):
            await self._listener
        await self._connection.close()

    @property
    def connected(self) -> bool:
        """Whether the server still listens."""
        return not self._listener.done()

    async def hung_up(self, limit: float) -> bool:
        """Wait whether the server ends the connection."""
        await asyncio.wait([self._listener], timeout=limit)
        return not self.connected

    @property
    def socket(self) -> str | None:
        """The path of this visitor's own socket, or None where the page has none."""
        node = self.find("live")
        return node.data.get("socket") if node else None

    def find(self, key: str) -> Node | None:
        """Return the widget or container with a key, or None where it is not on the page."""
        return next((node for node in self._root.walk() if key_of(node.identity) == key), None)

    def text(self, key: str) -> str:
        """Return all text in a container, and nothing where it is not on the page."""
        node = self.find(key)
        return node.text if node else ""

    @property
    def page_text(self) -> str:
        """All text on the page."""
        return self._root.text

    def widgets(self) -> dict[str, Node]:
        """Return all that has a key and an element: widgets and components."""
        nodes = {key_of(node.identity): node for node in self._root.walk() if node.kind}
        return {key: node for key, node in nodes.items() if key}

    async def rerun(self, limit: float = 30.0) -> float:
        """Have the whole page drawn; return the seconds that it took."""
        return await self.ask(None, limit)

    async def ask(
        self, answered: Callable[[], bool] | None, limit: float, *values: WidgetState, **more: str
    ) -> float:
        """
        Send values to the page, wait for the answer, and then until the page has been drawn whole.

        Parameters
        ----------
        answered : callable returning bool, or None
            Whether the answer is there; None if it is the whole page.
        limit : float, seconds
        *values : WidgetState
            What the visitor did.
        **more : str
            Other fields of a ClientState.

        Returns
        -------
        float
            Seconds from sending to the answer.

        Raises
        ------
        Unanswered
            When one of the two took longer than the limit.
        """
        started, finished, begin = self._started, self.finished, time.perf_counter()

        def drawn() -> bool:
            return self._started > started and self.finished > finished

        await self.send(*values, **more)
        end = await self.until(answered or drawn, limit)
        await self.until(drawn, limit)
        return end - begin

    async def until(self, true: Callable[[], bool], limit: float) -> float:
        """Wait until something is true of the page; return when that was, as `time.perf_counter` counts."""
        if true():
            return time.perf_counter()
        future = asyncio.get_running_loop().create_future()
        self._waiting.append((true, future))
        try:
            return await asyncio.wait_for(future, limit)
        except TimeoutError as error:
            raise Unanswered(f"no answer within {limit:g} s") from error
        finally:
            self._waiting = [waiting for waiting in self._waiting if waiting[1] is not future]

    def button(self, key: str) -> Node | None:
        """Return Streamlit's button with a key, or the component that draws it and counts its presses."""
        groups = (node for node in self._root.walk() if key in node.data.get("buttons", ()))
        return self.find(key) or next(groups, None)

    async def press(
        self, key: str, answered: Callable[[], bool] | None, limit: float, wanted: str | None = None
    ) -> float:
        """
        Press a button, and wait for what it does.

        Parameters
        ----------
        key : str
        answered : callable returning bool, or None
            Whether it has done it; None if the answer is the whole page.
        limit : float, seconds
        wanted : str, optional
            The status that Train or Pause are pressed for.

        Returns
        -------
        float
            Seconds from the press to the answer.
        """
        node = self.button(key)
        if node is None:
            raise Unanswered(f"there is no {key} on the page")
        value = WidgetState(id=node.identity, trigger_value=True)
        if node.kind == "bidi_component":
            value = self.presses(node, **{key: self._pressed(node, key) + 1, "wanted": wanted})
        return await self.ask(answered, limit, value)

    def presses(self, node: Node, **counts: object) -> WidgetState:
        """Return what a component says whose buttons have been pressed so often."""
        held = self._values.get(node.identity)
        state = json.loads(held.json_value) if held else {}
        presses = state.get("presses", {}) | {"session": node.data.get("session")} | counts
        return WidgetState(id=node.identity, json_value=json.dumps(state | {"presses": presses}))

    def _pressed(self, node: Node, key: str) -> int:
        """Count the presses so far: the browser's own count, or the page's where that is higher."""
        held = self._values.get(node.identity)
        own = json.loads(held.json_value)["presses"].get(key, 0) if held else 0
        return max(own, node.data.get("done", {}).get(key, 0))

    async def go(self, page: str, limit: float) -> float:
        """Change to another page, and wait until it is all there; return the seconds that it took."""
        before, self.page = self.page, self.pages[page]
        try:
            return await self.rerun(limit)
        except Unanswered:
            self.page = before
            raise

    async def send(
        self, *values: WidgetState, fragment: str = "", refresh: bool = False, **more: str
    ) -> None:
        """
        Send all widget states to the server, as a browser does at every click and every refresh.

        Parameters
        ----------
        *values : WidgetState
            What has changed. Triggers are sent this once; other values belong to the page from now on.
        fragment : str
            The part of the page to be drawn; all of it where empty.
        refresh : bool
            Whether nobody did anything.
        **more : str
            Other fields of a ClientState.
        """
        message = BackMsg()
        state = message.rerun_script
        state.query_string, state.page_script_hash = self.query, self.page
        state.fragment_id, state.is_auto_rerun = fragment, refresh
        state.cached_message_hashes.extend(self._cached)
        state.context_info.timezone, state.context_info.locale = "Europe/Berlin", "en-US"
        for name, value in more.items():
            setattr(state, name, value)
        changed = {value.id: value for value in values}
        triggers = {key for key, value in changed.items() if "trigger" in (value.WhichOneof("value") or "")}
        self._values |= {key: value for key, value in changed.items() if key not in triggers}
        state.widget_states.widgets.extend((self._values | changed).values())
        await self.send_bytes(message.SerializeToString())

    async def send_bytes(self, message: bytes) -> None:
        """Send bytes that may be no message at all."""
        try:
            await self._connection.send(message)
        except ConnectionClosed as error:
            raise Unanswered("the server hung up") from error

    def forget(self, identity: str) -> None:
        """Do not send the value of a widget any more."""
        self._values.pop(identity, None)

    async def _listen(self) -> None:
        try:
            with suppress(ConnectionClosed):
                async for bytes_ in self._connection:
                    self._hear(ForwardMsg.FromString(bytes_))
        finally:
            self._stop_refreshing()
            for _, future in self._waiting:
                if not future.done():
                    future.set_exception(Unanswered("the server hung up"))

    def _hear(self, message: ForwardMsg) -> None:
        if message.WhichOneof("type") == "ref_hash":
            metadata = message.metadata
            _, known = self._cached[message.ref_hash]
            message = ForwardMsg()
            message.CopyFrom(known)
            message.metadata.CopyFrom(metadata)
            self._cached[known.hash] = self._started, known
        elif message.metadata.cacheable:
            self._cached[message.hash] = self._started, message
        kind = message.WhichOneof("type")
        handle = getattr(self, f"_hear_{kind}", None)
        if handle:
            handle(message)
        if self.heard:
            self.heard(message)
        self.look()

    def look(self) -> None:
        """See whether anything that is waited for has come true."""
        for true, future in self._waiting:
            if not future.done() and true():
                future.set_result(time.perf_counter())

    def _hear_new_session(self, message: ForwardMsg) -> None:
        self.session = message.new_session.initialize.session_id or self.session
        self._whole = not message.metadata.run.fragment_ids
        if self._whole:
            self._started += 1
            self._stop_refreshing()
            self.page = message.new_session.page_script_hash

    def _hear_navigation(self, message: ForwardMsg) -> None:
        self.page = message.navigation.page_script_hash
        self.pages = {page.url_pathname: page.page_script_hash for page in message.navigation.app_pages}

    def _hear_page_info_changed(self, message: ForwardMsg) -> None:
        self.query = message.page_info_changed.query_string

    def _hear_delta(self, message: ForwardMsg) -> None:
        node = self._root
        for number in message.metadata.delta_path:
            node = node.places.setdefault(number, Node())
        node.place(message.delta, message.metadata.run.script_run_id)
        if node.kind == "exception":
            self.errors.append(f"{node.proto.type}: {node.proto.message}")
        elif node.identity and node.kind:
            given = first_value(node)
            if given and (node.identity not in self._values or node.proto.set_value):
                self._values[node.identity] = given

    def _hear_auto_rerun(self, message: ForwardMsg) -> None:
        ask = message.auto_rerun
        old = self._refreshing.pop(ask.fragment_id, None)
        if old:
            old.cancel()
        self._refreshing[ask.fragment_id] = asyncio.create_task(self._refresh(ask.fragment_id, ask.interval))

    def _hear_stop_auto_rerun(self, message: ForwardMsg) -> None:
        for fragment in message.stop_auto_rerun.fragment_ids:
            if fragment in self._refreshing:
                self._refreshing.pop(fragment).cancel()

    def _hear_script_finished(self, message: ForwardMsg) -> None:
        if message.script_finished == ForwardMsg.FINISHED_EARLY_FOR_RERUN:
            return
        run = message.metadata.run
        self._root.forget(run.script_run_id, run.fragment_ids)
        if message.script_finished == WHOLE and not run.fragment_ids:
            self.finished += 1
            here = {node.identity for node in self._root.walk() if node.kind}
            self._values = {key: value for key, value in self._values.items() if key in here}
            self._cached = {key: held for key, held in self._cached.items() if self._started - held[0] < 2}

    async def _refresh(self, fragment: str, seconds: float) -> None:
        with suppress(Unanswered):
            while True:
                await asyncio.sleep(seconds)
                await self.send(fragment=fragment, refresh=True)

    def _stop_refreshing(self) -> None:
        for task in self._refreshing.values():
            task.cancel()
        self._refreshing.clear()
