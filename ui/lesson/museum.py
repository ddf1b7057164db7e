"""The bug museum: a run goes wrong, the class names the bug from the curves, and then it is revealed."""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import streamlit as st

from data import Dataset
from nn import Status
from nn.explain.bugs import BUGS, Bug
from nn.functions import Array
from nn.history import History
from server.engine import Job, engine
from server.node import ExhibitRecipe
from ui.lesson.museum_words import BUG_WORDS
from ui.shared.charts import PADDING, Chart, by_value, iterations, position, tip
from ui.shared.curves import SERIES, What, curve_table
from ui.shared.diverged import probabilities
from ui.shared.live import live
from ui.shared.pictures import show_digit
from ui.shared.words import number, reading
from ui.state.session import Session

LETTERS = "ABCDEF"
GIVEN = 100  # held-out digits that are given to both networks in the way a drawing is
SICK, HEALTHY = "this run", "healthy run"
COLOURS = {SICK: "#e0529c", HEALTHY: "#7f8c99"}  # pink and grey, unlike the colours of the visitor's own run
LEAST_LOSS = 0.01  # on the axis, which is logarithmic


class Case(NamedTuple):
    """An exhibit that is open: the same experiment, with the bug and without."""

    letter: str
    bug: Bug
    see: Callable[[Array], Array]  # what the sick network is given of pixels in [0, 1]
    sick: Job
    healthy: Job


class Museum:
    """
    One visitor's visit: the six cases in an order of their own, and the runs of the open one.

    Attributes
    ----------
    case : Case or None
        The one that is open.
    guess : str or None
        The key of the bug that the class has named.
    revealed, solved : set of str
        The letters of the cases that have been revealed, and of those named correctly before.

    Parameters
    ----------
    session : Session
        Is told which runs are open, so that they are watched and paused as the visitor's own.
    seed : int, optional
        Decides the order of the cases; by default another one at each visit.
    """

    def __init__(self, session: Session, seed: int | None = None) -> None:
        self._session = session
        order = np.random.default_rng(seed).permutation(list(BUGS))
        self._bugs = dict(zip(LETTERS, order, strict=True))
        self.case: Case | None = None
        self.guess: str | None = None
        self.revealed: set[str] = set()
        self.solved: set[str] = set()

    def open(self, letter: str, dataset: Dataset) -> None:
        """Start both runs of a case, A to F, on some digits; those of the case before are put away."""
        self.close()
        bug = BUGS[self._bugs[letter]]
        sick, healthy = (
            engine().submit(ExhibitRecipe(dataset.key, bug.key, well, 0)) for well in (False, True)
        )
        self.case = Case(letter, bug, bug.experiment(dataset).see, sick, healthy)
        self._session.museum_runs = [sick, healthy]
        for run in (sick, healthy):
            run.start()

    def close(self) -> None:
        """Pause both runs, and forget them."""
        if self.case:
            for run in (self.case.sick, self.case.healthy):
                run.pause()
        self.case = self.guess = None
        self._session.museum_runs = []

    @property
    def running(self) -> bool:
        """Whether a run of the open case is on."""
        return any(run.busy or run.status is Status.RUNNING for run in self._session.museum_runs)

    def reveal(self) -> None:
        """Mark the open case as revealed; it counts as solved only if it was named correctly before."""
        letter = self.case.letter
        if letter not in self.revealed and self.guess == self.case.bug.key:
            self.solved.add(letter)
        self.revealed.add(letter)


def show_museum(session: Session) -> None:
    """Draw the six cases, the curves of the open one, the guess and what it was."""
    museum: Museum = st.session_state.setdefault("museum", Museum(session))
    with st.container(horizontal=True, gap="xsmall", key="cases"):
        for letter in LETTERS:
            here = museum.case is not None and museum.case.letter == letter
            mark = " ✓" if letter in museum.solved else " ·" if letter in museum.revealed else ""
            st.button(
                f"Case {letter}{mark}",
                key=f"case_{letter}",
                type="primary" if here else "secondary",
                on_click=museum.open,
                args=(letter, session.dataset),
            )
    if museum.case is None:
        st.markdown(
            "Six runs, and in each of them **one thing is wrong**: mistakes that everybody makes once. Open "
            "a case, and it is run here and now, beside a healthy run. **Look at the curves, name the bug, "
            "then reveal it.** Your own network is not touched."
        )
        return
    live(museum.running, _show_curves, session, museum, museum.running)
    _show_guess(session, museum)


