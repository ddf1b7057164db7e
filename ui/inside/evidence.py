"""Why this answer rather than that one: a map of what each pixel adds, and the sum as an addition."""

from html import escape

import numpy as np
import streamlit as st

from nn.explain.evidence import Evidence, evidence
from nn.functions import Array
from ui.inside.subject import ACTIVATION, Subject, invite
from ui.shared.pictures import image, map_over_ink
from ui.shared.words import signed

AUTOMATIC = -1  # stands for an answer that the network itself suggests
DECIMALS = 3
MOST_ODDS = 10_000  # beyond this a number says no more


def show_evidence(subject: Subject) -> None:
    """Draw the two choices, the map, and the addition."""
    if subject.digit is None:
        invite("which pixels speak for one answer rather than another, and the sum that decides")
        return
    names = subject.names
    logits = subject.net.in_double().forward(subject.digit[None].astype(np.float64)).Z2[0]
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small", key="evidence_choice"):
        this = _choose("Why", "the likeliest", "evidence_this", names, 210)
        other = _choose("rather than", "the next likely", "evidence_other", names, 260)
    if this == AUTOMATIC:
        this = _likeliest(logits, but=other)
    if other == AUTOMATIC:
        other = _likeliest(logits, but=this)
    if this == other:
        st.info(f"Choose two different answers: why {names[this]}, rather than which other one?")
        return
    found = evidence(subject.net, subject.digit, this, other)
    picture, sums = st.columns([5, 6], gap="medium")
    with picture, st.container(key="evidence_map", gap="xsmall"):
        alt = f"Which pixels speak for {names[this]} and which for {names[other]}"
        st.html(
            image(map_over_ink(found.pixels, subject.digit, float(np.abs(found.pixels).max()) or 1.0), alt)
        )
        st.caption(f":orange[**Orange**] for {names[this]}, :blue[**blue**] for {names[other]}")
    with sums, st.container(key="evidence_sum", gap="xsmall"):
        st.markdown(f"**Why {names[this]}, rather than {names[other]}?**")
        st.html(_addition(found, logits, this, other, names))
        st.markdown(_odds(found.total, names[this], names[other]))
    st.markdown(_how_exact(subject, found))


def _choose(label: str, automatic: str, key: str, names: tuple[str, ...], width: int) -> int:
    """Draw a choice of one of the ten answers, or of the one that the network suggests."""
    options = {AUTOMATIC: automatic, **dict(enumerate(names))}
    return st.selectbox(label, list(options), format_func=options.get, key=key, width=width)


def _likeliest(logits: Array, but: int) -> int:
    """Return the most probable answer other than one."""
    return next(int(k) for k in np.argsort(-logits, kind="stable") if k != but)


def _addition(found: Evidence, logits: Array, this: int, other: int, names: tuple[str, ...]) -> str:
    """Write the sum, line by line, as HTML."""
    a, b = escape(names[this]), escape(names[other])
    speaking_for, against = found.pixels.clip(min=0).sum(), found.pixels.clip(max=0).sum()
    rows = (
        ("for", f"pixels for {a}", speaking_for),
        ("against", f"pixels for {b}", against),
        ("", "bias, whatever is drawn", found.bias),
        ("total", "all added up", speaking_for + against + found.bias),
        ("", f"logit({a})", logits[this]),
        ("", f"− logit({b})", -logits[other]),
        ("total", "the difference", found.total),
    )
    lines = (f'<tr class="{kind}"><td>{what}<td>{signed(value, DECIMALS)}' for kind, what, value in rows)
    return f'<table class="inside-addition">{"".join(lines)}</table>'


def _odds(difference: float, a: str, b: str) -> str:
    """Say what the difference of two logits means: e to its power is the ratio of the probabilities."""
    a, b = (b, a) if difference < 0 else (a, b)
    certain = abs(difference) > np.log(MOST_ODDS)
    times = f"more than {MOST_ODDS:,}" if certain else f"{np.exp(abs(difference)):,.1f}"
    return f"So {a} is **{times} times** as probable as {b}: e^{abs(difference):.2f}."


def _how_exact(subject: Subject, found: Evidence) -> str:
    """Say why the sum is exact, or in what sense it is not."""
    net = subject.net
    if found.exact:
        on = int((net.forward(subject.digit[None]).Z1[0] > 0).sum())
        return (
            f"**Exact:** ReLU only switches units on or off. This drawing switches on {on:,} of "
            f"{net.hidden_size:,}, and those just multiply and add: taken together, they give each pixel a "
            "single weight. (The numbers are rounded.)"
        )
    return (
        f"**First-order:** {ACTIVATION[net.activation]} is a curve; what each pixel adds is computed from "
        "its slope at this drawing, and the remainder is counted with the bias. (The numbers are rounded.)"
    )
