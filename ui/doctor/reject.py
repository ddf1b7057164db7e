"""'I am not sure': the threshold below which an answer is none, and what it costs on MNIST's test digits."""

import numpy as np
import streamlit as st

from nn.expert import expert_reject_prices
from nn.explain.calibration import RejectPrice, reject_price
from ui.shared.diverged import probabilities
from ui.shared.live import live
from ui.shared.words import escaped
from ui.state.session import Session

MOST_DIGITS = 1000  # read for the visitor's own network at each refresh


def show_reject(session: Session) -> None:
    """Draw the slider and the price."""
    st.markdown(
        "A network cannot answer 'that is not a digit': even a scribble gets ten probabilities. "
        "But it can say **I am not sure** when the largest of them is small."
    )
    st.session_state.setdefault("threshold", session.threshold)
    st.slider(
        "Not sure below",
        0.0,
        0.99,
        step=0.01,
        format="percent",
        key="threshold",
        persist_state="session",
        on_change=_set_threshold,
        args=(session,),
    )
    st.caption(
        "Try a letter, a scribble or a filled square: beside the canvas, an unsure answer says so. "
        "No threshold catches every letter: an E looks much like a 6."
    )
    live(session.refreshing, _show_prices, session, session.threshold)


def _set_threshold(session: Session) -> None:
    session.threshold = st.session_state["threshold"]


def _show_prices(session: Session, threshold: float) -> None:
    prices = expert_reject_prices()
    expert = min(prices, key=lambda price: abs(price.threshold - threshold))
    st.markdown(f":violet[●] **Expert**, on MNIST's 10,000 test digits: {_words(expert)}")
    digits = session.dataset
    X, Y, what = digits.X_test, digits.Y_test, "test"
    if X is None:
        X, Y, what = digits.X_dev, digits.Y_dev, "held-out"
    X, Y = X[:MOST_DIGITS], Y[:MOST_DIGITS]
    said = probabilities(session.trainer.net, X)
    if np.isfinite(said).all():
        words = _words(reject_price(said, Y, threshold))
    else:
        words = "its weights exploded, so it is sure of nothing. Lower the learning rate, then press Reset."
    st.markdown(f":green[●] **Yours**, on {len(Y):,} {what} digits of {escaped(digits.name)}: {words}")


def _words(price: RejectPrice) -> str:
    if price.refused == 1:
        return "refuses all of them."
    return f"refuses **{price.refused:.2%}**; of the rest **{price.right:.2%}** are right."
