"""Going back to how the network was, and on from there in another way."""

import streamlit as st

from nn.checkpoints import MOST, MOST_BYTES
from ui.shared.curves import accuracy_chart, loss_chart
from ui.shared.live import live
from ui.state.session import Session


def show_rewind(session: Session) -> None:
    """Draw the slider through the run, and the curves of the run and of the one it was forked from."""
    run = session.run.end
    end, kept = run.trainer.iteration, run.checkpoint_iterations
    moments = sorted({*(k for k in kept if k < end), end})
    here = session.trainer.iteration
    st.session_state["rewind"] = here if here in moments else end
    label = "Rewind to iteration"
    if len(moments) < 2 or session.running:
        st.select_slider(label, [0, 1], key="no_past", disabled=True, format_func=lambda k: "")
        st.caption("Pause, then drag back." if session.running else "Train first: there is no past yet.")
    else:
        st.select_slider(
            label,
            moments,
            format_func="{:,}".format,
            key="rewind",
            on_change=lambda: session.rewind(st.session_state["rewind"]),
        )
        _say_where(session)
    live(session.refreshing, _show_curves, session)
    st.caption(
        f"{len(kept)} moments of this run are kept, evenly spread; at most {MOST}, in at most "
        f"{MOST_BYTES // 2**20} MB."
    )


def _say_where(session: Session) -> None:
    """Say which moment is on show, and how to go back to the end: always one line, so that nothing jumps."""
    here = session.trainer.iteration
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="where"):
        if session.run.looking_back:
            st.markdown(f"**Every page shows the network as it was after {here:,} iterations.**")
            st.button(
                "Back to the end",
                icon=":material/last_page:",
                key="back_to_end",
                on_click=session.rewind,
                args=(session.run.end.trainer.iteration,),
            )
        elif session.run.parent_history:
            st.markdown(
                f"This run branched off another one at iteration {session.trainer.forked_at:,}; "
                "the curves of that one are thin and dashed."
            )
        else:
            st.markdown("Drag back: drawings, pictures and numbers show the network as it was then.")


def _show_curves(session: Session) -> None:
    history, parent = session.trainer.history, session.run.parent_history
    end = session.trainer.hyperparameters.iterations
    if parent:
        end = max(end, parent.points[-1].iteration)
    for key, caption, draw, height in (
        ("fork_chart", "Accuracy: :blue[● training], :orange[● held out]", accuracy_chart, 195),
        ("fork_loss_chart", "Loss", loss_chart, 115),
    ):
        with st.container(key=key, gap=None):
            st.caption(caption)
            chart = draw(history, end, parent)
            st.vega_lite_chart(chart.data, chart.spec, height=height, alt=chart.alt)
