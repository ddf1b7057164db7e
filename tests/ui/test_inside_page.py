"""The page 'Inside': either network, with and without a drawing, and every hidden unit's template."""

import re

import numpy as np
import pytest

from data import load_sample
from nn import TwoLayerNN
from tests.engine import trainer_of
from tests.panels import Inside, as_number, decoded
from ui.inside.templates import speaks_for
from ui.shared.colours import colour, scale_of

SAMPLE = load_sample()
DIGIT = SAMPLE.X_test[0]
NAMES = tuple("0123456789")


@pytest.mark.parametrize("part", Inside.PARTS)
@pytest.mark.parametrize("whose", ["yours", "expert"])
def test_every_part_shows_either_network_with_and_without_a_drawing(part: str, whose: str):
    page = Inside(part, DIGIT).set("inside_network", whose)
    assert len(page.text()) > 50
    invited = "draw a digit" in page.show(None).text().lower()
    assert invited == (part != "Dreams")


def test_without_a_drawing_there_are_templates_and_dreams():
    assert Inside("Templates", None).html().count("Template of unit") == 10
    assert Inside("This drawing", None).html().count("Template of unit") == 10
    assert Inside("Dreams", None).html().count("Dream of") == 10


def test_a_network_that_exploded_is_told_in_words():
    page = Inside("This drawing", DIGIT)
    net = trainer_of(page.trainer).net
    net.parameters = net.parameters._replace(W1=net.W1 * np.nan)
    for part in Inside.PARTS:
        assert "exploded" in page.open(part).text()
    net.parameters = net.parameters._replace(W1=np.full_like(net.W1, 1e38))
    assert "exploded" in page.look().text()  # finite weights, but not what comes of them


def shown_units(page: Inside) -> list[int]:
    return [int(unit) for unit in re.findall(r"Template of unit (\d+)", page.html())]


def test_templates_are_sorted_by_excitement_a_page_at_a_time():
    page = Inside("Templates", DIGIT, hidden_size=60)
    order = np.argsort(-(page.net.W1 @ DIGIT + page.net.b1))
    assert shown_units(page) == list(order[:24])
    page.app.get_by_key("templates_page_yours").set_value(3)
    assert shown_units(page.look()) == list(order[48:])
    trainer_of(page.trainer).net = TwoLayerNN(hidden_size=30)
    assert len(shown_units(page.look())) in (6, 24)  # the third page is gone


def test_a_card_has_bias_activation_and_ten_outgoing_weights():
    page = Inside("Templates", DIGIT, hidden_size=1, activation="sigmoid")
    card, A1 = page.html(), 1 / (1 + np.exp(-(page.net.W1[0] @ DIGIT + page.net.b1[0])))
    assert as_number(re.search(r"bias ([+−][\d.]+)", card)[1]) == pytest.approx(page.net.b1[0], abs=0.0051)
    assert as_number(re.search(r"active <b>([\d.]+)", card)[1]) == pytest.approx(A1, abs=0.0051)
    shades = re.findall(r'<i style="background:(#\w+)">(\d)</i>', card)
    scale = scale_of(page.net.W2)
    assert shades == [(colour(weight, scale), str(k)) for k, weight in enumerate(page.net.W2[:, 0])]


def test_what_has_been_learned_is_black_before_training():
    page = Inside("Templates", DIGIT)
    addresses = re.findall(r'src="(.*?)"', page.html())
    assert any(decoded(address).any() for address in addresses)
    page.set("only_learned", True)
    assert not any(decoded(address).any() for address in re.findall(r'src="(.*?)"', page.html()))
    page.trainer.step()
    assert any(decoded(address).any() for address in re.findall(r'src="(.*?)"', page.look().html()))


def test_words_for_the_outgoing_weights():
    weights = np.zeros(10)
    weights[[7, 9, 3, 1]] = 2, 1.5, -1.2, 0.4
    assert speaks_for(weights, NAMES, 3) == "for 7 and 9, against 3"
    assert speaks_for(-weights, NAMES, 3) == "for 3, against 7 and 9"
    assert speaks_for(np.ones(10), NAMES, 3) == "for 0, 1 and 2"
    assert speaks_for(weights, NAMES, 100) == "hardly says anything"
