"""The page 'Inside': templates, the network as a picture, exact evidence, dreams and blends."""

import base64
import io
import re
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from data import load_sample
from nn import TwoLayerNN
from nn.dreams import blend, dream, sureness
from nn.parameters import Parameters
from nn.shipped import load_shipped
from ui.blend_chart import blend_chart
from ui.diverging import colour, map_over_ink, map_picture, scale_of
from ui.drawings import Drawing, Exhibit
from ui.inside_dreams import Dreams
from ui.inside_templates import speaks_for
from ui.network_picture import network_picture, units_drawn
from ui.session import Session

SAMPLE = load_sample()
DIGIT, OTHER = SAMPLE.X_test[0], SAMPLE.X_test[1]
NAMES = tuple("0123456789")
PARTS = ("This drawing", "Templates", "Evidence", "Dreams", "Blend")


def script() -> None:
    from ui.inside_panel import show_inside
    from ui.session import current_session

    session = current_session()
    session.refreshing = session.running
    show_inside(session)


class Inside:
    """The page alone, with one of its parts open."""

    def __init__(self, part: str = PARTS[0], digit: np.ndarray | None = DIGIT, **network: object) -> None:
        self.app = AppTest.from_function(script, default_timeout=90)
        self.app.run()
        if network:
            self.session.trainer.net = TwoLayerNN(**network)
        self.draw(digit).open(part)

    @property
    def session(self) -> Session:
        return self.app.session_state["session"]

    @property
    def net(self) -> TwoLayerNN:
        return self.session.trainer.net

    def look(self) -> "Inside":
        self.app.run()
        assert not self.app.exception, self.app.exception
        return self

    def open(self, part: str) -> "Inside":
        self.app.session_state["inside_part"] = part
        return self.look()

    def draw(self, digit: np.ndarray | None) -> "Inside":
        self.session.exhibit = None
        if digit is not None:
            picture = np.rint(digit.reshape(28, 28) * 255).astype(np.uint8)
            self.session.exhibit = Exhibit("a digit", Drawing(picture))
        return self

    def set(self, key: str, value: object) -> "Inside":
        self.app.get_by_key(key).set_value(value)
        return self.look()

    def press(self, key: str) -> "Inside":
        self.app.button(key=key).click()
        return self.look()

    def words(self) -> str:
        kinds = ("markdown", "caption", "info", "warning", "html")
        return "\n".join(str(item.value) for kind in kinds for item in self.app.get(kind))

    def html(self) -> str:
        return "\n".join(item.value for item in self.app.html)

    def alt(self) -> str:
        return self.app.get("image")[0].proto.imgs[0].alt


def decoded(address: str) -> np.ndarray:
    file = io.BytesIO(base64.b64decode(address.split(",", 1)[1]))
    return np.asarray(Image.open(file).convert("RGB")).astype(int)


def as_number(text: str) -> float:
    return float(text.replace("−", "-").replace(",", ""))


# --- colours


def test_nothing_is_black_and_the_two_signs_are_told_apart():
    numbers = np.zeros(784)
    numbers[:4] = 1, -1, 0.5, 50
    red, green, blue = np.moveaxis(decoded(map_picture(numbers, 1.0)), -1, 0)
    assert (red[0, 4], green[0, 4], blue[0, 4]) == (0, 0, 0)
    assert red[0, 0] > blue[0, 0] and blue[0, 1] > red[0, 1]  # orange for, blue against
    assert 0 < red[0, 2] < red[0, 0] == red[0, 3]  # half as much, and beyond the scale no more than full
    assert colour(0, 1.0) == "#000000" and colour(9, 1.0) == colour(1, 1.0) != colour(-1, 1.0)


def test_the_scale_is_one_for_the_set_and_never_nothing():
    assert scale_of(np.array([3.0, -3.0])) == pytest.approx(9)
    assert scale_of(np.zeros(5)) == 1.0


