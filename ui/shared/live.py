"""Keeps a part of the page up to date while the network learns, without touching the rest."""

import time
from collections.abc import Callable

import streamlit as st

from server.engine import engine
from ui.live.parts import mount
from ui.live.visit import Visit

REFRESH = 0.5  # seconds between two looks at a running training, where the server trains in this process
OFFLINE = 2.0  # the same where the socket is blocked: the server has others to serve


def live(refreshing: bool, panel: Callable[..., None], *arguments: object) -> None:
    """
    Draw a panel now, by itself whenever one of its widgets is used, and again while something runs.

    How often it is drawn again, the server decides: the more pages are open, the rarer, and only when
    something has moved (`ui.live.visit.Refreshes`). Without a socket it is drawn again every two seconds, and
    in tests twice a second.

    Parameters
    ----------
    refreshing : bool
        Whether something runs.
    panel : callable
        Draws what it is given. Its widgets refresh only itself: one that other parts of the page depend
        on belongs outside.
    *arguments
        What the panel is called with.
    """
    # In a container of its own: on a busy server Streamlit (1.67, ForwardMsgQueue.clear) drops what a
    # fragment drew with the page when its next run starts before that was sent. Whatever comes after it then
    # moves into its place, and the fragment draws over that. In here nothing comes after it.
    with st.container():
        visit: Visit | None = st.session_state.get("visit")
        if visit is not None and visit.session.live:
            st.fragment(_draw_when_told)(panel, *arguments)
        else:
            pause = OFFLINE if engine().has_workers else REFRESH
            st.fragment(panel, run_every=pause if refreshing else None)(*arguments)


def _draw_when_told(panel: Callable[..., None], *arguments: object) -> None:
    name = getattr(panel, "func", panel).__name__.strip("_")  # of a partial, that of its function
    try:
        mount("redraw", {}, key=f"live_redraw_{name}", on_redraw_change=lambda: None)
    except KeyError:  # Streamlit (1.67) is about to stop this run, and has forgotten the page that it draws
        return
    visit: Visit = st.session_state["visit"]
    if visit.session.refreshing != visit.session.moving:
        st.rerun()  # a run has ended: what stands around the panel changes, too
    start, moment = time.thread_time(), visit.moment()  # what moves meanwhile is drawn the next time
    panel(*arguments)
    visit.drawn(moment, time.thread_time() - start)
