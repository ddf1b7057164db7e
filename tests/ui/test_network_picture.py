"""Inside, 'This drawing': the network as a picture, and one unit's sum written out."""

import re

import numpy as np
import pytest

from data import load_sample
from nn import TwoLayerNN
from tests.engine import trainer_of
from tests.panels import Inside, as_number
from ui.inside.network import network_picture, units_drawn
from ui.shared.colours import BLUE, ORANGE

SAMPLE = load_sample()
DIGIT = SAMPLE.X_test[0]
NAMES = tuple("0123456789")


def test_the_picture_says_what_the_network_reads():
    page = Inside("This drawing", DIGIT)
    probabilities = page.net.predict_proba(DIGIT[None])[0]
    best = probabilities.argmax()
    assert f"It reads {best}, {probabilities[best]:.0%} sure" in page.alt("network_picture")
    assert "10 hidden units" in page.alt("network_picture")


def test_small_networks_are_drawn_whole_and_large_ones_by_their_most_excited_units():
    small, large = TwoLayerNN(hidden_size=16), TwoLayerNN(hidden_size=200)
    np.testing.assert_array_equal(units_drawn(small, DIGIT, 3), np.arange(16))
    Z1 = large.W1 @ DIGIT + large.b1
    units = units_drawn(large, DIGIT, int(Z1.argmax()))
    assert set(units) == set(np.argsort(Z1)[-16:]) and units[0] == Z1.argmax()
    assert int(Z1.argmin()) in units_drawn(large, DIGIT, int(Z1.argmin()))
    assert "16 most active of 200" in Inside("This drawing", DIGIT, hidden_size=200).text()


def test_lamps_are_as_bright_as_activations_and_probabilities():
    net = TwoLayerNN(hidden_size=4, seed=2)
    svg = network_picture(net, DIGIT, NAMES, followed=1, alone=False)
    lamps = [float(share) for share in re.findall(r'<circle[^>]*fill-opacity="([\d.]+)"', svg)]
    A1, A2 = (array[0] for array in net.forward(DIGIT[None])[1::2])
    np.testing.assert_allclose(lamps, [*(A1 / A1.max()), *A2], atol=0.006)


def test_the_thickest_line_is_the_largest_contribution():
    net = TwoLayerNN(hidden_size=4, seed=2)
    svg = network_picture(net, DIGIT, NAMES, followed=1, alone=False)
    widths = re.findall(r'(#\w+)" stroke-width="([\d.]+)" opacity', svg)
    given = net.forward(DIGIT[None]).A1[0] * net.W2  # (10, 4)
    largest = given.flat[np.abs(given).argmax()]
    shade = max(widths, key=lambda line: float(line[1]))[0]
    assert shade == (ORANGE if largest > 0 else BLUE)


def test_names_of_classes_cannot_break_the_picture():
    svg = network_picture(TwoLayerNN(), DIGIT, ["<b>&"] * 10, followed=0, alone=False)
    assert "<b>" not in svg and "&lt;b&gt;&amp;" in svg


def test_one_units_sum_is_written_out():
    page = Inside("This drawing", DIGIT, activation="tanh", init="xavier").set("follow_yours", 7)
    net = page.net
    Z1 = float(net.W1[7] @ DIGIT + net.b1[7])
    for what, value in (
        ("all added up", float(net.W1[7] @ DIGIT)),
        ("bias", net.b1[7]),
        ("sum Z1", Z1),
        ("tanh: activation A1", np.tanh(Z1)),
    ):
        found = re.search(rf"{what} <b>(.*?)</b>", page.html())[1]
        assert as_number(found) == pytest.approx(value, abs=0.0051)
    cells = [as_number(cell) for cell in re.findall(r"<td[^>]*>(.*?)</td>", page.html())]
    np.testing.assert_allclose(cells, [*net.W2[:, 7], *(np.tanh(Z1) * net.W2[:, 7])], atol=0.0051)


def test_a_unit_that_a_smaller_network_has_not_got_is_let_go():
    page = Inside("This drawing", DIGIT, hidden_size=200).set("follow_yours", 150)
    assert "template 150" in page.html()
    trainer_of(page.trainer).net = TwoLayerNN(hidden_size=5)
    assert "template 150" not in page.look().html() and page.app.get_by_key("follow_yours").value is None
