"""Four more looks at the answers: digit by digit, the surest mistakes, sure against right, and a sample."""

import numpy as np
import streamlit as st

from nn.explain.calibration import calibration
from nn.explain.errors import precision_and_recall, surest_first
from ui.mistakes.answers import Answers
from ui.mistakes.charts import calibration_chart
from ui.mistakes.gallery import show_gallery
from ui.state.session import Session

MOST_SHOWN = 24  # mistakes
SAMPLE = 40  # digits, right and wrong
WEAKEST = -1  # instead of a digit
NEAR = 0.05  # 'about 80 %' is 75 to 85 %


def show_per_digit(session: Session, answers: Answers, split: str) -> None:
    """Draw precision and recall of every digit, and say in words what they are."""
    names, matrix = session.dataset.class_names, answers.matrix
    precision, recall = precision_and_recall(matrix)
    are, said, right = matrix.sum(axis=1), matrix.sum(axis=0), np.diag(matrix)
    lines = ["| | is a | read so | right | **recall** | **precision** |", "|:-|-:|-:|-:|-:|-:|"]
    for k in range(10):
        lines.append(
            f"| **{names[k]}** | {are[k]} | {said[k]} | {right[k]} "
            f"| **{_percent(recall[k])}** | **{_percent(precision[k])}** |"
        )
    weakest = int(np.nan_to_num(recall, nan=1).argmin())
    table_side, words_side = st.columns([10, 7], gap="small")
    with table_side, st.container(key="per_digit"):
        st.markdown("\n".join(lines))
    with words_side, st.container(key="per_digit_words"):
        k = st.selectbox(
            "In words, for",
            [WEAKEST, *range(10)],
            format_func=lambda k: f"the weakest, {names[weakest]}" if k == WEAKEST else names[k],
            key="in_words",
        )
        k = weakest if k == WEAKEST else k
        st.markdown(
            f"**Recall: does it find the {names[k]}s?** Of {are[k]} that are a {names[k]}, it reads "
            f"{right[k]} as {names[k]}: {_percent(recall[k])}."
        )
        st.markdown(
            f"**Precision: can one believe it when it says {names[k]}?** It says so {said[k]} times "
            f"and is right {right[k]} times: {_percent(precision[k])}."
        )
        st.caption("A network that calls everything 1 finds every 1, and one cannot believe it.")


def show_surest(session: Session, answers: Answers, split: str) -> None:
    """Draw the mistakes it was most sure of."""
    names = session.dataset.class_names
    rows = surest_first(answers.probabilities, answers.predicted != answers.Y)
    st.markdown(
        f"**{len(rows):,} mistakes**, the surest first: what it is → read as what. Choose one to explain."
        if len(rows)
        else "**No mistakes at all.**"
    )

    def caption(row: int) -> str:
        is_a, read_as = names[answers.Y[row]], names[answers.predicted[row]]
        return f"**{is_a} → {read_as}** {answers.probabilities[row].max():.0%}"

    show_gallery(session, answers, rows[:MOST_SHOWN], "gallery_surest", split, caption)


def show_calibration(session: Session, answers: Answers, split: str) -> None:
    """Draw how often it is right against how sure it is, and say it for one degree of sureness."""
    bins = calibration(answers.probabilities, answers.Y)
    chart = calibration_chart(bins)
    chart_side, words_side = st.columns([10, 7], gap="small")
    with chart_side, st.container(key="calibration"):
        st.vega_lite_chart(chart.data, chart.spec, height=330, alt=chart.alt)
    with words_side, st.container(key="calibration_words"):
        said = st.slider("When it says", 20, 100, 80, 5, format="%d%%", key="said", persist_state="session")
        st.markdown(_how_often_right(answers, said / 100))
        st.markdown(
            f"On average its sureness and its success are **{bins.error:.1%}** apart. Points on the dashed "
            "line are honest; below it the network is surer than it should be, above it too modest."
        )


def show_sample(session: Session, answers: Answers, split: str) -> None:
    """Draw some digits as they come, right and wrong marked."""
    names = session.dataset.class_names
    draw = st.session_state.setdefault("sample_seed", 0)
    rows = np.random.default_rng(draw).permutation(len(answers))[:SAMPLE]
    right = answers.predicted == answers.Y
    with st.container(horizontal=True, vertical_alignment="center", key="sample_line"):
        st.markdown(
            f"**{right[rows].sum()} of {len(rows)} right.** ✓ read right, ✗ read wrong", width="content"
        )
        st.button("Other digits", key="other_digits", on_click=_draw_others)

    def caption(row: int) -> str:
        read_as = names[answers.predicted[row]]
        return (
            f":blue[**✓ {read_as}**]"
            if right[row]
            else f":orange[**✗ {read_as}**] is {names[answers.Y[row]]}"
        )

    show_gallery(session, answers, rows, "gallery_sample", split, caption)


def _draw_others() -> None:
    st.session_state["sample_seed"] += 1


def _how_often_right(answers: Answers, said: float) -> str:
    """Say how often it is right when it is about so sure."""
    near = np.abs(answers.probabilities.max(axis=1) - said) <= NEAR + 1e-6
    if not near.any():
        return f"It is never about **{said:.0%}** sure of anything here."
    right = float(calibration(answers.probabilities[near], answers.Y[near], bins=1).accuracy[0])
    few = " Few digits: that may be chance." if near.sum() < 30 else ""
    low, high = said - NEAR, min(said + NEAR, 1)
    return (
        f"When it says about **{said:.0%}** ({low:.0%} to {high:.0%}), it is right in **{right:.0%}** "
        f"of the cases, {near.sum():,} digits.{few}"
    )


def _percent(share: float) -> str:
    return "–" if np.isnan(share) else f"{share:.1%}"
