"""The runs so far side by side: as a table and as curves, to be named, restored and deleted."""

import pandas as pd
import streamlit as st

from ui.shared.charts import PADDING, PERCENT, Chart, by_value, iterations, position, tip
from ui.shared.live import live
from ui.state.run import Run
from ui.state.runs import MOST_LETTERS, MOST_RUNS, Runs
from ui.state.session import Session

COLUMNS = ["run", "best", "held-out accuracy", "training accuracy", "iterations", "seconds", "status"]
POINTS = 80  # drawn of each run


def show_table_of_runs(session: Session) -> None:
    """Draw the table and the curves, live, and what can be done with one run."""
    runs = session.runs
    if not runs.runs and not session.running:
        st.markdown("**No runs yet.** Press Train: every run is kept here, from its first iteration on.")
        return
    names = [run.name for run in reversed(runs.runs)]
    if names and st.session_state.get("run") not in names:  # the one chosen has been deleted or renamed
        on_show = session.run.end.name
        st.session_state["run"] = on_show if on_show in names else names[0]
    live(session.refreshing, _show_table_and_curves, session, names)
    if names:
        _show_tools(session, names, _named(runs, st.session_state["run"]))
        st.caption(
            f"The last {MOST_RUNS} runs are kept, and always the best one (★) on each dataset; of runs on "
            "your own CSV files, only those on the latest. When memory is short, an older run keeps only its "
            "last moment and cannot be rewound."
        )


def _chart(runs: list[Run], chosen: Run) -> Chart:
    """Draw the held-out accuracy of several runs, the chosen one thick."""
    table = pd.DataFrame(
        [
            (run.name, point.iteration, point.dev_accuracy, run is chosen)
            for run in runs
            for point in run.trainer.history.sampled(POINTS)
        ],
        columns=["run", "iteration", "accuracy", "chosen"],
    )
    ends = ", ".join(f"{run.name} {run.trainer.history.points[-1].dev_accuracy:.1%}" for run in runs)
    spec = {
        "padding": PADDING,
        "mark": {"type": "line", "clip": True},
        "encoding": {
            "x": iterations(),
            "y": position("accuracy", PERCENT, [0, 1]),
            "color": {
                "field": "run",
                "type": "nominal",
                "sort": None,
                "scale": {"scheme": "tableau10"},
                "legend": {"orient": "bottom", "columns": 3, "title": None, "symbolType": "stroke"},
            },
            "strokeWidth": by_value("chosen", {False: 1.5, True: 3.5}),
            "tooltip": [tip("run"), tip("iteration", "d"), tip("accuracy", ".1%", "held out")],
        },
    }
    return Chart(table, spec, f"Held-out accuracy at the end: {ends}.")


def _named(runs: Runs, name: str) -> Run:
    return next(run for run in runs.runs if run.name == name)


def _show_table_and_curves(session: Session, names: list[str]) -> None:
    """Draw every run as far as it has come; when one joins, draw the whole page: it can be chosen now."""
    runs = session.runs
    runs.note(session.run)
    if [run.name for run in reversed(runs.runs)] != names:
        st.rerun()
    if not names:
        st.markdown("**The first run has begun.** It is listed here after its first iteration.")
        return
    table = runs.table()
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
    chart = _chart(runs.runs, _named(runs, st.session_state["run"]))
    with st.container(key="runs_chart", gap=None):
        st.caption("Held-out accuracy of every run; the chosen one is thick")
        st.vega_lite_chart(chart.data, chart.spec, height=235 + 20 * (len(names) // 3), alt=chart.alt)


def _show_tools(session: Session, names: list[str], run: Run) -> None:
    """Draw what names, restores and deletes one run, and the download of all."""

    def rename() -> None:
        session.runs.rename(run, st.session_state["run_name"])
        st.session_state["run"] = run.name

    def restore() -> None:  # and put its settings into the sidebar
        session.show(run)
        session.adopt()

    with st.container(horizontal=True, vertical_alignment="bottom", gap="small", key="run_tools"):
        st.selectbox("Run", names, key="run")
        st.session_state["run_name"] = run.name
        st.text_input("Rename it", key="run_name", max_chars=MOST_LETTERS, on_change=rename)
    with st.container(horizontal=True, gap="small"):
        on_show = run is session.run
        st.button("Restore", icon=":material/history:", key="restore_run", disabled=on_show, on_click=restore)
        st.button("Delete", icon=":material/delete:", key="delete_run", on_click=session.forget, args=(run,))
        st.download_button(
            "Table as CSV",
            lambda: session.runs.table().to_csv(index=False),
            "runs.csv",
            icon=":material/download:",
            on_click="ignore",
        )