def museum_chart(sick: History, healthy: History, what: What, end: int) -> Chart:
    """
    Draw two runs' curves up to iteration `end`: dashed on training digits, solid on held-out ones.

    Losses are on a logarithmic axis: one of the bugs begins with hundreds.
    """
    runs = {HEALTHY: healthy, SICK: sick}  # the sick one on top
    table = pd.concat([curve_table(history, name, what) for name, history in runs.items()])
    axis: dict[str, Any] = {"format": ".0%", "tickCount": 5}
    y = position("value", axis, [0, 1])
    if what == "loss":
        table["value"] = table["value"].clip(lower=LEAST_LOSS)
        highest = table["value"][np.isfinite(table["value"])].max()
        top = float(10 ** np.ceil(np.log10(max(10.0, highest))))
        axis = {"format": ",~f", "values": [10.0**power for power in range(-2, 7)]}
        y = position("value", axis, [LEAST_LOSS, top])
        y["scale"]["type"] = "log"
    axis |= {"title": None, "minExtent": 34}
    spec = {
        "padding": PADDING,
        "mark": {"type": "line", "clip": True},
        "encoding": {
            "x": iterations(end),
            "y": y,
            "color": by_value("run", COLOURS),
            "strokeWidth": by_value("run", {SICK: 2, HEALTHY: 4}),  # where both do the same, one sees both
            "strokeDash": by_value("digits", dict(zip(SERIES, [[4, 3], [1, 0]], strict=True))),
            "tooltip": [tip("run"), tip("digits"), tip("iteration", "d"), tip("value", ".3~g", what)],
        },
    }
    ends = "; ".join(f"{name} {_last(history, what)}" for name, history in reversed(runs.items()))
    return Chart(table, spec, f"{what.capitalize()}: {ends}.")


def _last(history: History, what: What) -> str:
    last = history.points[-1]
    train, dev = (number(getattr(last, f"{split}_{what}"), ".3g") for split in ("train", "dev"))
    return f"at iteration {last.iteration}: {train} on training digits, {dev} on held-out digits"


def _show_curves(session: Session, museum: Museum, refreshing: bool) -> None:
    if museum.case is None:
        return
    if refreshing and not museum.running:
        st.rerun()  # nothing to wait for any more
    case = museum.case
    end = case.healthy.hyperparameters.iterations
    st.markdown(
        f"**Case {case.letter}** (pink): {_standing(case.sick)} · **a healthy run** (grey): "
        f"{_standing(case.healthy)}.  \nSolid lines: held-out digits, dashed: training digits."
    )
    for side, what in zip(st.columns(2, gap="small"), ("accuracy", "loss"), strict=True):
        with side, st.container(key=f"museum_{what}", gap=None):
            st.caption("Accuracy" if what == "accuracy" else "Loss, each grid line ten times the one below")
            chart = museum_chart(case.sick.history, case.healthy.history, what, end)
            st.vega_lite_chart(chart.data, chart.spec, height=170, alt=chart.alt)
    first, last = case.sick.history.points[0], case.sick.history.points[-1]
    with st.container(key="museum_words", gap="xsmall"):
        st.markdown(
            f"Its loss: **{number(first.train_loss)}** at the start, **{number(last.train_loss)}** now. Its "
            f"accuracy: {last.train_accuracy:.0%} on training, {last.dev_accuracy:.0%} on held-out digits."
        )
        st.markdown(_drawings(session, case))


def _standing(trainer: Job) -> str:
    """Say where a run stands."""
    broke = f":orange[**broke off at iteration {trainer.iteration}**]"
    return broke if trainer.status is Status.DIVERGED else f"{trainer.status}, iteration {trainer.iteration}"


def _drawings(session: Session, case: Case) -> str:
    """Say how many digits, given in the way a drawing is, both read right, and what they read of this one."""
    X, Y = session.dataset.X_dev[:GIVEN], session.dataset.Y_dev[:GIVEN]
    nets, see = (case.sick.net, case.healthy.net), (case.see, np.asarray)
    right = [
        np.count_nonzero(probabilities(net, seen(X)).argmax(axis=1) == Y)
        for net, seen in zip(nets, see, strict=True)
    ]
    words = (
        f"Of {len(Y)} digits given to it in the way a drawing is, it reads **{right[0]}** right, the healthy "
        f"one {right[1]}."
    )
    if session.digit is None:
        return f"{words} Draw one!"
    x, names = session.digit.reshape(1, -1), session.dataset.class_names
    sick, healthy = (
        reading(probabilities(net, seen(x))[0], names, "{}, {:.0%}", "no answer, its weights exploded")
        for net, seen in zip(nets, see, strict=True)
    )
    return f"{words} Your drawing: **{sick}**, the healthy one {healthy}."


def _show_guess(session: Session, museum: Museum) -> None:
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
        _show_revelation(session, museum)


def _show_revelation(session: Session, museum: Museum) -> None:
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
            show_digit(case.see(session.dataset.X_dev[0]), "A digit, black on white.", enlarged=4)
