"""A row of choices of which one is always chosen, and still is when one comes back to the page."""

import streamlit as st


def choose(label: str, options: list[str], key: str) -> str:
    """
    Draw the row.

    Parameters
    ----------
    label : str
        For somebody who cannot see it.
    options : list of str
        The first is chosen to begin with, and where the one chosen is not there any more.
    key : str

    Returns
    -------
    str
        The one chosen.
    """
    chosen = st.session_state.get(key)
    st.session_state[key] = chosen if chosen in options else options[0]
    return st.segmented_control(
        label, options, key=key, required=True, label_visibility="collapsed", persist_state="session"
    )
