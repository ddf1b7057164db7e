"""Shows text from outside, such as a file's name, as it is: Markdown would make links and formulas of it."""

import re

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
