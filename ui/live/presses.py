"""Train, Pause, Step, Reset and Clear: no press is lost, and none acts twice."""

import secrets
from collections.abc import Callable, Sequence
from typing import Any, Literal

import streamlit as st

from ui.live.parts import mount

Button = Literal["train", "step", "reset", "clear"]
MOST = 20  # presses that are carried out at once: no hand is faster between two runs of the page

Act = Callable[[str, int], None]


def show_buttons(buttons: Sequence[Button], act: Act, key: str = "live_buttons", **data: Any) -> None:
    """
    Draw buttons whose presses are counted in the browser.

    Parameters
    ----------
    buttons : sequence of str
        In this order: of "train", "step", "reset" and "clear".
    act : callable
        Called before the page is run again, once for each button that was pressed: `act("running", 1)` and
        `act("paused", 1)` for what Train and Pause want, else `act(button, presses since the last time)`.
    key : str
        One for each group of buttons.
    **data
        `run`, `exhibit`: as for the other parts.
    """
    memory = f"{key}_carried_out"
    # a browser that counted for another session, as before a restart, begins anew
    done = st.session_state.setdefault(memory, {"session": secrets.token_hex(8)})
    mount(
        "buttons",
        {"buttons": list(buttons), "session": done["session"], "done": dict(done)} | data,
        key=key,
        width="content",
        on_presses_change=lambda: _carry_out(key, memory, buttons, act),
    )


def _carry_out(key: str, memory: str, buttons: Sequence[Button], act: Act) -> None:
    done = st.session_state[memory]
    state = st.session_state.get(key)
    said = state.get("presses") if isinstance(state, dict) else None
    for button, presses in new_presses(said, done, buttons).items():
        done[button] = done.get(button, 0) + presses
        if button != "train":
            act(button, min(presses, MOST))
        elif said.get("wanted") in ("running", "paused"):
            act(said["wanted"], 1)


def new_presses(said: object, done: dict[str, Any], buttons: Sequence[Button]) -> dict[Button, int]:
    """
    Tell which buttons were pressed since the last time.

    Parameters
    ----------
    said : object
        What came from the browser: the count of each button's presses and the `session` that they count for.
    done : dict
        The same, as far as it has been carried out.
    buttons : sequence of str

    Returns
    -------
    dict of str to int, above 0
    """
    if not isinstance(said, dict) or said.get("session") != done["session"]:
        return {}
    new = {}
    for button in buttons:
        count = said.get(button)
        if type(count) is int and done.get(button, 0) < count < 2**53:
            new[button] = count - done.get(button, 0)
    return new
