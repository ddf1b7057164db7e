"""Keeps a part of the page up to date while the network learns, without touching the rest."""

from collections.abc import Callable

import streamlit as st

from ui.session import Session

REFRESH = 0.5  # seconds between two looks at a running training


def live(session: Session, panel: Callable[..., None], *arguments: object) -> None:
    """
    Draw a panel now, and again and again while the network learns.

    Parameters
    ----------
    session : Session
    panel : callable
        Draws what it is given. Its widgets refresh only itself: one that other parts of the page depend
        on belongs outside.
    *arguments
        What the panel is called with.
    """
    st.fragment(panel, run_every=REFRESH if session.refreshing else None)(*arguments)