def test_the_digit_shines_through_a_map_only_where_the_map_is_silent():
    numbers, ink = np.zeros(784), np.zeros(784)
    ink[:2] = numbers[1] = 1
    grey, covered, empty = decoded(map_over_ink(numbers, ink, 1.0))[0, :3]
    assert len(set(grey)) == 1 and grey[0] > 0 and tuple(covered) == (255, 150, 40) and not empty.any()


# --- the parts


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("whose", ["yours", "expert"])
def test_every_part_shows_either_network_with_and_without_a_drawing(part: str, whose: str):
    page = Inside(part).set("inside_network", whose)
    assert len(page.words()) > 50
    invited = "draw a digit" in page.draw(None).look().words().lower()
    assert invited == (part != "Dreams")


def test_without_a_drawing_there_are_templates_and_dreams():
    assert Inside("Templates", None).html().count("Template of unit") == 10
    assert Inside("This drawing", None).html().count("Template of unit") == 10
    assert Inside("Dreams", None).html().count("Dream of") == 10


def test_a_network_that_exploded_is_told_in_words():
    page = Inside()
    page.net.parameters = page.net.parameters._replace(W1=page.net.W1 * np.nan)
    for part in PARTS:
        assert "exploded" in page.open(part).words()
    page.net.parameters = page.net.parameters._replace(W1=np.full_like(page.net.W1, 1e38))
    assert "exploded" in page.look().words()  # finite weights, but not what comes of them


# --- this drawing


def test_the_picture_says_what_the_network_reads():
    page = Inside()
    probabilities = page.net.predict_proba(DIGIT[None])[0]
    best = probabilities.argmax()
    assert f"It reads {best}, {probabilities[best]:.0%} sure" in page.alt()
    assert "10 hidden units" in page.alt()


def test_small_networks_are_drawn_whole_and_large_ones_by_their_most_excited_units():
    small, large = TwoLayerNN(hidden_size=16), TwoLayerNN(hidden_size=200)
    np.testing.assert_array_equal(units_drawn(small, DIGIT, 3), np.arange(16))
    Z1 = large.W1 @ DIGIT + large.b1
    units = units_drawn(large, DIGIT, int(Z1.argmax()))
    assert set(units) == set(np.argsort(Z1)[-16:]) and units[0] == Z1.argmax()
    assert int(Z1.argmin()) in units_drawn(large, DIGIT, int(Z1.argmin()))
    assert "16 most excited of 200" in Inside(hidden_size=200).words()


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
    assert shade == ("#ff9628" if largest > 0 else "#3c96ff")


def test_names_of_classes_cannot_break_the_picture():
    svg = network_picture(TwoLayerNN(), DIGIT, ["<b>&"] * 10, followed=0, alone=False)
    assert "<b>" not in svg and "&lt;b&gt;&amp;" in svg


def test_one_units_sum_is_written_out():
    page = Inside(activation="tanh", init="xavier").set("follow_yours", 7)
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
    page = Inside(hidden_size=200).set("follow_yours", 150)
    assert "template 150" in page.html()
    page.session.trainer.net = TwoLayerNN(hidden_size=5)
    assert "template 150" not in page.look().html() and page.app.get_by_key("follow_yours").value is None


# --- templates


def shown_units(page: Inside) -> list[int]:
    return [int(unit) for unit in re.findall(r"Template of unit (\d+)", page.html())]


def test_templates_are_sorted_by_excitement_a_page_at_a_time():
    page = Inside("Templates", hidden_size=60)
    order = np.argsort(-(page.net.W1 @ DIGIT + page.net.b1))
    assert shown_units(page) == list(order[:24])
    page.app.get_by_key("templates_page_yours").set_value(3)
    assert shown_units(page.look()) == list(order[48:])
    page.session.trainer.net = TwoLayerNN(hidden_size=30)
    assert len(shown_units(page.look())) in (6, 24)  # the third page is gone


