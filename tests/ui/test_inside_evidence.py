"""Inside, 'Evidence': why this answer rather than that one, as an addition that comes out."""

import re

import numpy as np
import pytest

from data import load_sample
from tests.panels import Inside, as_number

SAMPLE = load_sample()
DIGIT = SAMPLE.X_test[0]


def addition(page: Inside) -> list[float]:
    return [as_number(value) for value in re.findall(r"<td>([+−][\d.,]+)", page.html())]


@pytest.mark.parametrize(("activation", "word"), [("relu", "Exact"), ("tanh", "First-order")])
def test_the_addition_is_the_difference_of_the_two_logits(activation: str, word: str):
    page = Inside("Evidence", DIGIT, activation=activation, seed=4)
    logits = page.net.forward(DIGIT[None].astype(np.float64)).Z2[0]
    second, first = np.argsort(logits)[-2:]
    assert f"Why {first}, rather than {second}?" in page.text() and word in page.text()
    speaking, against, bias, total, a, minus_b, difference = addition(page)
    assert speaking > 0 > against
    assert speaking + against + bias == pytest.approx(total, abs=0.0021)
    assert a + minus_b == pytest.approx(difference, abs=0.0021)
    assert (a, -minus_b) == pytest.approx((logits[first], logits[second]), abs=0.0011)
    assert total == difference == pytest.approx(logits[first] - logits[second], abs=0.0011)


def test_any_two_answers_can_be_compared():
    page = Inside("Evidence", DIGIT).set("evidence_this", 1).set("evidence_other", 6)
    logits = page.net.forward(DIGIT[None].astype(np.float64)).Z2[0]
    assert addition(page)[-1] == pytest.approx(logits[1] - logits[6], abs=0.0011)
    p = page.net.predict_proba(DIGIT[None].astype(np.float64))[0]
    more, ratio = (1, p[1] / p[6]) if p[1] > p[6] else (6, p[6] / p[1])
    assert f"So {more} is **{ratio:,.1f} times** as probable" in page.text()
    assert "two different answers" in page.set("evidence_other", 1).text()
    likeliest = int(np.argmax(logits))
    page.set("evidence_this", likeliest).set("evidence_other", -1)
    assert f"Why {likeliest}, rather than {likeliest}" not in page.text() and len(addition(page)) == 7
