"""Train, pause, step, reset, and the curves: everything about the network that is learning."""

import numpy as np
import streamlit as st

from nn import Status
from server.shared import pool
from ui.shared.curves import accuracy_chart, loss_chart
from ui.shared.live import live
from ui.shared.words import escaped
from ui.state.session import Session

HIGH_LOSS = 5.0  # guessing has 2.3
STUCK_LOSS = 0.1  # within this of log 10, after a while: the network only guesses


def show_buttons(session: Session) -> None:
    """Draw Train / Pause, Step and Reset, without `help`: with it Streamlit puts every button in twice."""
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


def _press_train(session: Session) -> None:
    pool().run(session.trainer)


def _press_pause(session: Session) -> None:
    session.trainer.pause()


def _press_step(session: Session) -> None:
    session.run.step()


def _press_reset(session: Session) -> None:
    session.reset_wanted = True


def show_status(session: Session, waiting: list[str]) -> None:
    """Say where the run stands, and which settings wait for a reset, in lines of a fixed height."""
    trainer = session.trainer
    done, wanted = trainer.iteration, trainer.hyperparameters.iterations
    pace = _pace(session.run.iterations_per_second(), wanted - done)
    with st.container(key="status"):
        st.markdown(f"**{trainer.status.capitalize()}** · iteration {done:,} of {wanted:,}{pace}")
        st.progress(min(done / wanted, 1.0))
        with st.container(key="advice"):
            st.markdown(_advice(session, waiting))


def _advice(session: Session, waiting: list[str]) -> str:
    """Say in one sentence what is going on or what to do."""
    trainer = session.trainer
    error = pool().error(trainer)
    if error:
        return f":red[Training stopped: {escaped(error)}. Press Train to go on, or Reset to start again.]"
    if trainer.status is Status.DIVERGED:
        loss = trainer.history.points[-1].train_loss  # it may have been measured before the explosion
        height = f" to {loss:,.0f}" if HIGH_LOSS < loss < np.inf else ""
        cure = "the steps are too long. Lower the learning rate, then press Reset."
        return f":orange[**The loss exploded**{height}: {cure}]"
    if _is_stuck(session):
        return ":orange[**Stuck:** one answer for all digits. Lower the learning rate, then press Reset.]"
    if waiting:
        return f":blue[**Counts after Reset:** {', '.join(waiting)}.]"
    if session.run.looking_back:
        return ":blue[**Looking back:** change a setting, press Train, and it takes another path from here.]"
    guessing = "An untrained network only guesses: 1 in 10 right. Press Train and watch it learn."
    source = escaped(session.run.source or "the expert")
    sentence = {
        Status.READY: guessing if session.untrained else f"Trained before ({source}). Press Train to go on.",
        Status.RUNNING: f"Each iteration looks at {_digits(session)} and changes every weight a little.",
        Status.PAUSED: "Train goes on, Step makes one more iteration, Reset forgets everything learned.",
        Status.FINISHED: "Raise the iterations to go on from here, or press Reset to start again.",
    }
    return f":gray[{sentence[trainer.status]}]"


def _digits(session: Session) -> str:
    everything = len(session.dataset.X_train)
    size = min(session.trainer.hyperparameters.batch_size or everything, everything)
    return f"{'all ' if size == everything else ''}{size:,} digit{'s' if size > 1 else ''}"


def show_training(session: Session) -> None:
    """Draw the page, live: the two accuracies as numbers, and accuracy and loss as curves."""
    live(session.refreshing, _show_curves, session)


def _show_curves(session: Session) -> None:
    trainer, parent = session.trainer, session.run.parent_history
    last, iterations = trainer.history.points[-1], trainer.hyperparameters.iterations
    with st.container(horizontal=True, gap="medium", key="numbers"):
        with st.container(key="train_accuracy", width="content"):
            known = f"Right answers on {trainer.watched_digits:,} of the digits it learns from."
            st.metric(":blue[●] Training accuracy", f"{last.train_accuracy:.1%}", help=known)
        with st.container(key="dev_accuracy", width="content"):
            new = f"Right answers on {len(session.dataset.X_dev):,} digits it never learns from."
            st.metric(":orange[●] Held-out accuracy", f"{last.dev_accuracy:.1%}", help=new)
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


def _is_stuck(session: Session) -> bool:
    """Tell whether all hidden units have died: the loss is that of guessing and no digit moves it."""
    last = session.trainer.history.points[-1]
    return last.iteration >= 20 and abs(last.train_loss - 2.303) < STUCK_LOSS and last.train_accuracy < 0.15
