"""The page 'How it got there': rewind, runs side by side, pinned drawings, ten seeds, and what to keep."""

import streamlit as st

from ui.history.keep import show_keep
from ui.history.pins import show_pins
from ui.history.rewind import show_rewind
from ui.history.runs import show_table_of_runs
from ui.history.seeds import show_seeds
from ui.shared.choices import choose
from ui.state.session import Session

VIEWS = {
    "Rewind": show_rewind,
    "Runs": show_table_of_runs,
    "Pins": show_pins,
    "Ten seeds": show_seeds,
    "Keep and share": show_keep,
}


def show_runs(session: Session) -> None:
    """Draw the page: one view at a time, so that the others cost nothing."""
    with st.container(key="runs"):
        VIEWS[choose("View", list(VIEWS), "runs_view")](session)
