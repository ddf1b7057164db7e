"""Where the network errs: what it reads as what, its surest mistakes, and how sure it rightly is."""

from functools import partial

import streamlit as st

from data.dataset import DIGIT_NAMES
from ui.mistakes.answers import Answers, ask
from ui.mistakes.confusion import show_confusion
from ui.mistakes.gallery import follow_choice
from ui.mistakes.views import show_calibration, show_per_digit, show_sample, show_surest
from ui.shared.choices import choose
from ui.shared.diverged import show_diverged
from ui.shared.live import live
from ui.state.session import Session

YOURS, EXPERT = "Yours", "Expert"
DEV, TEST = "Held-out digits", "Test digits"
NAMES = {DEV: "Held-out digit", TEST: "Test digit"}  # one of them
VIEWS = {
    "Confusions": show_confusion,
    "Digit by digit": show_per_digit,
    "Surest mistakes": show_surest,
    "How sure, how right": show_calibration,
    "A sample": show_sample,
}


def show_mistakes(session: Session) -> None:
    """Draw the page: whose answers, on which digits, and one of five looks at them."""
    view = choose("View", list(VIEWS), "mistakes_view")
    with st.container(horizontal=True, gap="medium", key="mistakes_choice"):
        who = choose("Network", [YOURS, EXPERT] if _expert_knows(session) else [YOURS], "mistakes_network")
        split = choose(
            "Digits", [DEV, TEST] if session.dataset.X_test is not None else [DEV], "mistakes_split"
        )
    panel = partial(_show_view, session, view, who, split)
    live(session.refreshing and who == YOURS, panel)  # the expert does not change


def _expert_knows(session: Session) -> bool:
    return session.dataset.class_names == DIGIT_NAMES


def _show_view(session: Session, view: str, who: str, split: str) -> None:
    follow_choice()
    answers = _answers(session, who, split)
    if not answers.finite:
        show_diverged()
        return
    st.caption(_about(session, answers, who, split))
    VIEWS[view](session, answers, NAMES[split])


def _answers(session: Session, who: str, split: str) -> Answers:
    dataset = session.dataset
    X, Y = (dataset.X_dev, dataset.Y_dev) if split == DEV else (dataset.X_test, dataset.Y_test)
    net = session.trainer.net if who == YOURS else session.expert
    return ask(net, X, Y, learning=who == YOURS and session.running)


def _about(session: Session, answers: Answers, who: str, split: str) -> str:
    """Say how many digits were asked about, how many were right, and what to think of that."""
    right = f"**{answers.right:,} of {len(answers):,}** {split.lower()} read right"
    percent = f" ({answers.right / len(answers):.1%})."
    if len(answers) < answers.of:
        return (
            right + percent + f" While it learns, {len(answers):,} of the {answers.of:,} are asked; then all."
        )
    if who == YOURS and session.untrained:
        return right + percent + " It is untrained and only guesses: press Train."
    of_expert = who == EXPERT or (session.settings.from_expert and not session.run.source)
    if of_expert and not (session.settings.dataset == "mnist" and split == TEST):
        return (
            right + percent + " The expert learned from MNIST's training digits and may know some of these."
        )
    new = " It has never learned from them." if split == DEV and not session.run.source else ""
    return right + percent + new
