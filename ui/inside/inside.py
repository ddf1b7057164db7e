"""The page 'Inside': what a network has learned, and why it says 7."""

import streamlit as st

from ui.inside.blend import show_blend, show_pins
from ui.inside.dreams import show_dreams
from ui.inside.evidence import show_evidence
from ui.inside.network import show_network
from ui.inside.subject import choose_network, show_live
from ui.inside.templates import show_templates
from ui.state.session import Session

PARTS = {
    "This drawing": show_network,
    "Templates": show_templates,
    "Evidence": show_evidence,
    "Dreams": show_dreams,
    "Blend": show_blend,
}


def show_inside(session: Session) -> None:
    """Draw the page: whose network, and the part of it that is open; the others cost nothing."""
    with st.container(key="inside", gap="small"):
        whose = choose_network()
        tabs = st.tabs(list(PARTS), key="inside_part", on_change="rerun")
        for tab, (part, panel) in zip(tabs, PARTS.items(), strict=True):
            if not tab.open:
                continue
            with tab:
                if part == "Blend":
                    show_pins(session)
                show_live(session, whose, panel)