def test_a_card_has_bias_activation_and_ten_outgoing_weights():
    page = Inside("Templates", hidden_size=1, activation="sigmoid")
    card, A1 = page.html(), 1 / (1 + np.exp(-(page.net.W1[0] @ DIGIT + page.net.b1[0])))
    assert as_number(re.search(r"bias ([+−][\d.]+)", card)[1]) == pytest.approx(page.net.b1[0], abs=0.0051)
    assert as_number(re.search(r"on <b>([\d.]+)", card)[1]) == pytest.approx(A1, abs=0.0051)
    shades = re.findall(r'<i style="background:(#\w+)">(\d)</i>', card)
    scale = scale_of(page.net.W2)
    assert shades == [(colour(weight, scale), str(k)) for k, weight in enumerate(page.net.W2[:, 0])]


def test_what_has_been_learned_is_black_before_training():
    page = Inside("Templates")
    addresses = re.findall(r'src="(.*?)"', page.html())
    assert any(decoded(address).any() for address in addresses)
    page.set("only_learned", True)
    assert not any(decoded(address).any() for address in re.findall(r'src="(.*?)"', page.html()))
    page.session.trainer.step()
    assert any(decoded(address).any() for address in re.findall(r'src="(.*?)"', page.look().html()))


def test_words_for_the_outgoing_weights():
    weights = np.zeros(10)
    weights[[7, 9, 3, 1]] = 2, 1.5, -1.2, 0.4
    assert speaks_for(weights, NAMES, 3) == "for 7 and 9, against 3"
    assert speaks_for(-weights, NAMES, 3) == "for 3, against 7 and 9"
    assert speaks_for(np.ones(10), NAMES, 3) == "for 0, 1 and 2"
    assert speaks_for(weights, NAMES, 100) == "hardly says anything"


# --- evidence


def addition(page: Inside) -> list[float]:
    return [as_number(value) for value in re.findall(r"<td>([+−][\d.,]+)", page.html())]


@pytest.mark.parametrize(("activation", "word"), [("relu", "Exact"), ("tanh", "First-order")])
def test_the_addition_is_the_difference_of_the_two_logits(activation: str, word: str):
    page = Inside("Evidence", activation=activation, seed=4)
    logits = page.net.forward(DIGIT[None].astype(np.float64)).Z2[0]
    second, first = np.argsort(logits)[-2:]
    assert f"Why {first}, rather than {second}?" in page.words() and word in page.words()
    speaking, against, bias, total, a, minus_b, difference = addition(page)
    assert speaking > 0 > against
    assert speaking + against + bias == pytest.approx(total, abs=0.0021)
    assert a + minus_b == pytest.approx(difference, abs=0.0021)
    assert (a, -minus_b) == pytest.approx((logits[first], logits[second]), abs=0.0011)
    assert total == difference == pytest.approx(logits[first] - logits[second], abs=0.0011)


def test_any_two_answers_can_be_compared():
    page = Inside("Evidence").set("evidence_this", 1).set("evidence_other", 6)
    logits = page.net.forward(DIGIT[None].astype(np.float64)).Z2[0]
    assert addition(page)[-1] == pytest.approx(logits[1] - logits[6], abs=0.0011)
    p = page.net.predict_proba(DIGIT[None].astype(np.float64))[0]
    more, ratio = (1, p[1] / p[6]) if p[1] > p[6] else (6, p[6] / p[1])
    assert f"So {more} is **{ratio:,.1f} times** as probable" in page.words()
    assert "two different answers" in page.set("evidence_other", 1).words()
    likeliest = int(np.argmax(logits))
    page.set("evidence_this", likeliest).set("evidence_other", -1)
    assert f"Why {likeliest}, rather than {likeliest}" not in page.words() and len(addition(page)) == 7


# --- dreams


@pytest.mark.parametrize("whose", ["yours", "expert"])
def test_each_dream_is_shown_with_how_sure_the_network_really_is(whose: str):
    page = Inside("Dreams").set("inside_network", whose)
    net = page.net if whose == "yours" else page.session.expert
    pictures = np.stack([decoded(address)[..., 0] for address in re.findall(r'src="(.*?)"', page.html())])
    dreams = dream(net, range(10))
    np.testing.assert_array_equal(pictures.reshape(10, 784), np.rint(dreams * 255))
    shown = re.findall(r"</b> (\d+%)", page.html())
    assert shown == [f"{p:.0%}" for p in net.predict_proba(dreams).diagonal()]


