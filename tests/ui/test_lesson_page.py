"""The page 'How it works': the numbers held against the network, the source against the files, one weight."""

import inspect
import re

import numpy as np
import pytest

from data import load_sample
from nn import TwoLayerNN
from nn.functions import relu, softmax
from tests.panels import Lesson, as_number
from ui.lesson.scene import Scene
from ui.lesson.steps import ROOT, source
from ui.shared.words import number

SAMPLE = load_sample()
STEPS = ["1 Data", "2 Parameters", "3 Forward", "4 Loss", "5 Backward", "6 Update", "7 Evaluation"]


def cells(html: str, name: str) -> list[str]:
    """Return the first row of numbers of the table of that name."""
    table = re.search(rf"<b>{re.escape(name)}</b>.*?</table>", html, re.S)[0]
    return re.findall(r"<td[^>]*>([^<…]+)</td>", table)


def scene_on(page: Lesson) -> Scene:
    return page.app.session_state["lesson_scene"][1]


@pytest.mark.parametrize("step", STEPS)
def test_every_step_has_its_formula_its_source_and_its_numbers(step: str):
    page = Lesson().set("lesson_step", step)
    assert page.app.get("latex") or any("$" in m.value for m in page.app.markdown)
    assert "def " in page.app.code[0].value and page.app.code[0].value.startswith("# ")
    assert page.html()
    assert step[2:] in page.text()


def test_all_steps_stand_on_one_page():
    page = Lesson().set("lesson_step", "All")
    assert len(page.app.code) == 7
    assert [text for text in STEPS if f"**{text[0]}. {text[2:]}.**" in page.text()] == STEPS


def test_the_numbers_are_those_of_the_network_for_this_digit():
    page = Lesson()
    page.show(SAMPLE.X_test[3]).set("lesson_step", "3 Forward")
    Z1 = page.net.W1.astype(float) @ SAMPLE.X_test[3] + page.net.b1
    Z2 = page.net.W2.astype(float) @ np.maximum(Z1, 0) + page.net.b2
    A2 = np.exp(Z2) / np.exp(Z2).sum()
    for name, wanted in (("Z1", Z1), ("A1", np.maximum(Z1, 0)), ("Z2", Z2), ("A2", A2)):
        assert cells(page.html(), name) == [number(v) for v in wanted]


def test_the_loss_is_that_of_the_label_that_the_visitor_names():
    page = Lesson()
    page.show(SAMPLE.X_test[3]).set("lesson_step", "4 Loss")
    probabilities = page.net.predict_proba(SAMPLE.X_test[3].reshape(1, -1))[0].astype(float)
    assert f"**{number(-np.log(probabilities.max()))}**" in page.text()  # by default: what it reads
    page.set("lesson_label", 2)
    assert f"**{number(-np.log(probabilities[2]))}**" in page.text()


def test_the_gradients_are_those_of_the_network():
    page = Lesson().set("lesson_step", "5 Backward").set("lesson_label", 5)
    X, Y = SAMPLE.X_dev[:1], np.array([5])  # nothing is drawn: a held-out digit
    gradients = page.net.backward(X, Y, page.net.forward(X))
    html = page.html()
    np.testing.assert_allclose(
        [as_number(cell) for cell in cells(html, "dZ2 = db2")], gradients.db2, atol=6e-4
    )
    np.testing.assert_allclose(
        [as_number(cell) for cell in cells(html, "dZ1 = db1")], gradients.db1, atol=6e-4
    )
    np.testing.assert_allclose(
        [as_number(cell) for cell in cells(html, "dW2")[:10]], gradients.dW2[0], atol=6e-3
    )


def test_the_update_lowers_the_loss_of_this_digit():
    page = Lesson().set("lesson_step", "6 Update")
    before, after = re.search(r"falls from ([\d.]+) to \*\*([\d.e-]+)\*\*", page.text()).groups()
    assert float(after) < float(before)


def test_without_a_drawing_it_takes_a_held_out_digit_and_its_label():
    page = Lesson().set("lesson_step", "4 Loss")
    assert "Nothing is drawn" in page.text()
    assert f"The label is **{SAMPLE.Y_dev[0]}**" in page.text()


def test_follows_the_network_and_computes_nothing_twice():
    page = Lesson().set("lesson_step", "3 Forward")
    scene, html = scene_on(page), page.html()
    assert scene_on(page.look()) is scene
    page.trainer.step()
    assert page.look().html() != html and scene_on(page) is not scene


def test_the_source_is_the_files_without_the_docstring():
    text = source(softmax)
    where, *lines = text.splitlines()
    file, line = re.fullmatch(r"# (.+), line (\d+)", where).groups()
    there = (ROOT / file).read_text().splitlines()[int(line) - 1 :]
    assert there[0] == lines[0] == "def softmax(Z: Array) -> Array:"
    assert '"""' not in text and "E = np.exp(Z - _largest(Z))" in text
    assert all(line in inspect.getsource(softmax) for line in lines)
    assert source(relu).splitlines()[1:] == ["def relu(Z: Array) -> Array:", "    return np.maximum(Z, 0)"]
    assert source(TwoLayerNN.forward).splitlines()[1].startswith("def forward(self")


def test_the_nudge_agrees_with_the_gradient_under_the_microscope():
    page = Lesson("One weight")
    for layer in ("W1", "b1", "W2", "b2"):
        page.set("weight_layer", layer)
        assert "✓ the nudge agrees with the gradient" in page.text()
        assert "**Update:**" in page.text() and "**Forward:**" in page.text()


def test_a_weight_of_the_visitors_choice():
    page = Lesson("One weight").set("weight_layer", "W2").set("follow_steepest", False)
    page.set("place_W2_class", 3).set("place_W2_hidden_unit", 5)
    assert "From hidden unit 5 to class 3" in page.text()
    assert f"value **{number(page.net.W2[3, 5])}**" in page.text()
    up, value, down = re.findall(r"<td>([\d.]+)</td></tr>", page.html())
    twin = page.net.copy()
    for change, told in ((1e-4, up), (0, value), (-1e-4, down)):
        W2 = page.net.W2.astype(np.float64)
        W2[3, 5] += change
        W1, b1, _, b2 = (array.astype(np.float64) for array in page.net.parameters)
        twin.parameters = page.net.parameters._replace(W1=W1, b1=b1, W2=W2, b2=b2)
        assert twin.loss(SAMPLE.X_dev[:1], SAMPLE.Y_dev[:1]) == pytest.approx(float(told), abs=1e-9)


def test_a_nudge_that_is_too_large_does_not_agree():
    page = Lesson("One weight").set("weight_layer", "b2").set("epsilon", 1.0)
    assert "✗ not the gradient" in page.text()
