"""Train, pause, step, reset, and the curves: everything about the network that is learning."""

from functools import partial
from typing import Any

import streamlit as st

from nn import Status
from ui.live.parts import mount
from ui.live.presses import show_buttons as show_live_buttons
from ui.shared.advice import advice
from ui.shared.curves import accuracy_chart, loss_chart
from ui.shared.live import live
from ui.shared.words import escaped
from ui.state.session import Session


def show_buttons(session: Session, run: dict[str, Any] | None = None) -> None:
    """Draw Train / Pause, Step and Reset, without `help`: with it Streamlit puts every button in twice."""
    if session.live:
        show_live_buttons(["train", "step", "reset"], partial(_press, session), run=run)
        return
    running = session.refreshing
    over = session.trainer.status in (Status.FINISHED, Status.DIVERGED)
    with st.container(horizontal=True, wrap=False, gap="xsmall", key="buttons", width="content"):
        st.button(
            "Pause" if running else "Train",
            icon=":material/pause:" if running else ":material/play_arrow:",
            key="train",
            type="primary",
            shortcut="T",
            disabled=over,
            on_click=_press_pause if running else _press_train,  # what it says, even if it comes twice
            args=(session,),
        )
        st.button(
            "Step",
            icon=":material/skip_next:",
            key="step",
            shortcut="S",
            disabled=over or running,
            on_click=_press_step,
            args=(session,),
        )
        st.button(
            "Reset",
            icon=":material/restart_alt:",
            key="reset",
            shortcut="0",
            on_click=_press_reset,
            args=(session,),
        )


def _press(session: Session, what: str, times: int) -> None:
    """Do what was asked for on the page: the run is to be running, or paused, or a button was pressed."""
    if what == "running":
        _press_train(session)
    elif what == "paused":
        _press_pause(session)
    elif what == "reset":
        _press_reset(session)
    elif what == "step":
        session.trainer.step(times)


def _press_train(session: Session) -> None:
    session.trainer.start()


def _press_pause(session: Session) -> None:
    session.trainer.pause()


def _press_step(session: Session) -> None:
    session.trainer.step()


def _press_reset(session: Session) -> None:
    session.reset_wanted = True


def show_status(session: Session) -> None:
    """Say where the run stands, and which settings wait for a reset, in lines of a fixed height."""
    if session.live:
        mount("status", {"advice": advice(session)._asdict()})
        return
    trainer = session.trainer
    done, wanted = trainer.iteration, trainer.hyperparameters.iterations
    pace = _pace(session.run.iterations_per_second(), wanted - done)
    with st.container(key="status"):
        st.markdown(f"**{trainer.status.capitalize()}** · iteration {done:,} of {wanted:,}{pace}")
        st.progress(min(done / wanted, 1.0))
        with st.container(key="advice"):
            text, strong, tone = advice(session)
            st.markdown(f":{tone}[{f'**{escaped(strong)}** ' if strong else ''}{escaped(text)}]")


def show_training(session: Session) -> None:
    """Draw the page, live: the two accuracies as numbers, and accuracy and loss as curves."""
    if session.live:
        mount("numbers", {"help": _explained(session)})
        mount("curves", {})
        return
    live(session.refreshing, _show_curves, session)


def _explained(session: Session) -> dict[str, str]:
    """Say what each of the two numbers counts."""
    learned, held_out = session.trainer.watched_digits, len(session.dataset.X_dev)
    return {
        "train_accuracy": f"Right answers on {learned:,} of the digits it learns from.",
        "dev_accuracy": f"Right answers on {held_out:,} digits it never learns from.",
    }


def _show_curves(session: Session) -> None:
    trainer, parent = session.trainer, session.run.parent_history
    last, iterations = trainer.history.points[-1], trainer.hyperparameters.iterations
    learned, held_out = _explained(session).values()
    with st.container(horizontal=True, gap="medium", key="numbers"):
        with st.container(key="train_accuracy", width="content"):
            st.metric(":blue[●] Training accuracy", f"{last.train_accuracy:.1%}", help=learned)
        with st.container(key="dev_accuracy", width="content"):
            st.metric(":orange[●] Held-out accuracy", f"{last.dev_accuracy:.1%}", help=held_out)
    with st.container(key="accuracy_chart", gap=None):
        st.caption("Accuracy: share of right answers")
        chart = accuracy_chart(trainer.history, iterations, parent)
        st.vega_lite_chart(chart.data, chart.spec, height=205, alt=chart.alt)
    with st.container(key="loss_chart", gap=None):
        st.caption("Loss: how wrong the probabilities are (0 is perfect, guessing is 2.3)")
        chart = loss_chart(trainer.history, iterations, parent)
        st.vega_lite_chart(chart.data, chart.spec, height=140, alt=chart.alt)


def _pace(pace: float | None, still_to_go: int) -> str:
    if not pace:
        return ""
    seconds = still_to_go / pace
    time_left = f"{seconds:.0f} s" if seconds < 90 else f"{seconds / 60:.0f} min"
    return f" · {pace:,.0f} per second · {time_left} left"
