"""The charts: tables, Vega-Lite specs and the words for somebody who cannot see them."""

import json

import numpy as np
import pytest

from nn.history import History, Measurement
from ui.draw.drawing import probability_chart
from ui.shared.charts import HELD_OUT, TRAINING, Chart
from ui.shared.curves import POINTS, SERIES, accuracy_chart, loss_chart

NAMES = tuple("0123456789")


def history(points: int, first_loss: float = 2.4) -> History:
    """Make a history of a run that gets better and better: at iteration k, loss and accuracy by formula."""
    made = History()
    for k in range(points):
        share = k / max(points - 1, 1)
        made.add(
            Measurement(5 * k, first_loss * (1 - share), 0.1 + 0.8 * share, first_loss, 0.1 + 0.7 * share)
        )
    return made


def rows(chart: Chart, series: str) -> list[tuple[int, float]]:
    part = chart.data[chart.data["digits"] == series]
    return list(zip(part["iteration"], part["value"], strict=True))


def test_the_table_holds_every_measurement_of_both_curves():
    run = history(4)
    accuracy, loss = accuracy_chart(run, 100), loss_chart(run, 100)
    assert rows(accuracy, "training") == [(p.iteration, p.train_accuracy) for p in run.points]
    assert rows(accuracy, "held out") == [(p.iteration, p.dev_accuracy) for p in run.points]
    assert rows(loss, "training") == [(p.iteration, p.train_loss) for p in run.points]
    assert rows(loss, "held out") == [(p.iteration, p.dev_loss) for p in run.points]


@pytest.mark.parametrize("points", [1, 2, POINTS, POINTS + 1, 1999])
@pytest.mark.parametrize("draw", [accuracy_chart, loss_chart])
def test_a_long_run_is_thinned_and_its_ends_are_kept(draw, points: int):
    chart = draw(history(points), 10_000)
    for series in SERIES:
        iterations = [iteration for iteration, _ in rows(chart, series)]
        assert len(iterations) == min(points, POINTS)
        assert iterations[0] == 0 and iterations[-1] == 5 * (points - 1)
        assert iterations == sorted(set(iterations))


@pytest.mark.parametrize("draw", [accuracy_chart, loss_chart])
def test_the_axes_do_not_move_while_the_curves_grow(draw):
    assert draw(history(1), 500).spec == draw(history(100), 500).spec
    assert draw(history(1), 500).spec["encoding"]["x"]["scale"]["domain"] == [0, 500]


def test_accuracy_is_drawn_from_nothing_to_all():
    assert accuracy_chart(history(3), 500).spec["encoding"]["y"]["scale"]["domain"] == [0, 1]


@pytest.mark.parametrize(("first_loss", "highest"), [(0.5, 3), (2.4, 3), (3.2, 4), (14.9, 15)])
def test_the_first_loss_is_on_the_chart(first_loss: float, highest: float):
    spec = loss_chart(history(3, first_loss), 500).spec
    assert spec["encoding"]["y"]["scale"]["domain"] == [0, highest]
    assert spec["mark"]["clip"]  # a loss that explodes leaves the chart, not its frame


def test_the_curves_have_the_colours_of_the_numbers_above():
    scale = accuracy_chart(history(2), 500).spec["encoding"]["color"]["scale"]
    assert scale == {"domain": ["training", "held out"], "range": [TRAINING, HELD_OUT]}


def test_the_words_say_where_the_run_stands():
    run = History()
    run.add(Measurement(0, 2.5, 0.08, 2.5, 0.09))
    run.add(Measurement(120, 0.4567, 0.8764, 0.5678, 0.8512))
    assert accuracy_chart(run, 500).alt == (
        "Accuracy after 120 iterations: 87.6% on training digits, 85.1% on held-out digits."
    )
    assert loss_chart(run, 500).alt == (
        "Loss after 120 iterations: 0.457 on training digits, 0.568 on held-out digits."
    )


def test_a_bar_for_every_class():
    probabilities = np.array([0.02, 0.03, 0.05, 0.6, 0.0, 0.2, 0.04, 0.03, 0.02, 0.01])
    chart = probability_chart({"yours": probabilities}, NAMES)
    assert chart.data["name"].tolist() == list(NAMES)
    np.testing.assert_array_equal(chart.data["probability"], probabilities)
    assert chart.spec["encoding"]["y"]["scale"]["domain"] == [0, 1]
    assert chart.spec["encoding"]["x"]["sort"] is None  # in their order, not in that of the alphabet
    assert chart.alt == "Probabilities. yours: 3 60%, 5 20%, 2 5%."


def test_long_names_are_turned_so_that_they_do_not_overlap():
    clothes = (
        "T-shirt/top",
        "Trouser",
        "Pullover",
        "Dress",
        "Coat",
        "Sandal",
        "Shirt",
        "Sneaker",
        "Bag",
        "Boot",
    )
    turned = probability_chart({"yours": np.full(10, 0.1)}, clothes)
    assert turned.spec["encoding"]["x"]["axis"]["labelAngle"] == -45
    assert "T-shirt/top 10%" in turned.alt
    assert (
        probability_chart({"yours": np.full(10, 0.1)}, NAMES).spec["encoding"]["x"]["axis"]["labelAngle"] == 0
    )


def test_two_networks_have_a_bar_each_beside_the_other():
    expert, yours = np.eye(10)[3], np.full(10, 0.1)
    chart = probability_chart({"expert": expert, "yours": yours}, NAMES)
    assert len(chart.data) == 20 and chart.spec["encoding"]["xOffset"]["field"] == "network"
    for who, probabilities in (("expert", expert), ("yours", yours)):
        np.testing.assert_array_equal(chart.data[chart.data["network"] == who]["probability"], probabilities)
    assert "expert: 3 100%" in chart.alt


@pytest.mark.parametrize(
    "chart",
    [
        accuracy_chart(history(3), 500),
        loss_chart(history(3), 500),
        probability_chart({"expert": np.full(10, 0.1, np.float32), "yours": np.zeros(10)}, NAMES),
        probability_chart({"yours": np.zeros(10)}, NAMES),
    ],
)
def test_a_spec_is_plain_json_and_names_columns_of_its_table(chart: Chart):
    text = json.dumps(chart.spec, allow_nan=False)
    assert json.loads(text) == chart.spec
    encodings = chart.spec["encoding"]
    fields = {encodings[axis]["field"] for axis in ("x", "y")} | {
        tip["field"] for tip in encodings["tooltip"]
    }
    assert fields <= set(chart.data.columns)
    assert chart.alt


def test_widths_have_an_order_and_dashes_have_none():
    encoding = accuracy_chart(history(2), 10).spec["encoding"]  # else Vega-Lite complains in the console
    assert encoding["strokeWidth"]["type"] == "ordinal"
    assert encoding["strokeDash"]["type"] == encoding["color"]["type"] == "nominal"
