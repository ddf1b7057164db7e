"""Keeps a part of the page up to date while the network learns, without touching the rest."""

from collections.abc import Callable

import streamlit as st

REFRESH = 0.5  # seconds between two looks at a running training


def live(refreshing: bool, panel: Callable[..., None], *arguments: object) -> None:
    """
    Draw a panel now, by itself whenever one of its widgets is used, and again and again while something runs.

    Parameters
    ----------
    refreshing : bool
        Whether it is to look again, twice a second.
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
        st.fragment(panel, run_every=REFRESH if refreshing else None)(*arguments)
