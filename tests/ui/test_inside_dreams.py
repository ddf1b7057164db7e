"""Inside, 'Dreams' and 'Blend': what the network finds convincing, and what it reads between two drawings."""

import re

import numpy as np
import pytest

from data import load_sample
from nn import TwoLayerNN
from nn.expert import load_expert
from nn.explain.dreams import blend, dream, log_odds
from nn.parameters import Parameters
from tests.panels import Inside, decoded
from ui.inside.blend import blend_chart
from ui.inside.dreams import dreams_of

SAMPLE = load_sample()
DIGIT, OTHER = SAMPLE.X_test[0], SAMPLE.X_test[1]
NAMES = tuple("0123456789")


@pytest.mark.parametrize("whose", ["yours", "expert"])
def test_each_dream_is_shown_with_how_sure_the_network_really_is(whose: str):
    page = Inside("Dreams", DIGIT).set("inside_network", whose)
    net = page.net if whose == "yours" else page.session.expert
    pictures = np.stack([decoded(address)[..., 0] for address in re.findall(r'src="(.*?)"', page.html())])
    dreams = dream(net, range(10))
    np.testing.assert_array_equal(pictures.reshape(10, 784), np.rint(dreams * 255))
    shown = re.findall(r"</b> (\d+%)", page.html())
    assert shown == [f"{p:.0%}" for p in net.predict_proba(dreams).diagonal()]


def test_dreams_are_kept_until_the_network_changes():
    net = TwoLayerNN()
    whole = dreams_of(net, learning=False)
    np.testing.assert_array_equal(whole, dream(net, range(10)))
    assert dreams_of(net, learning=False) is whole and dreams_of(net.copy(), learning=False) is whole
    net.train(SAMPLE.X_train[:200], SAMPLE.Y_train[:200], epochs=2)
    assert not np.array_equal(dreams_of(net, learning=False), whole)


def test_dreams_go_on_while_the_network_learns_and_are_whole_when_it_pauses():
    net = TwoLayerNN()
    surest = [np.full(10, -np.inf)]
    for _ in range(3):
        net.parameters = Parameters(*net.parameters)  # a new tuple, as after an update
        going_on = dreams_of(net, learning=True)
        surest.append(log_odds(net, going_on, np.arange(10)).value)
    assert (np.diff(surest, axis=0) >= 0).all() and (surest[3] > surest[1]).sum() >= 5
    assert dreams_of(net, learning=True) is going_on  # the same network, nothing to do
    np.testing.assert_array_equal(dreams_of(net, learning=False), dream(net, range(10)))


def test_a_network_about_to_explode_leaves_no_holes_in_later_dreams():
    net = TwoLayerNN()
    start = net.parameters
    net.parameters = start._replace(W1=start.W1 * np.float32(np.nan))
    dreams_of(net, learning=True)
    net.parameters = start
    assert np.isfinite(dreams_of(net, learning=True)).all()


def test_pins_six_drawings_at_most_and_removes_them():
    page = Inside("Blend", DIGIT)
    assert "two drawings to go" in page.text()
    page.press("pin")
    np.testing.assert_array_equal(page.session.pins[0], page.session.digit)
    assert "one more to go" in page.text() and page.app.button(key="pin").disabled  # pinned already
    for digit in SAMPLE.X_test[1:6]:
        page.show(digit).press("pin")
    page.show(SAMPLE.X_test[6])
    assert len(page.session.pins) == 6 and page.app.button(key="pin").disabled
    assert "Remove one with ✕" in page.text()
    page.set("blend_to", 5).set("blend_from", 2)
    kept = [*page.session.pins]
    page.press("unpin_1")
    assert len(page.session.pins) == 5 and page.session.pins[1] is kept[2]
    assert not page.app.button(key="pin").disabled
    for place in (4, 3, 2, 1):  # the chosen ones, too
        page.press(f"unpin_{place}")
    assert "one more to go" in page.text()


def test_without_a_drawing_nothing_can_be_pinned():
    assert Inside("Blend", None).app.button(key="pin").disabled


def test_the_blend_goes_from_one_drawing_to_the_other():
    page = Inside("Blend", DIGIT).press("pin").show(OTHER).press("pin")
    assert "Draw" not in page.text().split("Blend two drawings")[1]
    ends = page.net.predict_proba(np.stack([DIGIT, OTHER]))
    for percent, p in ((0, ends[0]), (100, ends[1])):
        page.set("blend", percent)
        assert f"**{p.argmax()}** {p.max():.0%}" in page.text()
        spec = page.app.get("vega_lite_chart")[0].proto.spec
        assert re.search(rf'"datum": ?{percent / 100:g}(\.0)?\b', spec)
    assert "two different drawings" in page.set("blend_from", page.app.get_by_key("blend_to").value).text()


def test_the_chart_leaves_out_only_answers_that_play_no_part():
    net = load_expert()
    way = blend(net, DIGIT, OTHER, 11)
    chart = blend_chart(way, 0.3, NAMES)
    shown = {int(name) for name in chart.data["answer"]}
    assert {k for k in range(10) if way.probabilities[:, k].max() >= 0.05} == shown
    assert {way.probabilities[0].argmax(), way.probabilities[-1].argmax()} <= shown
    for k in shown:
        curve = chart.data[chart.data["answer"] == str(k)]
        np.testing.assert_allclose(curve["probability"], way.probabilities[:, k])
        assert list(curve["label"]).count(str(k)) == 1
    assert f"From {way.probabilities[0].argmax()}" in chart.alt
