"""Behind the page 'Mistakes': which digits a network is asked about, and the charts of its answers."""

import json

import numpy as np
import pytest

from data import load_sample
from nn import TwoLayerNN
from nn.explain.calibration import calibration
from ui.mistakes.answers import Answers, ask
from ui.mistakes.calibration import calibration_chart
from ui.mistakes.confusion import confusion_chart

SAMPLE = load_sample()


@pytest.mark.parametrize(("hidden", "most"), [(10, 1000), (1024, 244)])
def test_while_it_learns_fewer_digits_are_asked_about(hidden: int, most: int):
    net = TwoLayerNN(hidden_size=hidden)
    X, Y = SAMPLE.X_train, SAMPLE.Y_train
    learning = ask(net, X, Y, learning=True)
    assert most / 2 < len(learning) <= most and learning.of == len(X)
    np.testing.assert_array_equal(learning.X, X[:: learning.every])
    np.testing.assert_array_equal(learning.Y, Y[:: learning.every])
    assert len(ask(net, X[:2000], Y[:2000], learning=False)) == 2000


def test_answers_are_spread_over_the_split():
    answers = Answers(TwoLayerNN(), SAMPLE.X_dev, SAMPLE.Y_dev, most=90)
    assert (answers.every, len(answers)) == (6, 84)


def test_the_confusion_chart_names_the_sides_of_its_padding():
    """Streamlit (1.67) adds a missing side to it; to a number it cannot, and takes the page down."""
    chart = confusion_chart(np.eye(10, dtype=int), tuple("0123456789"), per_cent=False)
    assert set(chart.spec["padding"]) == {"left", "right", "top", "bottom"}


def test_the_confusion_chart_counts_and_gives_shares_of_the_row():
    matrix = np.zeros((10, 10), int)
    matrix[4, 9], matrix[4, 4] = 12, 36
    table = confusion_chart(matrix, tuple("0123456789"), per_cent=True).data.set_index(["true", "read_as"])
    assert table.loc[(4, 9), "share"] == 0.25 and table.loc[(4, 9), "text"] == "25"
    assert table.loc[(0, 0), "text"] == "" and len(table) == 100
    chart = confusion_chart(matrix, tuple("0123456789"), per_cent=False)
    assert "4 read as 9 12 times" in chart.alt
    assert chart.data.set_index(["true", "read_as"]).loc[(4, 9), "text"] == "12"
    json.dumps(chart.spec)


def test_the_calibration_chart_leaves_empty_bins_out():
    probabilities = np.full((4, 10), 0.2 / 9)
    probabilities[:, 3] = 0.8
    chart = calibration_chart(calibration(probabilities, np.array([3, 3, 3, 1])))
    assert len(chart.data) == 1 and chart.data["right"].item() == 0.75
    assert "80% sure, 75% right" in chart.alt
