"""A row of choices of which one is always chosen, even after a visit to another page."""

import streamlit as st


def choose(label: str, options: list[str], key: str) -> str:
    """
    Draw the row, and return the option that is chosen.

    Parameters
    ----------
    label : str
        For somebody who cannot see it.
    options : list of str
        The first is chosen to begin with, and when the chosen one is no longer there.
    key : str
    """
    chosen = st.session_state.get(key)
    st.session_state[key] = chosen if chosen in options else options[0]
    return st.segmented_control(
        label, options, key=key, required=True, label_visibility="collapsed", persist_state="session"
    )
