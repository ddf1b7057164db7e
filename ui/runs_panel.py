"""How it got there: rewind, runs side by side, pinned drawings, ten seeds, and what to keep."""

import streamlit as st

from ui.fan_panel import show_fan
from ui.keep_panel import show_keep
from ui.pins import show_pins
from ui.rewind_panel import show_rewind
from ui.run import Run
from ui.run_charts import runs_chart
from ui.runs import MOST_LETTERS, MOST_RUNS
from ui.session import Session

VIEWS = {
    "Rewind": show_rewind,
    "Runs": lambda session: _show_book(session),
    "Pins": show_pins,
    "Ten seeds": show_fan,
    "Keep and share": show_keep,
}
COLUMNS = ["run", "best", "held-out accuracy", "training accuracy", "iterations", "seconds"]


def show_runs(session: Session) -> None:
    """Draw the page: one view at a time, so that the others cost nothing."""
    with st.container(key="runs"):
        view = st.segmented_control(
            "View",
            list(VIEWS),
            default="Rewind",
            required=True,
            key="runs_view",
            label_visibility="collapsed",
            persist_state="session",
        )
        VIEWS.get(view, show_rewind)(session)


def _show_book(session: Session) -> None:
    """Draw the table, the curves, and what can be done with one run."""
    book = session.book
    if not book.runs:
        st.markdown("**No runs yet.** Train, then pause or let it finish: every run is kept here.")
        return
    runs = {run.name: run for run in reversed(book.runs)}
    if st.session_state.get("run") not in runs:  # the one chosen has been deleted or renamed
        st.session_state["run"] = session.run.end.name if session.run.end.name in runs else next(iter(runs))
    name = st.session_state["run"]
    table = book.table()
    st.dataframe(
        table,
        hide_index=True,
        height=143,
        column_order=[*COLUMNS, *(column for column in table.columns if column not in COLUMNS)],
        column_config={
            "best": st.column_config.TextColumn("best", width=40),
            "held-out accuracy": st.column_config.NumberColumn("held out", format="percent"),
            "training accuracy": st.column_config.NumberColumn("training", format="percent"),
        },
        key="runs_table",
    )
    chart = runs_chart(book.runs, runs[name])
    with st.container(key="runs_chart", gap=None):
        st.caption("Held-out accuracy of every run; the chosen one is thick")
        st.vega_lite_chart(chart.data, chart.spec, height=235 + 20 * (len(runs) // 3), alt=chart.alt)
    _show_tools(session, list(runs), runs[name])
    st.caption(
        f"The last {MOST_RUNS} runs are kept, and always the best (★, for each set of digits); of your own "
        "CSV files, only those on the latest. Large ones may lose the moments to rewind to."
    )


def _show_tools(session: Session, names: list[str], run: Run) -> None:
    """Draw what names, restores and deletes one run, and the download of all."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small", key="run_tools"):
        st.selectbox("Run", names, key="run")
        st.session_state["run_name"] = run.name
        st.text_input(
            "Its name", key="run_name", max_chars=MOST_LETTERS, on_change=_rename, args=(session, run)
        )
    with st.container(horizontal=True, gap="small"):
        st.button(
            "Restore",
            icon=":material/history:",
            key="restore_run",
            disabled=run is session.run,
            on_click=_restore,
            args=(session, run),
        )
        st.button("Delete", icon=":material/delete:", key="delete_run", on_click=session.forget, args=(run,))
        st.download_button(
            "Table as CSV",
            lambda: session.book.table().to_csv(index=False),
            "runs.csv",
            "text/csv",
            icon=":material/download:",
            key="runs_csv",
            on_click="ignore",
        )


def _rename(session: Session, run: Run) -> None:
    session.book.rename(run, st.session_state["run_name"])
    st.session_state["run"] = run.name


def _restore(session: Session, run: Run) -> None:
    """Show a run again, and put its settings into the sidebar."""
    session.show(run)
    session.adopt()
