"""The visitor of an open page: found again after a reload, read for the socket, paused when it is gone."""

import time
from functools import cache
from typing import Any

import numpy as np
import streamlit as st

from data.dataset import DIGIT_NAMES
from data.doctor import shrunken
from data.drawing import to_mnist
from nn import Status
from server.engine import Job, engine
from server.live import reading
from server.visits import Look, visits
from ui.live.connection import connection
from ui.shared.advice import advice
from ui.shared.diverged import probabilities
from ui.state.session import Session, current_session

SHARE = 1 / 3  # of a processor, that drawing in Python may take while networks learn
SOONEST, LATEST = 0.5, 5.0  # seconds between two drawings of the same page
OVERHEAD = 0.012  # seconds that Streamlit takes for one, besides what is drawn


class Refreshes:
    """Shares out the time in which Python draws pages anew: the more are open, the rarer each one's turn."""

    def __init__(self) -> None:
        self._costs: dict[object, tuple[float, float]] = {}  # seconds a drawing takes, and when it was drawn

    def note(self, who: object, seconds: float) -> None:
        """Note how long a page has taken."""
        before, _ = self._costs.get(who, (seconds, 0.0))
        self._costs[who] = 0.7 * before + 0.3 * seconds, time.monotonic()

    def interval(self) -> float:
        """Return the seconds between two drawings of a page, so that all together stay within their share."""
        alive = time.monotonic() - 3 * LATEST
        self._costs = {who: cost for who, cost in list(self._costs.items()) if cost[1] > alive}
        total = sum(seconds + OVERHEAD for seconds, _ in self._costs.values())
        return min(max(SOONEST, total / SHARE), LATEST)


@cache
def refreshes() -> Refreshes:
    """Return the server's one account of them."""
    return Refreshes()


class Visit:
    """
    A visitor, as the socket and the visits see it.

    Parameters
    ----------
    session : Session
    """

    def __init__(self, session: Session) -> None:
        self.session = session
        self._paused: list[Job] = []  # because nobody was here
        self._redraw, self._asked = 0, 0.0  # how many redrawings were asked for, and when
        self._owed = False  # whether the last of them is still to come
        self._seen: tuple[np.ndarray, bool, np.ndarray | None] | None = None  # frame, raw, digit
        self._drawn: tuple | None = None  # what the parts drawn in Python show; None where there are none

    def read(self, frame: np.ndarray) -> dict[str, Any]:
        """Read a frame of the canvas; one that is read again, as the network has learned, is scaled once."""
        raw = self.session.raw
        if self._seen is None or self._seen[0] is not frame or self._seen[1] != raw:
            digit = None if not frame.any() else shrunken(frame) if raw else to_mnist(frame)
            self._seen = frame, raw, digit
        return self._reading(self._seen[2])

    def shown(self) -> dict[str, Any]:
        """Read what is on show, the canvas or what stands in its place."""
        return self._reading(self.session.digit)

    def _reading(self, digit: np.ndarray | None) -> dict[str, Any]:
        if digit is None:
            return reading(None, None, None)
        X, session = digit.reshape(1, -1), self.session
        knows = session.dataset.class_names == DIGIT_NAMES
        expert = probabilities(session.expert, X)[0] if knows else None
        return reading(digit, expert, probabilities(session.trainer.net_here, X)[0])

    def look(self) -> Look:
        """Tell where the run on show stands."""
        session = self.session
        run, trainer, parent = session.run, session.run.trainer, session.run.parent_history
        if session.drawing is not None or session.exhibit is not None:
            trainer.net_here  # noqa: B018  its weights are wanted: something is read with them
        return Look(
            id=trainer.name,
            iteration=trainer.iteration,
            iterations=trainer.hyperparameters.iterations,
            status=trainer.status,
            points=trainer.history.points,
            pace=run.iterations_per_second(),
            advice=advice(session)._asdict(),
            parent=parent.points if parent else None,
            weights=trainer.net_iteration,
            redraw=self._wanted_drawing(),
            exhibit=self.shown() if session.exhibit else None,
        )

    def drawn(self, moment: tuple, seconds: float) -> None:
        """Note which moment the parts drawn in Python show, and how long it took to draw it."""
        refreshes().note(self, seconds)
        self._drawn, self._owed = moment, False

    def nothing_drawn(self) -> None:
        """Note that the page has no such parts."""
        self._drawn = None

    def _wanted_drawing(self) -> int:
        """Count the drawings that were asked for: one more where something has moved and time allows."""
        now = time.monotonic()
        pause = (
            LATEST if self._owed else refreshes().interval()
        )  # what Streamlit has dropped is asked for again
        if self._drawn is not None and now - self._asked >= pause and self.moment() != self._drawn:
            self._asked, self._owed = now, True
            self._redraw += 1
        return self._redraw

    def moment(self) -> tuple:
        """Return what tells one state of what is shown from another."""
        session = self.session
        return session.drawing, session.exhibit, *((t.name, t.iteration, t.status) for t in session.trainers)

    def go_away(self) -> None:
        """Pause what is in training."""
        self._paused = [t for t in self.session.trainers if t.status is Status.RUNNING]
        for trainer in self._paused:
            trainer.pause()

    def come_back(self) -> None:
        """Resume what was paused because nobody was here."""
        paused, self._paused = self._paused, []
        for trainer in paused:
            trainer.start()

    def put_away(self) -> None:
        """Free what the runs take in the worker processes."""
        session = self.session
        for trainer in {*session.trainers, *(run.trainer for run in session.runs.runs)}:
            trainer.put_away()


class _Presence:
    """Stands for one open page; Streamlit lets go of it when the page's connection ends."""

    token: str | None = None

    def move_to(self, token: str) -> None:
        """Count this page to a visit, and not any more to the one before."""
        if token != self.token:
            before, self.token = self.token, token
            visits().page_opened(token)
            if before:
                visits().page_closed(before)

    def end(self) -> None:
        """Count this page out."""
        if self.token:
            visits().page_closed(self.token)
            self.token = None


@st.cache_resource(show_spinner=False, scope="session", on_release=_Presence.end)
def _presence() -> _Presence:
    return _Presence()


def current_visit() -> tuple[Visit, str]:
    """
    Return who this page belongs to: a new visitor, or the one that this browser's tab was before a reload.

    Returns
    -------
    tuple of Visit and str
        And the token that the tab opens its socket with.
    """
    state = st.session_state
    remembered = connection().visit
    if remembered and remembered != state.get("visit_token"):
        former = visits().find(remembered)
        if former is not None:
            if "visit_token" in state:
                visits().close(state["visit_token"])
            state["session"], state["visit"], state["visit_token"] = former.session, former, remembered
            former.session.reopen()
    if visits().find(state.get("visit_token")) is None:
        state["visit"] = Visit(current_session())
        state["visit_token"] = visits().open(state["visit"])
    _presence().move_to(state["visit_token"])
    return state["visit"], state["visit_token"]


def is_live() -> bool:
    """Tell whether the page's live parts are drawn by the browser, from the socket."""
    return engine().has_workers and not connection().offline
