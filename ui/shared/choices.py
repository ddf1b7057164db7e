"""A row of choices of which one is always chosen, even after a visit to another page."""

import streamlit as st


def choose(label: str, options: list[str], key: str) -> str:
    """Draw the row and return the chosen option: the first, unless another was chosen and is still there."""
    chosen = st.session_state.get(key)
    st.session_state[key] = chosen if chosen in options else options[0]
    return st.segmented_control(
        label, options, key=key, required=True, label_visibility="collapsed", persist_state="session"
    )
