"""The answers digit by digit: precision and recall, the surest mistakes, and a sample."""

import numpy as np
import streamlit as st

from nn.explain.errors import precision_and_recall, surest_first
from ui.mistakes.answers import Answers
from ui.mistakes.gallery import show_gallery
from ui.state.session import Session

MOST_SHOWN = 24  # mistakes
SAMPLE = 40  # digits, right and wrong
WEAKEST = -1  # instead of a digit


def show_per_digit(session: Session, answers: Answers, split: str) -> None:
    """Draw precision and recall of every digit, and say in words what they are."""
    names, matrix = session.dataset.class_names, answers.matrix
    precision, recall = precision_and_recall(matrix)
    are, said, right = matrix.sum(axis=1), matrix.sum(axis=0), np.diag(matrix)
    lines = ["| | is a | read as | right | **recall** | **precision** |", "|:-|-:|-:|-:|-:|-:|"]
    for k, name in enumerate(names):
        shares = f"**{_percent(recall[k])}** | **{_percent(precision[k])}**"
        lines.append(f"| **{name}** | {are[k]} | {said[k]} | {right[k]} | {shares} |")
    weakest = int(np.nan_to_num(recall, nan=1).argmin())
    table_side, words_side = st.columns([10, 7], gap="small")
    with table_side, st.container(key="per_digit"):
        st.markdown("\n".join(lines))
    with words_side, st.container(key="per_digit_words"):
        options = {WEAKEST: f"the weakest, {names[weakest]}", **dict(enumerate(names))}
        k = st.selectbox("In words, for", list(options), format_func=options.get, key="in_words")
        k = weakest if k == WEAKEST else k
        st.markdown(
            f"**Recall: does it find the {names[k]}s?** Of {are[k]} that are a {names[k]}, it reads "
            f"{right[k]} as {names[k]}: {_percent(recall[k])}."
        )
        st.markdown(
            f"**Precision: can you trust it when it says {names[k]}?** It says {names[k]} {said[k]} times "
            f"and is right {right[k]} times: {_percent(precision[k])}."
        )
        st.caption("A network that calls everything a 1 finds every 1, but its 1s cannot be trusted.")


def show_surest(session: Session, answers: Answers, split: str) -> None:
    """Draw the mistakes it was most sure of."""
    names = session.dataset.class_names
    rows = surest_first(answers.probabilities, answers.predicted != answers.Y)
    mistakes = f"**{len(rows):,} mistakes**, the surest first: what it is → what it was read as."
    st.markdown(f"{mistakes} Choose one to explain." if len(rows) else "**No mistakes at all.**")
    shown = rows[:MOST_SHOWN]
    captions = [
        f"**{names[is_a]} → {names[read_as]}** {sure:.0%}"
        for is_a, read_as, sure in zip(
            answers.Y[shown], answers.predicted[shown], answers.probabilities[shown].max(axis=1), strict=True
        )
    ]
    show_gallery(session, answers, shown, captions, "gallery_surest", split)


def show_sample(session: Session, answers: Answers, split: str) -> None:
    """Draw some digits at random, right and wrong marked."""
    names = session.dataset.class_names
    seed = st.session_state.setdefault("sample_seed", 0)
    rows = np.random.default_rng(seed).permutation(len(answers))[:SAMPLE]
    right = answers.predicted == answers.Y
    with st.container(horizontal=True, vertical_alignment="center", key="sample_line"):
        marks = f"**{right[rows].sum()} of {len(rows)} right.** ✓ read correctly, ✗ misread"
        st.markdown(marks, width="content")
        st.button("Other digits", key="other_digits", on_click=_draw_others)
    captions = [
        f":blue[**✓ {names[read_as]}**]" if ok else f":orange[**✗ {names[read_as]}**] is {names[is_a]}"
        for read_as, is_a, ok in zip(answers.predicted[rows], answers.Y[rows], right[rows], strict=True)
    ]
    show_gallery(session, answers, rows, captions, "gallery_sample", split)


def _draw_others() -> None:
    st.session_state["sample_seed"] += 1


def _percent(share: float) -> str:
    return "–" if np.isnan(share) else f"{share:.1%}"
