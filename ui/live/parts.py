"""The live parts of the page: drawn by JavaScript, from what Python gives and then from the socket."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

import streamlit as st

SCRIPTS = Path(__file__).parent  # what `server.live.live_routes` serves
SOCKET = "live"  # the key of the part that opens the socket

Part = Literal["socket", "redraw", "status", "numbers", "curves", "reading", "bars", "buttons"]

# Pixels, of each part: they are there before the script is, so that nothing jumps.
HEIGHTS: dict[Part, int] = {
    "socket": 0,
    "redraw": 0,
    "status": 76,
    "numbers": 68,
    "curves": 405,
    "reading": 126,
    "bars": 98,
    "buttons": 40,
}

# What Streamlit runs in the browser; relative imports only work in modules that have an address of their own.
_SCRIPT = """
export default async (component) => {
  try {
    const main = await import(location.origin + component.data.base + "/live/js/main.js");
    return main.mount(component);
  } catch {  // an old browser, or a blocked address: the page refreshes itself
    if (component.data.part === "socket") component.setStateValue("offline", true);
  }
};
"""

_renderers = {
    part: st.components.v2.component(
        f"live_{part}",
        html=f'<div class="live-part" style="min-height:{height}px"></div>',
        js=_SCRIPT,
        isolate_styles=False,
    )
    for part, height in HEIGHTS.items()
}


def mount(
    part: Part,
    data: dict[str, Any],
    key: str | None = None,
    width: Literal["stretch", "content"] = "stretch",
    **callbacks: Callable[[], None],
) -> Any:
    """
    Draw a part.

    Parameters
    ----------
    part : str
        Which; a key of `HEIGHTS`.
    data : dict
        What it shows until the socket says more, see the part's own function. What JSON knows.
    key : str, optional
        Under which Streamlit keeps its state; by default 'live' for the socket and 'live_PART' for
        the others. The elements inside have the keys that the rest of the page knows, such as `status`.
    width : {"stretch", "content"}
    **callbacks
        Called when a state has changed: `on_STATE_change`.

    Returns
    -------
    ComponentResult
        The states that it has set.
    """
    base = "/" + st.get_option("server.baseUrlPath").strip("/")
    return _renderers[part](
        data={"part": part, "base": base.rstrip("/")} | data,
        key=key or (SOCKET if part == "socket" else f"live_{part}"),
        width=width,
        **callbacks,
    )
