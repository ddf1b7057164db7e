"""The bug museum: a run goes wrong, the class names the bug from the curves, and then it is revealed."""

import numpy as np
import streamlit as st

from nn import Status, Trainer
from nn.explain.bugs import BUGS
from server.shared import pool
from ui.lesson.museum import LETTERS, Case, Museum
from ui.lesson.museum_charts import museum_chart
from ui.lesson.museum_words import BUG_WORDS
from ui.lesson.numbers import number
from ui.shared.charts import Chart
from ui.shared.diverged import probabilities
from ui.shared.live import live
from ui.shared.pictures import show_digit
from ui.state.session import Session

HANDED_IN = 100  # held-out digits, handed in like drawings


def show_museum(session: Session) -> None:
    """Draw the six cases, the curves of the open one, the guess and what it was."""
    museum: Museum = st.session_state.setdefault("museum", Museum(pool()))
    with st.container(horizontal=True, gap="xsmall", key="cases"):
        for letter in LETTERS:
            here = museum.case is not None and museum.case.letter == letter
            told = " ✓" if letter in museum.solved else " ·" if letter in museum.revealed else ""
            st.button(
                f"Case {letter}{told}",
                key=f"case_{letter}",
                type="primary" if here else "secondary",
                on_click=museum.open,
                args=(letter, session.dataset),
            )
    if museum.case is None:
        st.markdown(
            "Six runs, and in each **one thing is wrong**: mistakes that everybody makes once. Open a case: "
            "it is run here and now, beside a healthy run. **Look at the curves, name the bug, then reveal "
            "it.** Your own network is not touched."
        )
        return
    museum.look()
    live(museum.running, _show_curves, session, museum, museum.running)
    _show_guess(museum)


def _show_curves(session: Session, museum: Museum, refreshing: bool) -> None:
    if museum.case is None:
        return
    if refreshing and not museum.running:
        st.rerun()  # nothing to wait for any more
    museum.look()
    case = museum.case
    iterations = case.healthy.hyperparameters.iterations
    st.markdown(
        f"**Case {case.letter}** (pink): {_standing(case.sick)} · **a healthy run** (grey): "
        f"{_standing(case.healthy)}.  \nSolid lines: held-out digits, dashed: training digits."
    )
    for side, what in zip(st.columns(2, gap="small"), ("accuracy", "loss"), strict=True):
        with side, st.container(key=f"museum_{what}", gap=None):
            st.caption("Accuracy" if what == "accuracy" else "Loss, each line ten times the one below")
            chart: Chart = museum_chart(case.sick.history, case.healthy.history, what, iterations)
            st.vega_lite_chart(chart.data, chart.spec, height=170, alt=chart.alt)
    with st.container(key="museum_words", gap="xsmall"):
        st.markdown(_numbers(case))
        st.markdown(_drawings(session, museum))


def _standing(trainer: Trainer) -> str:
    """Say where a run stands."""
    broke = f":orange[**broke off at iteration {trainer.iteration}**]"
    return broke if trainer.status is Status.DIVERGED else f"{trainer.status}, iteration {trainer.iteration}"


def _numbers(case: Case) -> str:
    first, last = case.sick.history.points[0], case.sick.history.points[-1]
    return (
        f"Its loss: **{number(first.train_loss)}** at the start, **{number(last.train_loss)}** now. "
        f"Its accuracy: {last.train_accuracy:.0%} on training, {last.dev_accuracy:.0%} on held-out digits."
    )


def _drawings(session: Session, museum: Museum) -> str:
    """Say how many digits handed in like drawings both read right, and what they read of this one."""
    case = museum.case
    X, Y = session.dataset.X_dev[:HANDED_IN], session.dataset.Y_dev[:HANDED_IN]
    sick = museum.drawings_right(case.sick, X, Y, sick=True)
    healthy = museum.drawings_right(case.healthy, X, Y, sick=False)
    told = f"Of {len(Y)} digits handed in like drawings it reads **{sick}** right, the healthy one {healthy}."
    if session.digit is None:
        return told + " Draw one!"
    x = session.digit.reshape(1, -1)
    return (
        f"{told} Your drawing: **{_reading(session, case.sick, case.experiment.see(x))}**, "
        f"the healthy one {_reading(session, case.healthy, x)}."
    )


def _reading(session: Session, trainer: Trainer, x: np.ndarray) -> str:
    said = probabilities(trainer.net, x)[0]
    if not np.isfinite(said).all():
        return "no answer, its weights exploded"
    return f"{session.dataset.class_names[said.argmax()]}, {said.max():.0%}"


def _show_guess(museum: Museum) -> None:
    case = museum.case
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small", key="guess_line"):
        museum.guess = st.selectbox(
            "What is wrong here?",
            list(BUGS),
            index=None,
            format_func=lambda key: BUG_WORDS[key].name,
            placeholder="Name the bug",
            key=f"guess_{case.letter}",
            width=300,
            persist_state="session",
        )
        st.button("Reveal", key="reveal", on_click=museum.reveal)
        st.caption(f"Solved {len(museum.solved)} of {len(BUGS)}", width="content")
    if case.letter in museum.revealed:
        _show_revelation(museum)


def _show_revelation(museum: Museum) -> None:
    case, key = museum.case, museum.case.bug.key
    words = BUG_WORDS[key]
    if museum.guess:
        wrong = f":orange[**✗ It is not: {BUG_WORDS[museum.guess].name}.**]"
        st.markdown(":green[**✓ Well spotted.**]" if museum.guess == key else wrong)
    with st.container(key="revelation"):
        st.markdown(f"#### {words.name}")
        st.markdown(f"**What you see.** {words.symptom}\n\n**Why.** {words.revelation}\n\n**The cure:**")
        st.code(words.cure)
        if key == "inverted":
            st.markdown("What the network is given of a drawing:")
            show_digit(
                case.experiment.see(case.healthy.dataset.X_dev[0]), "A digit, black on white.", enlarged=4
            )
