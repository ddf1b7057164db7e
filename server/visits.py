"""Who is here: visits by their unguessable tokens, and what happens when a page is closed or returns."""

import logging
import secrets
import threading
import time
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any, NamedTuple, Protocol

import numpy as np

SOCKETS = 4  # of one visit
VISITS = 500  # are kept, the ones used last
GRACE = 30.0  # seconds that training goes on after a page is gone: a short loss of Wi-Fi should not stop it
PUT_AWAY = 30 * 60.0  # seconds after which a run that nobody returned to gives back its memory
KEPT = 2 * 3600.0  # seconds that an unused visit is kept


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
    weights : int
        The iteration of the weights that `Visit.read` asks: where it has changed, the frame is read anew.
    redraw : int
        Rises whenever the parts of the page that Python draws are to be drawn anew.
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
    weights: int = -1
    redraw: int = 0
    exhibit: dict[str, Any] | None = None


class Visit(Protocol):
    """One visitor. `read` and `look` are called in the event loop: they must be quick."""

    def read(self, frame: np.ndarray) -> dict[str, Any]:
        """Read a frame, (140, 140) uint8, ink bright; return what `reading` returns."""
        ...

    def look(self) -> Look | None:
        """Return where the run on show stands; None while there is none."""
        ...

    def go_away(self) -> None:
        """Pause what is in training: nobody has looked for a while."""
        ...

    def come_back(self) -> None:
        """Let go on what was paused for that reason."""
        ...

    def put_away(self) -> None:
        """Free what can be made again: nobody has looked for long."""
        ...


class _Entry:
    """A visitor, how many pages and sockets it has open, and when one was used last."""

    def __init__(self, visit: Visit) -> None:
        self.visit, self.used = visit, time.monotonic()
        self.pages = self.sockets = 0
        self.away = self.is_put_away = False

    @property
    def open(self) -> bool:
        return self.pages > 0 or self.sockets > 0


class Visits:
    """
    Everybody who is or was here. May be used from any thread.

    A visitor whose last page has been closed is away after 30 seconds, put away after 30 minutes, and
    forgotten after two hours, or earlier where there would be more than 500.
    """

    def __init__(self) -> None:
        self.open_sockets = 0
        self._entries: dict[str, _Entry] = {}
        self._lock = threading.Lock()

    def open(self, visit: Visit) -> str:
        """Take a visitor in, and return the token that it is known by from now on."""
        token = secrets.token_urlsafe(24)
        with self._lock:
            surplus = len(self._entries) - VISITS + 1
            unused_first = sorted(self._entries.items(), key=lambda item: (item[1].open, item[1].used))
            dropped = [self._entries.pop(token).visit for token, _ in unused_first[: max(surplus, 0)]]
            self._entries[token] = _Entry(visit)
        self._put_away(dropped)
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
            entry = self._entries.pop(token, None)
        if entry is not None:
            self._put_away([entry.visit])

    def enter(self, token: str) -> Visit | None:
        """Count one more socket in; None where the token is wrong or four are open."""
        with self._lock:
            entry = self._entries.get(token)
            if entry is None or entry.sockets >= SOCKETS:
                return None
            entry.sockets += 1
            self.open_sockets += 1
        return entry.visit

    def leave(self, token: str) -> None:
        """Count one socket out."""
        with self._lock:
            self.open_sockets -= 1
            if entry := self._entries.get(token):
                entry.sockets -= 1
                entry.used = time.monotonic()

    def page_opened(self, token: str) -> None:
        """Count one more page in; what was paused because none was there goes on."""
        with self._lock:
            entry = self._entries.get(token)
            if entry is None:
                return
            entry.pages += 1
            entry.used = time.monotonic()
            was_away, entry.away, entry.is_put_away = entry.away, False, False
        if was_away:
            entry.visit.come_back()

    def page_closed(self, token: str) -> None:
        """Count one page out."""
        with self._lock:
            if entry := self._entries.get(token):
                entry.pages -= 1
                entry.used = time.monotonic()

    def sweep(self) -> None:
        """Pause, put away and forget those who have been gone for long enough; to be called now and then."""
        now = time.monotonic()
        with self._lock:
            gone = {token: entry for token, entry in self._entries.items() if not entry.open}
            leaving = [e for e in gone.values() if not e.away and now - e.used >= GRACE]
            resting = [e for e in gone.values() if not e.is_put_away and now - e.used >= PUT_AWAY]
            for entry in leaving:
                entry.away = True
            for entry in resting:
                entry.is_put_away = True
            for token, entry in gone.items():
                if now - entry.used >= KEPT:
                    del self._entries[token]
        for entry in leaving:
            _quietly(entry.visit.go_away)
            if not entry.away:  # it has come back in the meantime
                _quietly(entry.visit.come_back)
        self._put_away([entry.visit for entry in resting])

    def __len__(self) -> int:
        """Count the visitors."""
        return len(self._entries)

    @staticmethod
    def _put_away(gone: list[Visit]) -> None:
        for visit in gone:
            _quietly(visit.put_away)


def _quietly(act: Callable[[], None]) -> None:
    """Do something for one visitor; what goes wrong must not keep it from the others."""
    try:
        act()
    except Exception:
        logging.getLogger(__name__).exception("A visit could not be paused")


@cache
def visits() -> Visits:
    """Return this server's visitors."""
    return Visits()
