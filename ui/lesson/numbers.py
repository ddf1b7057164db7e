"""Arrays as compact tables: name, shape, and the first few values, coloured by sign. HTML, no Streamlit."""

from collections.abc import Sequence
from html import escape

import numpy as np

from nn.functions import Array

COLUMNS, ROWS = 10, 3  # shown of an array
NEGATIVE, POSITIVE = "28,131,225", "242,140,40"  # blue and orange; neutral is transparent


def array_table(name: str, array: Array, note: str = "", heads: Sequence[str] | None = None) -> str:
    """
    Write the beginning of an array as a table.

    Parameters
    ----------
    name : str
        Such as 'dW1'.
    array : (n,) or (m, n) floats
    note : str, optional
        What it is, in words.
    heads : sequence of n str, optional
        What the columns are called, instead of 0, 1, 2 ...

    Returns
    -------
    str
        HTML.
    """
    rows = np.atleast_2d(array)[:ROWS, :COLUMNS]
    scale = float(np.nanmax(np.abs(rows), initial=0)) or 1.0
    more = array.shape[-1] > COLUMNS
    heads = [str(head)[:7] for head in (heads or range(array.shape[-1]))[:COLUMNS]]
    lines = ["".join(f"<th scope='col'>{escape(head)}</th>" for head in [*heads, *(["…"] if more else [])])]
    lines += ["".join(_cell(v, scale) for v in row) + ("<td>…</td>" if more else "") for row in rows]
    if array.ndim == 2 and len(array) > ROWS:
        lines.append(
            f"<td colspan='{len(heads) + more}' style='text-align:left'>… {len(array)} rows in all</td>"
        )
    body = "".join(f"<tr>{line}</tr>" for line in lines)
    shape = " × ".join(str(side) for side in array.shape)
    caption = f"<b>{escape(name)}</b> <span>{shape}</span> {escape(note)}"
    return f"<table><caption>{caption}</caption>{body}</table>"


def tables(*written: str) -> str:
    """Put tables one below the other, in a box that scrolls sideways on a phone."""
    return f"<div class='numbers'>{''.join(written)}</div>"


def pixel_table(x: Array) -> str:
    """
    Write a digit as 28 lines of 28 numbers, per cent of ink, a dot for none.

    Parameters
    ----------
    x : (28, 28) floats in [0, 1]

    Returns
    -------
    str
        HTML.
    """
    percent = np.rint(x * 100).astype(int)
    lines = "\n".join(" ".join(f"{v:>3}" if v else "  ·" for v in row) for row in percent)
    return f"<pre class='pixels' role='img' aria-label='The digit as 784 numbers'>{lines}</pre>"


def number(value: float) -> str:
    """Write a number in six characters or so, with a true minus sign."""
    if not np.isfinite(value):
        return "not a number"
    size = abs(value)
    text = (
        f"{size:,.0f}"
        if size >= 1000
        else f"{size:.2f}"
        if size >= 10
        else f"{size:.3f}"
        if size >= 0.001 or size == 0
        else f"{size:.0e}"
    )
    return ("−" if value < 0 else "") + text


def _cell(value: float, scale: float) -> str:
    strength = 0.0 if not np.isfinite(value) else 0.55 * abs(value) / scale
    colour = NEGATIVE if value < 0 else POSITIVE
    return f"<td style='background:rgba({colour},{strength:.2f})'>{number(value)}</td>"
