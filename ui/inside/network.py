"""The drawing on its way through the network: as one large picture, and one unit's sum written out."""

from collections.abc import Sequence
from html import escape

import numpy as np
import streamlit as st

from nn import TwoLayerNN
from nn.explain.evidence import unit_contributions, units_by_excitement
from nn.functions import Array
from ui.inside.subject import ACTIVATION, Subject, invite
from ui.inside.templates import show_templates
from ui.shared.colours import BLUE, ORANGE, colour, scale_of
from ui.shared.pictures import image, ink_picture, map_picture
from ui.shared.words import reading, signed

MOST_UNITS = 16  # drawn; more of them could not be told apart
LINES = 40  # drawn from units to outputs, the strongest
WIDTH, HEIGHT = 600, 392
PICTURE = 166  # the side of the drawing
UNIT_X, OUTPUT_X = 254, 480  # where units begin; the middle of the outputs
GREY = "#9aa0a6"
FOLLOWED = "#ffe14d"
NEGATIVE = "#d58cff"  # a unit of tanh below 0


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


def units_drawn(net: TwoLayerNN, digit: Array, followed: int) -> Array:
    """Return the units to draw: all in order, or the 16 most active; the followed one is among them."""
    if net.hidden_size <= MOST_UNITS:
        return np.arange(net.hidden_size)
    units = units_by_excitement(net, digit)[:MOST_UNITS]
    return units if followed in units else np.append(units[:-1], followed)


def network_picture(net: TwoLayerNN, digit: Array, names: Sequence[str], followed: int, alone: bool) -> str:
    """
    Draw how one drawing goes through the network, as SVG on black.

    Parameters
    ----------
    net : TwoLayerNN
    digit : (784,) floats in [0, 1]
    names : sequence of 10 str
    followed : int
        The hidden unit with a yellow ring.
    alone : bool
        Whether only its own lines shine.
    """
    A1, A2 = (array[0] for array in net.forward(digit[None])[1::2])
    units = units_drawn(net, digit, followed)
    light = A1[units] / (np.abs(A1).max() or 1)
    pitch = min(HEIGHT / len(units), 46)
    heights = HEIGHT / 2 + (np.arange(len(units)) - (len(units) - 1) / 2) * pitch
    side, top = pitch * 0.84, (HEIGHT - PICTURE) / 2
    shine = np.where(units == followed, 1, 0.15) if alone else np.ones(len(units))
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
        f'width="{WIDTH}" height="{HEIGHT}" font-family="sans-serif">'
        f'<rect width="{WIDTH}" height="{HEIGHT}" rx="8"/>',
        *_rays(heights, np.abs(light) * shine),
        *_curves(unit_contributions(net, digit)[units], heights, UNIT_X + 2 * side + 4, shine),
        _framed(ink_picture(digit), 12, top, PICTURE, GREY),
        _text(12 + PICTURE / 2, top + PICTURE + 24, "784 pixels", 19, GREY, "middle"),
        *_units(net, units, heights, light, side, followed),
        *_outputs(A2, names),
    ]
    return "".join([*parts, "</svg>"])


def _rays(heights: Array, light: Array) -> list[str]:
    """Lines from the drawing to the units, as bright as the unit."""
    left, right = 12 + PICTURE + 4, UNIT_X - 22
    start = HEIGHT / 2 + (heights - HEIGHT / 2) * 0.4
    return [
        f'<path d="M{left} {a:.0f} L{right} {b:.0f}" stroke="#fff" stroke-width="1.6" opacity="{o:.2f}"/>'
        for a, b, o in zip(start, heights, 0.12 + 0.6 * light, strict=True)
    ]


def _curves(given: Array, heights: Array, x: float, bright: Array) -> list[str]:
    """Lines from the units to the outputs: orange for, blue against, the thicker the more it counts."""
    strongest = np.abs(given).max() or 1
    seen = np.abs(given) * bright[:, None]
    lines = []
    for place in np.argsort(seen, axis=None)[::-1][:LINES][::-1]:  # the strongest on top
        i, k = divmod(int(place), given.shape[1])
        share = abs(given[i, k]) / strongest
        if share < 0.02:
            continue
        colour = ORANGE if given[i, k] > 0 else BLUE
        end, middle = _output_height(k, given.shape[1]), (x + OUTPUT_X) / 2
        lines.append(
            f'<path d="M{x:.0f} {heights[i]:.0f} C{middle:.0f} {heights[i]:.0f} {middle:.0f} {end:.0f} '
            f'{OUTPUT_X - 18} {end:.0f}" fill="none" stroke="{colour}" stroke-width="{0.6 + 7 * share:.1f}" '
            f'opacity="{(0.25 + 0.65 * share) * bright[i]:.2f}"/>'
        )
    return lines


def _units(
    net: TwoLayerNN, units: Array, heights: Array, light: Array, side: float, followed: int
) -> list[str]:
    """Each unit: its number, its template, and a lamp."""
    scale, parts = scale_of(net.W1), []
    for unit, y, on in zip(units, heights, light, strict=True):
        ring = FOLLOWED if unit == followed else "#777"
        lamp = "#fff" if on >= 0 else NEGATIVE
        parts += [
            _text(UNIT_X - 4, y + 5, str(unit), 13, FOLLOWED if unit == followed else GREY, "end"),
            _framed(map_picture(net.W1[unit], scale), UNIT_X, y - side / 2, side, ring),
            f'<circle cx="{UNIT_X + 1.5 * side + 4:.1f}" cy="{y:.1f}" r="{side / 2 - 1:.1f}" fill="{lamp}" '
            f'fill-opacity="{abs(on):.2f}" stroke="{ring}" stroke-width="{2.5 if unit == followed else 1}"/>',
        ]
    return parts


def _outputs(A2: Array, names: Sequence[str]) -> list[str]:
    """Each output: a lamp as bright as it is probable, its name, and the percentage."""
    long_names = max(map(len, names)) > 2
    parts, best = [], int(A2.argmax())
    for k, (name, p) in enumerate(zip(names, A2, strict=True)):
        y = _output_height(k, len(A2))
        shade, weight = ("#fff", 700) if k == best else (GREY, 400)
        parts += [
            f'<circle cx="{OUTPUT_X}" cy="{y:.1f}" r="15" fill="#fff" fill-opacity="{p:.2f}" '
            f'stroke="{shade}" stroke-width="{2.5 if k == best else 1}"/>'
        ]
        if long_names:
            label = f"{name[:11]} {p:.0%}" if p >= 0.05 else name[:11]
            parts.append(_text(OUTPUT_X + 20, y + 5, label, 13, shade, "start", weight))
            continue
        parts.append(_text(OUTPUT_X + 22, y + 9, name, 27, shade, "start", weight))
        if p >= 0.005:
            parts.append(_text(WIDTH - 6, y + 7, f"{p:.0%}", 19, shade, "end", weight))
    return parts


def _output_height(k: int, count: int) -> float:
    return HEIGHT * (k + 0.5) / count


def _framed(address: str, x: float, y: float, side: float, stroke: str) -> str:
    square = f'x="{x}" y="{y:.1f}" width="{side:.1f}" height="{side:.1f}"'
    picture = f'<image href="{address}" {square} style="image-rendering:pixelated"/>'
    return f'{picture}<rect {square} fill="none" stroke="{stroke}"/>'


def _text(x: float, y: float, text: str, size: int, colour: str, anchor: str, weight: int = 400) -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" font-weight="{weight}" fill="{colour}" '
        f'text-anchor="{anchor}">{escape(text)}</text>'
    )
