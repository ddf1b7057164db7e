"""Every page with a network that has exploded, with a single hidden unit, and with clothes for digits."""

import re
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from nn.history import History, Measurement
from tests.engine import sample, trainer_of
from tests.panels import OtherPage
from ui.lesson.museum import museum_chart
from ui.shared.curves import loss_chart
from ui.state.run import Run

SAMPLE = sample()
CLOTHES = ("T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Boot")
VIEWS = {
    "train": {},
    "inside": {"inside_part": ["This drawing", "Templates", "Evidence", "Dreams", "Blend"]},
    "mistakes": {
        "mistakes_view": [
            *("Confusions", "Digit by digit", "Surest mistakes", "How sure, how right", "A sample"),
        ],
    },
    "runs": {"runs_view": ["Rewind", "Runs", "Pins", "Ten seeds", "Keep and share"]},
    "lesson": {"lesson_part": ["Seven steps", "One weight", "Bug museum"]},
}
NOT_FOR_EYES = re.compile(r"(?<![a-z])(nan|inf|none)(?![a-z])", re.IGNORECASE)


def sent(page: OtherPage) -> Iterator[str]:
    """Yield the text of everything that the page has sent, without its pictures."""
    blocks = [page.app.main, page.app.sidebar]
    while blocks:
        for item in blocks.pop().children.values():
            if hasattr(item, "children"):
                blocks.append(item)
            for proto in (item.proto, *getattr(item.proto, "imgs", ())):
                texts = (getattr(proto, name, None) for name in ("value", "label", "alt", "body"))
                yield from (re.sub(r"base64,[\w+/=]+", "", text) for text in texts if isinstance(text, str))


def walk_through(page: OtherPage, name: str) -> None:
    """Open every view of a page, without and with a drawing, and read it."""
    page.session.exhibit = None
    for digit in (None, SAMPLE.X_test[0]):
        page.show(digit)
        for key, views in VIEWS[name].items():
            for view in views:
                page.app.session_state[key] = view
                page.look()
                for text in sent(page):
                    assert not NOT_FOR_EYES.search(text), (view, text)
        for text in sent(page):
            assert not NOT_FOR_EYES.search(text), text
        page.session.pins = [row.reshape(28, 28) for row in SAMPLE.X_test[:2]]


def explode(page: OtherPage, factor: float) -> None:
    for _ in range(3):
        page.trainer.step()
    net = trainer_of(page.trainer).net
    net.parameters = net.parameters._replace(W1=net.W1 * np.float32(factor), W2=net.W2 * np.float32(factor))
    page.look()


@pytest.mark.parametrize("name", VIEWS)
@pytest.mark.parametrize("factor", [np.nan, 1e30], ids=["not a number", "too large"])
def test_an_exploded_network_is_told_in_words_on_every_page(name: str, factor: float):
    with OtherPage(name, {"lesson_step": "All"}, iterations="20") as page:
        explode(page, factor)
        walk_through(page, name)
        assert "exploded" in page.text() + page.alt("probabilities")


@pytest.mark.parametrize("name", VIEWS)
def test_a_run_that_diverged_by_itself_is_no_trouble(name: str):
    with OtherPage(name, {"lesson_step": "All"}, learning_rate="10", iterations="40") as page:
        page.press("train").wait(lambda page: "Diverged" in page.says("status"))
        walk_through(page, name)


@pytest.mark.parametrize("name", VIEWS)
def test_a_single_hidden_unit_is_enough_for_every_page(name: str):
    with OtherPage(name, {"lesson_step": "All"}, hidden_size="1", iterations="3") as page:
        page.train_to_the_end()
        walk_through(page, name)


@pytest.mark.parametrize("name", VIEWS)
def test_clothes_without_a_test_set_have_their_names_on_every_page(
    name: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("server.datasets.Datasets.has_changed", lambda *dataset: False)  # of the sample
    clothes = replace(SAMPLE, X_test=None, Y_test=None, name="clothes", class_names=CLOTHES)
    with OtherPage(name, {"lesson_step": "All"}, iterations="3") as page:
        session = page.session
        session.show(Run(session.settings, clothes))
        page.look().train_to_the_end()
        walk_through(page, name)
        read_as = CLOTHES[page.net.predict_proba(SAMPLE.X_test[:1])[0].argmax()]
        assert page.says("your_prediction") == read_as and page.says("prediction") in tuple("0123456789")


def test_a_loss_that_is_no_number_is_told_as_such():
    history = History()
    history.add(Measurement(0, np.inf, 0.1, np.nan, 0.1))
    history.add(Measurement(9, np.nan, 0.1, np.nan, 0.1))
    for chart in (loss_chart(history, 20), museum_chart(history, history, "loss", 20)):
        assert "not a number on training digits" in chart.alt and "nan" not in chart.alt
        assert "nan" not in str(chart.spec) and "inf" not in str(chart.spec)
