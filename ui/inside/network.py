"""The drawing on its way through the network: as a picture, and one unit's sum written out."""

from html import escape

import numpy as np
import streamlit as st

from nn.explain.evidence import unit_contributions, units_by_excitement
from nn.functions import Array
from ui.inside.network_picture import MOST_UNITS, network_picture
from ui.inside.subject import ACTIVATION, Subject, invite
from ui.inside.templates import show_templates
from ui.shared.colours import colour, scale_of
from ui.shared.pictures import image, ink_picture, map_picture
from ui.shared.words import reading, signed


def show_network(subject: Subject) -> None:
    """Draw the network with the drawing in it, and below it one unit's way from pixels to contributions."""
    net, digit = subject.net, subject.digit
    if digit is None:
        invite("how it goes through the network: pixels, hidden units, answer")
        show_templates(subject)
        return
    picture = st.empty()
    chosen = _choose_unit(subject)
    unit = int(units_by_excitement(net, digit)[0]) if chosen is None else chosen
    with picture.container(key="network_picture", gap="xsmall"):
        svg = network_picture(net, digit, subject.names, unit, alone=chosen is not None)
        st.image(svg, width="stretch", alt=_in_words(subject, unit))
        st.caption(_legend(subject))
    with st.container(key="one_unit", gap="small"):
        st.html(_pixels_times_template(subject, unit))
        st.html(_contributions(subject, unit))


def _choose_unit(subject: Subject) -> int | None:
    """Draw the choice of a unit; None is the most active one, whichever that is."""
    key, last = f"follow_{subject.whose}", subject.net.hidden_size - 1
    if (st.session_state.get(key) or 0) > last:
        st.session_state[key] = None  # of a larger network
    label, look = f"Follow one hidden unit, 0 to {last:,}", {"placeholder": "the most active", "width": 250}
    return st.number_input(label, 0, last, value=None, key=key, **look)


def _in_words(subject: Subject, unit: int) -> str:
    """Say what the picture shows, for somebody who cannot see it."""
    A1, A2 = (array[0] for array in subject.net.forward(subject.digit[None])[1::2])
    answer = reading(A2, subject.names, "{}, {:.0%} sure")
    return (
        f"The network: your drawing, {subject.net.hidden_size} hidden units of which unit {unit} is followed "
        f"(activation {A1[unit]:.2f}), and ten outputs. It reads {answer}."
    )


def _legend(subject: Subject) -> str:
    hidden = subject.net.hidden_size
    which = "" if hidden <= MOST_UNITS else f"The {MOST_UNITS} most active of {hidden:,} hidden units. "
    violet = ", violet where it is negative" if subject.net.activation == "tanh" else ""
    return (
        f"{which}Beside each unit: its template, and a lamp, the brighter the more active it is{violet}. "
        "Lines: :orange[**for**] an answer, :blue[**against**] it; the thicker, the more it counts."
    )


def _pixels_times_template(subject: Subject, unit: int) -> str:
    """Write drawing x template = product as three pictures, and its sum as an addition."""
    net, digit = subject.net, subject.digit
    scale, template = scale_of(net.W1), net.W1[unit]
    Z1, A1 = (array[0, unit] for array in net.forward(digit[None])[:2])
    pixels = _figure(image(ink_picture(digit), "The drawing", 92), "pixels")
    weights = _figure(image(map_picture(template, scale), f"Template of unit {unit}", 92), f"template {unit}")
    product = _figure(image(map_picture(template * digit, scale), "Pixels times template", 92), "product")
    return (
        f'<div class="inside-sum">{pixels}<b>×</b>{weights}<b>=</b>{product}'
        f"<p>all added up <b>{signed(float((template * digit).sum(dtype=np.float64)))}</b><br>"
        f"bias <b>{signed(net.b1[unit])}</b><br>sum Z1 <b>{signed(Z1)}</b><br>"
        f"{ACTIVATION[net.activation]}: activation A1 <b>{signed(A1)}</b></p></div>"
    )


def _contributions(subject: Subject, unit: int) -> str:
    """Write activation x outgoing weight = contribution, a column for each answer."""
    given = unit_contributions(subject.net, subject.digit)
    heads = "".join(f"<th>{escape(name)}</th>" for name in subject.names)
    weights = _row("weight", subject.net.W2[:, unit], scale_of(subject.net.W2))
    products = _row("A1 × weight", given[unit], float(np.abs(given).max()) or 1.0)
    rows = f"<tr><th>unit {unit}, to</th>{heads}</tr>{weights}{products}"
    return f'<div class="inside-table"><table>{rows}</table></div>'


def _row(title: str, numbers: Array, scale: float) -> str:
    cells = (f'<td style="background:{colour(n, scale)}">{signed(n)}</td>' for n in numbers)
    return f"<tr><th>{title}</th>{''.join(cells)}</tr>"


def _figure(picture: str, title: str) -> str:
    return f"<figure>{picture}<figcaption>{title}</figcaption></figure>"
