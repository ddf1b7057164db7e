"""How it got there: rewind, runs side by side, pinned drawings, ten seeds, and what to keep."""

import streamlit as st

from ui.history.charts import runs_chart
from ui.history.keep import show_keep
from ui.history.pins import show_pins
from ui.history.rewind import show_rewind
from ui.history.seeds import show_seeds
from ui.shared.choices import choose
from ui.shared.live import live
from ui.state.run import Run
from ui.state.runs import MOST_LETTERS, MOST_RUNS, Runs
from ui.state.session import Session

VIEWS = {
    "Rewind": show_rewind,
    "Runs": lambda session: _show_runs(session),
    "Pins": show_pins,
    "Ten seeds": show_seeds,
    "Keep and share": show_keep,
}
COLUMNS = ["run", "best", "held-out accuracy", "training accuracy", "iterations", "seconds", "status"]


def show_runs(session: Session) -> None:
    """Draw the page: one view at a time, so that the others cost nothing."""
    with st.container(key="runs"):
        VIEWS[choose("View", list(VIEWS), "runs_view")](session)


def _show_runs(session: Session) -> None:
    """Draw the table and the curves, live, and what can be done with one run."""
    book = session.runs
    if not book.runs and not session.running:
        st.markdown("**No runs yet.** Press Train: every run is kept here, from its first iteration on.")
        return
    names = [run.name for run in reversed(book.runs)]
    if names and st.session_state.get("run") not in names:  # the one chosen has been deleted or renamed
        on_show = session.run.end.name
        st.session_state["run"] = on_show if on_show in names else names[0]
    live(session.refreshing, _show_table_and_curves, session, names)
    if names:
        _show_tools(session, names, _named(book, st.session_state["run"]))
        st.caption(
            f"The last {MOST_RUNS} runs are kept, and always the best (★, for each set of digits); of your "
            "own CSV files, only those on the latest. Large ones may lose the moments to rewind to."
        )


def _named(book: Runs, name: str) -> Run:
    return next(run for run in book.runs if run.name == name)


def _show_table_and_curves(session: Session, names: list[str]) -> None:
    """Draw every run as far as it has come; when one joins, draw the whole page: it can be chosen now."""
    book = session.runs
    book.note(session.run)
    if [run.name for run in reversed(book.runs)] != names:
        st.rerun()
    if not names:
        st.markdown("**The first run has begun.** It is listed here after its first iteration.")
        return
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
    chart = runs_chart(book.runs, _named(book, st.session_state["run"]))
    with st.container(key="runs_chart", gap=None):
        st.caption("Held-out accuracy of every run; the chosen one is thick")
        st.vega_lite_chart(chart.data, chart.spec, height=235 + 20 * (len(names) // 3), alt=chart.alt)


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
            lambda: session.runs.table().to_csv(index=False),
            "runs.csv",
            "text/csv",
            icon=":material/download:",
            key="runs_csv",
            on_click="ignore",
        )


def _rename(session: Session, run: Run) -> None:
    session.runs.rename(run, st.session_state["run_name"])
    st.session_state["run"] = run.name


def _restore(session: Session, run: Run) -> None:
    """Show a run again, and put its settings into the sidebar."""
    session.show(run)
    session.adopt()
