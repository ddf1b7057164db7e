"""The confusion matrix: a cell chosen shows its digits, the most confident first."""

import streamlit as st

from nn.explain.errors import Confusion, surest_first, worst_confusions
from ui.mistakes.answers import Answers
from ui.mistakes.charts import confusion_chart
from ui.mistakes.gallery import show_gallery
from ui.state.session import Session

MOST_SHOWN = 9  # digits of a cell
MOST_TOLD = 6  # confusions in words


def show_confusion(session: Session, answers: Answers, split: str) -> None:
    """
    Draw the matrix, the digits of the chosen cell beside it, and the worst confusions in words.

    Parameters
    ----------
    session : Session
    answers : Answers
    split : str
        What one of the digits is called.
    """
    names = session.dataset.class_names
    matrix = answers.matrix
    worst = worst_confusions(matrix, MOST_TOLD)
    chosen = st.session_state.get("cell_chosen") or (worst[0][:2] if worst else (0, 0))
    st.session_state["is_a"], st.session_state["read_as"] = chosen
    matrix_side, cell_side = st.columns([10, 7], gap="small")
    with matrix_side:
        per_cent = st.toggle("Per cent of the row", key="per_cent", persist_state="session")
        chart = confusion_chart(matrix, names, per_cent)
        st.vega_lite_chart(
            chart.data, chart.spec, height=330, alt=chart.alt, key="confusion", on_select=_select_clicked
        )
    with cell_side, st.container(key="cell", gap="xsmall"):
        _show_cell(session, answers, split)
    st.markdown("**Worst confusions**" if worst else "**No mistakes at all**")
    with st.container(key="worst", gap=None):
        for confusion in worst:
            st.button(
                in_words(confusion, names),
                key=f"worst_{confusion.true}_{confusion.read_as}",
                type="tertiary",
                on_click=_select,
                args=confusion[:2],
            )


def in_words(confusion: Confusion, names: tuple[str, ...]) -> str:
    """Say what is read as what, how often, and how much that is."""
    true, read_as, count, share = confusion
    times = "once" if count == 1 else f"{count} times"
    return f"**{names[true]} read as {names[read_as]}**: {times}, {share:.1%} of all {names[true]}s"


def _show_cell(session: Session, answers: Answers, split: str) -> None:
    names = session.dataset.class_names
    is_side, read_side = st.columns(2, gap="small")
    ten = range(10)
    name = names.__getitem__
    true = is_side.selectbox("is a", ten, format_func=name, key="is_a", on_change=_select_named)
    read_as = read_side.selectbox("read as", ten, format_func=name, key="read_as", on_change=_select_named)
    in_cell = (true == answers.Y) & (answers.predicted == read_as)
    rows = surest_first(answers.probabilities, in_cell)
    count = f"**{len(rows)}** of {answers.matrix[true].sum()}"
    st.caption(f"{count}, surest first. Choose one to explain." if len(rows) else f"{count}: none.")
    sure = answers.probabilities[:, read_as]
    show_gallery(
        session, answers, rows[:MOST_SHOWN], "gallery_cell", split, lambda row: f"{sure[row]:.0%} sure"
    )


def _select(true: int, read_as: int) -> None:
    """Choose a cell; until somebody does, it is the worst confusion."""
    st.session_state["cell_chosen"] = int(true), int(read_as)


def _select_named() -> None:
    _select(st.session_state["is_a"], st.session_state["read_as"])


def _select_clicked() -> None:
    for point in st.session_state["confusion"]["selection"].get("cell", [])[:1]:
        _select(point["true"], point["read_as"])
