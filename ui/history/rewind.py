"""Going back to how the network was, and on from there in another way."""

import streamlit as st

from nn.checkpoints import MOST, MOST_BYTES
from ui.shared.curves import accuracy_chart, loss_chart
from ui.shared.live import live
from ui.state.session import Session


def show_rewind(session: Session) -> None:
    """Draw the slider through the run, and the curves of the run and of the one it left."""
    run = session.run.end
    end = run.trainer.iteration
    moments = sorted({*(k for k in run.trainer.checkpoints.iterations if k < end), end})
    here = session.trainer.iteration
    st.session_state["rewind"] = here if here in moments else end
    if len(moments) < 2 or session.running:
        reason = "Pause, then drag back." if session.running else "Train first: there is no past yet."
        st.select_slider(
            "Rewind to iteration", [0, 1], key="no_past", disabled=True, format_func=lambda k: ""
        )
        st.caption(reason)
    else:
        st.select_slider(
            "Rewind to iteration",
            moments,
            format_func=lambda k: f"{k:,}",
            key="rewind",
            on_change=_rewind,
            args=(session,),
        )
        _say_where(session)
    live(session.refreshing, _show_curves, session)
    st.caption(
        f"{len(run.trainer.checkpoints)} moments of this run are kept, evenly spread, in "
        f"{run.trainer.checkpoints.size / 2**20:.1f} MB; never more than {MOST} or {MOST_BYTES // 2**20} MB."
    )


def _rewind(session: Session) -> None:
    session.rewind(st.session_state["rewind"])


def _say_where(session: Session) -> None:
    """Say which moment is on show, and how to leave it: always one line, so that nothing jumps."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="where"):
        if session.run.looking_back:
            st.markdown(
                f"**Every page shows the network as it was after {session.trainer.iteration:,} iterations.**"
            )
            st.button(
                "Back to the end",
                icon=":material/last_page:",
                key="back_to_end",
                on_click=session.rewind,
                args=(session.run.end.trainer.iteration,),
            )
        elif session.run.parent_history:
            st.markdown(
                f"This run left another at iteration {session.trainer.forked_at:,}; "
                "that one's curves are thin and dashed."
            )
        else:
            st.markdown("Drag back: drawings, pictures and numbers show the network as it was then.")


def _show_curves(session: Session) -> None:
    run, trainer = session.run, session.trainer
    iterations = trainer.hyperparameters.iterations
    if run.parent_history:
        iterations = max(iterations, run.parent_history.points[-1].iteration)
    with st.container(key="fork_chart", gap=None):
        st.caption("Accuracy: :blue[● training], :orange[● held out]")
        chart = accuracy_chart(trainer.history, iterations, run.parent_history)
        st.vega_lite_chart(chart.data, chart.spec, height=195, alt=chart.alt)
    with st.container(key="fork_loss_chart", gap=None):
        st.caption("Loss")
        chart = loss_chart(trainer.history, iterations, run.parent_history)
        st.vega_lite_chart(chart.data, chart.spec, height=115, alt=chart.alt)
