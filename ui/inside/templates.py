"""Every hidden unit's template: what it looks for, how active it is, and which answers it speaks for."""

from collections.abc import Sequence
from html import escape

import numpy as np
import streamlit as st

from nn.explain.evidence import units_by_excitement
from nn.functions import Array
from ui.inside.subject import Subject
from ui.shared.colours import colour, scale_of
from ui.shared.pictures import image, map_picture
from ui.shared.words import number, signed

AT_ONCE = 24  # cards
LOUD = 0.5  # of the unit's largest weight: what is worth a word
WHISPER = 0.1  # of the layer's full colour: below this a unit has hardly anything to say


def show_templates(subject: Subject) -> None:
    """Draw a page of cards, one for each hidden unit, and the way to the other pages."""
    net = subject.net
    pages = -(-net.hidden_size // AT_ONCE)
    learned = subject.start is not None and st.toggle(
        "Only what it has learned: the weights now, minus those at the start", key="only_learned"
    )
    W1 = net.W1 - subject.start if learned else net.W1
    cards = st.empty()  # above the pages' numbers, though drawn after they are known
    page = st.pagination(pages, key=f"templates_page_{subject.whose}") if pages > 1 else 1
    if subject.digit is None:
        order, sorting = (
            np.arange(net.hidden_size),
            "in order of their numbers: **draw a digit** to sort them",
        )
    else:
        order, sorting = units_by_excitement(net, subject.digit), "the most active first"
    first = AT_ONCE * (min(page, pages) - 1)
    with cards.container(key="templates", gap="xsmall"):
        st.markdown(
            f"**{net.hidden_size:,} hidden unit{'s' * (net.hidden_size > 1)}**, {sorting}. "
            ":orange[**Ink on orange**] makes a unit more active, :blue[**ink on blue**] less."
        )
        st.html(_cards(subject, W1, order[first : first + AT_ONCE]))
        st.caption(
            f"The colours mean the same on every card, brightest from ±{scale_of(W1):.2g}. The ten cells are "
            "the weights to the ten answers. Pixels that are black in every digit never learn: their weights "
            "stay as they were at the start."
        )


def _cards(subject: Subject, W1: Array, units: Array) -> str:
    """Write a grid of cards as HTML: each with a unit's row of W1 as a picture."""
    net = subject.net
    A1 = None if subject.digit is None else net.forward(subject.digit[None]).A1[0]
    scale, out_scale = scale_of(W1), scale_of(net.W2)
    cards = []
    for unit in units:
        words = escape(speaks_for(net.W2[:, unit], subject.names, out_scale))
        active = "" if A1 is None else f" · active <b>{number(A1[unit], '.2f')}</b>"
        cells = "".join(
            f'<i style="background:{colour(weight, out_scale)}">{escape(name[:1])}</i>'
            for weight, name in zip(net.W2[:, unit], subject.names, strict=True)
        )
        cards.append(
            f"<div>{image(map_picture(W1[unit], scale), f'Template of unit {unit}, {words}')}"
            f"<span><b>{unit}</b>{active}<br>bias {signed(net.b1[unit])}</span>"
            f'<span class="cells">{cells}</span><small>{words}</small></div>'
        )
    return f'<div class="inside-cards">{"".join(cards)}</div>'


def speaks_for(weights: Array, names: Sequence[str], scale: float) -> str:
    """
    Say which answers a unit speaks for and against when it is active, such as "for 7 and 9, against 3".

    At most three each, those at least half as loud as the loudest of the unit's (10,) outgoing weights;
    `scale` is the whole layer's.
    """
    loudest = np.abs(weights).max()
    if loudest < WHISPER * scale:
        return "hardly says anything"
    loud = [k for k in np.argsort(-np.abs(weights)) if abs(weights[k]) >= LOUD * loudest]
    words = []
    for word, sign in (("for", 1), ("against", -1)):
        chosen = [names[k] for k in loud if sign * weights[k] > 0][:3]
        if chosen:
            words.append(f"{word} {' and '.join(filter(None, (', '.join(chosen[:-1]), chosen[-1])))}")
    return ", ".join(words)
