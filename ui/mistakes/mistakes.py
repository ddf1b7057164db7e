"""Where the network errs: what it reads as what, its surest mistakes, and how well it knows that."""

from functools import partial

import streamlit as st

from data.dataset import DIGIT_NAMES
from ui.mistakes.answers import Answers, ask
from ui.mistakes.calibration import show_calibration
from ui.mistakes.confusion import show_confusion
from ui.mistakes.digits import show_per_digit, show_sample, show_surest
from ui.mistakes.gallery import follow_choice
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
    dataset = session.dataset
    view = choose("View", list(VIEWS), "mistakes_view")
    with st.container(horizontal=True, gap="medium", key="mistakes_choice"):
        networks = [YOURS, EXPERT] if dataset.class_names == DIGIT_NAMES else [YOURS]  # all it knows
        who = choose("Network", networks, "mistakes_network")
        split = choose("Digits", [DEV] if dataset.X_test is None else [DEV, TEST], "mistakes_split")
    live(session.refreshing and who == YOURS, partial(_show_view, session, view, who, split))


def _show_view(session: Session, view: str, who: str, split: str) -> None:
    follow_choice()
    dataset = session.dataset
    X, Y = (dataset.X_dev, dataset.Y_dev) if split == DEV else (dataset.X_test, dataset.Y_test)
    net = session.trainer.net if who == YOURS else session.expert
    answers = ask(net, X, Y, learning=who == YOURS and session.running)
    if not answers.finite:
        show_diverged()
        return
    count = f"**{answers.right:,} of {len(answers):,}** {split.lower()} read correctly"
    st.caption(f"{count} ({answers.right / len(answers):.1%}).{_remark(session, answers, who, split)}")
    VIEWS[view](session, answers, NAMES[split])


def _remark(session: Session, answers: Answers, who: str, split: str) -> str:
    """Say what to think of the number of right answers."""
    if len(answers) < answers.of:
        return f" While it learns, it is asked about {len(answers):,} of the {answers.of:,}; after that, all."
    if who == YOURS and session.untrained:
        return " It is untrained and only guesses: press Train."
    of_expert = who == EXPERT or (session.settings.from_expert and not session.run.source)
    if of_expert and not (session.settings.dataset == "mnist" and split == TEST):
        return " The expert learned from MNIST's training digits and may have seen some of these."
    return " It has never learned from them." if split == DEV and not session.run.source else ""