def test_dreams_are_kept_until_the_network_changes():
    net, dreams = TwoLayerNN(), Dreams()
    whole = dreams.of(net, learning=False)
    np.testing.assert_array_equal(whole, dream(net, range(10)))
    assert dreams.of(net, learning=False) is whole and dreams.of(net.copy(), learning=False) is whole
    net.train(SAMPLE.X_train[:200], SAMPLE.Y_train[:200], epochs=2)
    assert not np.array_equal(dreams.of(net, learning=False), whole)


def test_dreams_go_on_while_the_network_learns_and_are_whole_when_it_pauses():
    net, dreams = TwoLayerNN(), Dreams()
    surest = [np.full(10, -np.inf)]
    for _ in range(3):
        net.parameters = Parameters(*net.parameters)  # a new tuple, as after an update
        going_on = dreams.of(net, learning=True)
        surest.append(sureness(net, going_on, np.arange(10)))
    assert (np.diff(surest, axis=0) >= 0).all() and (surest[3] > surest[1]).sum() >= 5
    assert dreams.of(net, learning=True) is going_on  # the same network, nothing to do
    np.testing.assert_array_equal(dreams.of(net, learning=False), dream(net, range(10)))


def test_a_network_about_to_explode_leaves_no_holes_in_later_dreams():
    net, dreams = TwoLayerNN(), Dreams()
    start = net.parameters
    net.parameters = start._replace(W1=start.W1 * np.float32(np.nan))
    dreams.of(net, learning=True)
    net.parameters = start
    assert np.isfinite(dreams.of(net, learning=True)).all()


# --- blend


def test_pins_six_drawings_at_most_and_lets_go_of_them():
    page = Inside("Blend")
    assert "two drawings to go" in page.words()
    page.press("pin")
    np.testing.assert_array_equal(page.session.pins[0], page.session.digit)
    assert "one more to go" in page.words() and page.app.button(key="pin").disabled  # pinned already
    for digit in SAMPLE.X_test[1:6]:
        page.draw(digit).look().press("pin")
    page.draw(SAMPLE.X_test[6]).look()
    assert len(page.session.pins) == 6 and page.app.button(key="pin").disabled
    assert "let go of one" in page.words()
    page.set("blend_to", 5).set("blend_from", 2)
    kept = [*page.session.pins]
    page.press("unpin_1")
    assert len(page.session.pins) == 5 and page.session.pins[1] is kept[2]
    assert not page.app.button(key="pin").disabled
    for place in (4, 3, 2, 1):  # the chosen ones, too
        page.press(f"unpin_{place}")
    assert "one more to go" in page.words()


def test_without_a_drawing_nothing_can_be_pinned():
    assert Inside("Blend", None).app.button(key="pin").disabled


def test_the_blend_goes_from_one_drawing_to_the_other():
    page = Inside("Blend").press("pin").draw(OTHER).look().press("pin")
    assert "Draw" not in page.words().split("Blend two drawings")[1]
    ends = page.net.predict_proba(np.stack([DIGIT, OTHER]))
    for percent, p in ((0, ends[0]), (100, ends[1])):
        page.set("blend", percent)
        assert f"**{p.argmax()}** {p.max():.0%}" in page.words()
        spec = page.app.get("vega_lite_chart")[0].proto.spec
        assert re.search(rf'"datum": ?{percent / 100:g}(\.0)?\b', spec)
    assert "two different drawings" in page.set("blend_from", page.app.get_by_key("blend_to").value).words()


def test_the_chart_leaves_out_only_answers_that_play_no_part():
    net = load_shipped()
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


def test_the_pages_chart_and_picture_files_know_no_streamlit():
    for name in ("network_picture", "blend_chart", "diverging"):
        source = (Path(__file__).parents[1] / "ui" / f"{name}.py").read_text()
        assert "import streamlit" not in source
