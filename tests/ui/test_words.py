"""Text from outside is shown letter for letter: a file's name makes no link, formula, colour or picture."""

import io

import numpy as np
import pytest

from nn import TwoLayerNN
from tests.doctor import Doctor
from tests.page import Page
from tests.panels import OtherPage
from ui.shared.words import JOINER, escaped, number, reading, signed

NAME = "*a*[x](evil)$x$:red[..].csv"
SHOWN = rf"\*a\*\[x\](evil)\$x\$\:{JOINER}red\[..\].csv"


@pytest.mark.parametrize(
    ("text", "markdown"),
    [
        (NAME, SHOWN),
        ("mine_1.csv, line 3: 5 columns", "mine_1.csv, line 3: 5 columns"),
        ("**bold** _slanted_ ~~gone~~ `code`", r"\*\*bold\*\* \_slanted\_ \~\~gone\~\~ \`code\`"),
        ("<b>&amp;", r"\<b\>\&amp;"),
        ("a|b\\c", r"a\|b\\c"),
        ("http://evil", rf"http\:{JOINER}//evil"),
        (":smile: :material/home:", rf"\:{JOINER}smile: \:{JOINER}material/home:"),
        ("www.x.de me@x.de", f"www{JOINER}.x.de me{JOINER}@x.de"),
        ("a -> b", rf"a -{JOINER}\> b"),
        ("# 1", r"\# 1"),
        ("- 1", r"\- 1"),
        ("1. one", r"1\. one"),
        ("two\nlines\ttab", "two lines tab"),
        ("gpj.\N{RIGHT-TO-LEFT OVERRIDE}x", "gpj.�x"),
        ("Übung ٣.csv", "Übung ٣.csv"),
        ("", ""),
    ],
)
def test_what_markdown_would_take_for_its_own_is_escaped(text: str, markdown: str):
    assert escaped(text) == markdown


def test_numbers_are_short_and_have_a_true_minus():
    written = [number(v) for v in (0.0, 0.12345, -12.345, 0.00001234, 123456.7, np.inf, np.nan)]
    assert written == ["0.000", "0.123", "−12.35", "1e−05", "123,457", "not a number", "not a number"]
    assert number(-0.0625, ".1%") == "−6.2%"
    assert [signed(v) for v in (1.25, -0.4, 12345.6)] == ["+1.25", "−0.40", "+1.23e+04"]
    assert signed(0.12345, 3) == "+0.123"


def test_a_reading_is_the_likeliest_answer_and_how_sure_the_network_is():
    said, names = np.eye(10)[7] * 0.875 + 0.0125, tuple("abcdefghij")
    assert reading(said, names) == "**h** 89%"
    assert reading(said, names, "{1:.1%} sure") == "88.8% sure"
    assert reading(said * np.nan, names) == "its weights exploded"
    assert reading(said * np.nan, names, otherwise="–") == "–"


def test_the_name_of_a_file_and_a_field_in_it(csv_rows):
    rows = [list(row) for row in csv_rows]
    rows[2][4] = "$x$:red[a]"
    with Page() as page:
        page.upload(NAME, "\n".join(",".join(row) for row in rows).encode())
        (error,) = page.app.error
        assert error.value.startswith(f"{SHOWN}, line 3, column 5: ") and NAME not in error.value
        assert escaped("the pixel is '$x$:red[a]', not a number") in error.value


def test_the_name_of_good_digits(csv_rows):
    with Doctor() as page:
        page.upload(NAME, "\n".join(",".join(row) for row in csv_rows).encode())
        assert page.shown("dataset") == f"upload:{NAME}"
        assert f"held-out digits of {SHOWN}: " in page.text()
        assert NAME not in page.text()


def test_the_name_of_digits_in_a_link():
    with Page(dataset=NAME) as page:
        assert f"no digits '{SHOWN}' here" in page.app.error[0].value


def test_the_name_of_a_photograph():
    with Doctor() as page:
        page.photograph(b"no picture", NAME)
        assert page.refusal().startswith(f"{SHOWN} is no picture")


def test_the_name_of_a_network():
    file = io.BytesIO()
    TwoLayerNN(seed=1).save(file)
    name = NAME.replace(".csv", ".npz")
    shown = escaped(name)
    with OtherPage("runs", {"runs_view": "Keep and share"}) as page:
        page.app.get_by_key("load_network").upload(name, b"nothing", "application/octet-stream")
        assert page.look().app.error[0].value.startswith(f"{shown}: ")
        page.app.get_by_key("load_network").clear().upload(name, file.getvalue(), "application/octet-stream")
        assert f"the weights in {shown}." in page.look().app.success[0].value
        assert f"({shown})" in page.says("status") and f"the weights in {shown}," in page.app.info[0].value
        page.app.session_state["runs_view"] = "Ten seeds"
        assert f"started from the weights in {shown}:" in page.look().text() and name not in page.text()
