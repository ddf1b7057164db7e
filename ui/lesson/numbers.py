"""Arrays as compact tables of their first few values, and as pictures, coloured by sign. No Streamlit."""

from collections.abc import Sequence
from html import escape

import numpy as np

from nn.functions import Array
from ui.shared.colours import AGAINST, BLUE, FOR, ORANGE
from ui.shared.words import number

COLUMNS, ROWS = 10, 3  # shown of an array
STRONGEST = 140  # of 255, the opacity behind the largest number


def tables(*arrays: tuple) -> str:
    """Write tables one below the other, from the arguments of `array_table`, in a box that scrolls."""
    return f"<div class='numbers'>{''.join(array_table(*array) for array in arrays)}</div>"


def array_table(name: str, array: Array, note: str = "", heads: Sequence[str] | None = None) -> str:
    """
    Write the beginning of an array, (n,) or (m, n) floats, as an HTML table.

    `note` says in words what it is, `heads` what the n columns are called instead of 0, 1, 2 ...
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


def pixel_table(x: Array) -> str:
    """Write a digit, (28, 28) floats in [0, 1], as lines of percentages of ink, a dot for none: HTML."""
    percent = np.rint(x * 100).astype(int)
    lines = "\n".join(" ".join(f"{v:>3}" if v else "  ·" for v in row) for row in percent)
    return f"<pre class='pixels' role='img' aria-label='The digit as 784 numbers'>{lines}</pre>"


def signed_picture(values: Array, mark: tuple[int, int] | None = None, enlarged: int = 6) -> Array:
    """
    Draw signed numbers, blue below 0 and orange above, on a scale of their own.

    `values` is (height, width) floats; `mark` is the row and column of a pixel to frame. Returns uint8 of
    (height * enlarged, width * enlarged, 3).
    """
    values = np.nan_to_num(values)
    strength = (np.abs(values) / (np.abs(values).max() or 1))[..., None]
    pixels = strength * np.where(values[..., None] < 0, AGAINST, FOR)
    picture = np.rint(pixels).astype(np.uint8).repeat(enlarged, axis=0).repeat(enlarged, axis=1)
    if mark is not None:
        row, column = (k * enlarged for k in mark)
        inside = picture[row + 1 : row + enlarged - 1, column + 1 : column + enlarged - 1].copy()
        picture[row : row + enlarged, column : column + enlarged] = 255
        picture[row + 1 : row + enlarged - 1, column + 1 : column + enlarged - 1] = inside
    return picture


def _cell(value: float, scale: float) -> str:
    opacity = round(STRONGEST * abs(value) / scale) if np.isfinite(value) else 0
    return f"<td style='background:{BLUE if value < 0 else ORANGE}{opacity:02x}'>{number(value)}</td>"
