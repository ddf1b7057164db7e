"""How the page writes numbers, answers, and text from outside such as a file's name. No Streamlit."""

import re
from collections.abc import Sequence

import numpy as np

JOINER = "\N{WORD JOINER}"  # takes no room; it parts what the page would turn into a link, a sign or an arrow

_SPECIAL = re.compile(r"[\\`*\[\]<>~$&|]|(?<![^\W_])_|_(?![^\W_])")
_AT_THE_START = re.compile(r"^(?:([#+=-])|(\d+)([.)]))")
_SIGN = re.compile(r"(?<=[-<>~=])(?=[-<>=])|(?<=www)(?=\.)|(?=@)", re.IGNORECASE)


def escaped(text: object) -> str:
    """
    Write text so that Streamlit's Markdown shows it letter for letter.

    Parameters
    ----------
    text : object
        A name, a field of a file, a message with such things in it. Line breaks become spaces, and what
        cannot be seen, such as a character that turns the writing direction round, becomes a �.

    Returns
    -------
    str
        Markdown of one line, for `st.error` and its like; not for inside `code`.
    """
    line = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in " ".join(str(text).split()))
    line = _SPECIAL.sub(r"\\\g<0>", _SIGN.sub(JOINER, line))
    line = re.sub(r":(?=\S)", rf"\\:{JOINER}", line)  # :red[...], :smile:, :material/home:, http://
    return _AT_THE_START.sub(lambda start: f"\\{start[1]}" if start[1] else rf"{start[2]}\{start[3]}", line)


def number(value: float, form: str = "") -> str:
    """
    Write a number with a true minus sign.

    Parameters
    ----------
    value : float
    form : str, optional
        As for `format`, such as '.1%'; by default about four digits that count.

    Returns
    -------
    str
        'not a number' for what is infinite or undefined, as it is where weights have exploded.
    """
    if not np.isfinite(value):
        return "not a number"
    size = abs(value)
    if not form:
        large = ",.0f" if size >= 1000 else ".2f"
        form = large if size >= 10 else ".3f" if size >= 0.001 or not size else ".0e"
    return format(value, form).replace("-", "−")


def signed(value: float, decimals: int = 2) -> str:
    """Write a number with its sign, such as +1.25 or −0.40; a huge one with three digits that count."""
    return number(value, f"+.{decimals}f" if abs(value) < 10_000 else "+.3g")


def reading(
    said: np.ndarray,
    names: Sequence[str],
    form: str = "**{}** {:.0%}",
    otherwise: str = "its weights exploded",
) -> str:
    """
    Say what a network reads, and how sure it is.

    Parameters
    ----------
    said : (10,) floats
        Its probabilities.
    names : sequence of 10 str
        What the classes are called.
    form : str, optional
        How to put it: a template for the name and the probability.
    otherwise : str, optional
        What to say where its weights have exploded and there are no probabilities.
    """
    if not np.isfinite(said).all():
        return otherwise
    return form.format(names[said.argmax()], said.max())
