"""Notices that a page has been closed: what it trains pauses after a grace, and goes on if it returns."""

from typing import NamedTuple, Protocol

import streamlit as st

from nn import Trainer
from server.shared import pool


class Visitor(Protocol):
    """Somebody who has runs in training; `ui.state.session.Session` is."""

    @property
    def trainers(self) -> list[Trainer]:
        """All that this visitor may have set going."""
        ...


class Presence(NamedTuple):
    """Stands for a page that is open; Streamlit lets go of it when the page's connection ends."""

    visitor: Visitor


def left(presence: Presence) -> None:
    """Tell the worker threads that nobody looks at these runs any more."""
    for trainer in presence.visitor.trainers:
        pool().leave(trainer)


@st.cache_resource(show_spinner=False, scope="session", on_release=left)
def presence() -> Presence:
    """Return the presence of the page that asks; it begins with the first time after each connection."""
    visitor: Visitor = st.session_state["session"]
    for trainer in visitor.trainers:
        pool().come_back(trainer)
    return Presence(visitor)
