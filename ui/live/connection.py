"""The page's end of the socket: which visit its tab is, and whether the socket is open."""

from typing import NamedTuple

import streamlit as st

from ui.live.parts import SOCKET, mount

LONGEST = 100  # characters of a token


class Connection(NamedTuple):
    """
    What the browser says of its socket.

    Attributes
    ----------
    visit : str or None
        The token that this tab remembers from before it was reloaded, if it is another than the one given.
        Any text may come here: only a visit that is known by it counts.
    offline : bool
        Whether the socket has not been open for five seconds: the page has to refresh itself.
    """

    visit: str | None
    offline: bool


def connection() -> Connection:
    """Return what the browser said last; may be asked before the socket is drawn."""
    return understood(st.session_state.get(SOCKET))


def understood(said: object) -> Connection:
    """Return what a browser's message says, whatever came as one."""
    said = said if isinstance(said, dict) else {}
    visit = said.get("visit")
    is_token = isinstance(visit, str) and 0 < len(visit) <= LONGEST
    return Connection(visit if is_token else None, said.get("offline") is True)


def show_socket(token: str) -> None:
    """
    Have the browser open the socket of a visit; draws nothing.

    Parameters
    ----------
    token : str
        Of the visit; of the one remembered, where `connection().visit` is known.
    """
    heard = connection()
    mount(
        "socket",
        {"socket": f"/live?visit={token}", "heard": heard.visit, "offline": heard.offline},
        on_visit_change=lambda: None,
        on_offline_change=lambda: None,
    )
