"""Why this digit rather than that one: a map of what each pixel gave, and the sum as an addition."""

from html import escape

import numpy as np
import streamlit as st

from nn.closeup import in_double
from nn.explain.evidence import Evidence, evidence
from ui.inside.subject import ACTIVATION, Subject, invite
from ui.shared.colours import image, map_over_ink
from ui.shared.words import signed

AUTOMATIC = -1  # stands for an answer that the network itself suggests
DECIMALS = 3
MOST_ODDS = 10_000  # beyond this a number says no more


def show_evidence(subject: Subject) -> None:
    """Draw the two choices, the map, and the addition."""
    if subject.digit is None:
        invite("which pixels speak for one answer rather than another, and the sum that decides")
        return
    logits = in_double(subject.net).forward(subject.digit[None].astype(np.float64)).Z2[0]
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small", key="evidence_choice"):
        this = _choose("Why", "the likeliest", "evidence_this", subject.names, 210)
        other = _choose("rather than", "the next likely", "evidence_other", subject.names, 260)
    if this == AUTOMATIC:
        this = _likeliest(logits, but=other)
    if other == AUTOMATIC:
        other = _likeliest(logits, but=this)
    if this == other:
        st.info(f"Choose two different answers: why {subject.names[this]}, rather than which other one?")
        return
    found = evidence(subject.net, subject.digit, this, other)
    picture, sums = st.columns([5, 6], gap="medium")
    with picture, st.container(key="evidence_map", gap="xsmall"):
        scale = float(np.abs(found.pixels).max()) or 1.0
        alt = f"Which pixels speak for {subject.names[this]} and which for {subject.names[other]}"
        st.html(image(map_over_ink(found.pixels, subject.digit, scale), alt))
        st.caption(
            f":orange[**Orange**] for {subject.names[this]}, :blue[**blue**] for {subject.names[other]}"
        )
    with sums, st.container(key="evidence_sum", gap="xsmall"):
        st.markdown(f"**Why {subject.names[this]}, rather than {subject.names[other]}?**")
        st.html(_addition(found, logits, this, other, subject.names))
        st.markdown(_odds(found.total, subject.names[this], subject.names[other]))
    st.markdown(_how_exact(subject, found))


def _choose(label: str, automatic: str, key: str, names: tuple[str, ...], width: int) -> int:
    """Draw a choice of one of the ten answers, or of the one that the network suggests."""
    return st.selectbox(
        label,
        [AUTOMATIC, *range(len(names))],
        format_func=lambda k: automatic if k == AUTOMATIC else names[k],
        key=key,
        width=width,
    )


def _likeliest(logits: np.ndarray, but: int) -> int:
    """Return the most probable answer other than one."""
    return next(int(k) for k in np.argsort(-logits, kind="stable") if k != but)


def _addition(found: Evidence, logits: np.ndarray, this: int, other: int, names: tuple[str, ...]) -> str:
    """Write the sum, line by line, as HTML."""
    a, b = escape(names[this]), escape(names[other])
    speaking_for = found.pixels[found.pixels > 0].sum()
    against = found.pixels[found.pixels < 0].sum()
    total = speaking_for + against + found.bias
    rows = (
        ("for", f"pixels for {a}", speaking_for),
        ("against", f"pixels for {b}", against),
        ("", "bias, whatever is drawn", found.bias),
        ("total", "all added up", total),
        ("", f"logit({a})", logits[this]),
        ("", f"− logit({b})", -logits[other]),
        ("total", "the difference", found.total),
    )
    lines = (f'<tr class="{kind}"><td>{what}<td>{signed(value, DECIMALS)}' for kind, what, value in rows)
    return f'<table class="inside-addition">{"".join(lines)}</table>'


def _odds(difference: float, a: str, b: str) -> str:
    """Say what the difference of two logits means: e to its power is the ratio of the probabilities."""
    if difference < 0:
        a, b = b, a
    if abs(difference) > np.log(MOST_ODDS):
        times = f"more than {MOST_ODDS:,}"
    else:
        times = f"{np.exp(abs(difference)):,.1f}"
    return f"So {a} is **{times} times** as probable as {b}: e^{abs(difference):.2f}."


def _how_exact(subject: Subject, found: Evidence) -> str:
    """Say in one sentence why the sum is exact, or in what sense it is not."""
    net = subject.net
    if found.exact:
        on = int((net.forward(subject.digit[None]).Z1[0] > 0).sum())
        return (
            f"**Exact:** ReLU only switches units on or off. This drawing switches {on:,} of "
            f"{net.hidden_size:,} on, and those just multiply and add: together they are one "
            "weight a pixel. (Each number is rounded.)"
        )
    return (
        f"**First-order:** {ACTIVATION[net.activation]} is a curve, and the pixels' parts come from its "
        "slope at this drawing; what that leaves over is in the bias. (Each number is rounded.)"
    )
