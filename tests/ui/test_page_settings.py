"""The sidebar and the address: what counts at once, what waits for a reset, presets, and any kind of link."""

import pytest

from tests.page import Page
from ui.state.settings import CLASSIC, MODERN, SETTINGS

AT_ONCE = {"learning_rate": 0.5, "iterations": 900, "batch_size": "32", "l2": 0.001, "dropout": 0.25}
AT_ONCE |= {"schedule": "cosine"}
AFTER_RESET = {
    "hidden_size": (20, "hidden units"),
    "activation": ("tanh", "activation"),
    "init": ("he", "starting weights"),
    "optimizer": ("adam", "optimizer"),
    "seed": (7, "seed"),
}


def settings_of(page: Page) -> dict[str, object]:
    """Read what the run on show was made from and is trained with, as the widgets name it."""
    net, training = page.trainer.net, page.trainer.hyperparameters
    size = str(training.batch_size or "all")
    return {
        "hidden_size": net.hidden_size,
        "activation": net.activation,
        **vars(training),
        "batch_size": size,
    }


@pytest.mark.parametrize(("key", "value"), AT_ONCE.items())
def test_counts_at_once_in_the_middle_of_a_run(key: str, value: object):
    with Page(iterations="10000") as page:
        run = page.press("train").wait(lambda page: page.iteration() > 2).trainer
        page.set(key, value)
        assert page.trainer is run and settings_of(page)[key] == value
        assert "Running" in page.says("status") or run.iteration >= 900
        assert page.link[key] == str(value)
        seen = run.iteration
        page.wait(lambda page: run.iteration > seen or run.status == "finished")


@pytest.mark.parametrize(("key", "value", "words"), [(key, *rest) for key, rest in AFTER_RESET.items()])
def test_says_that_it_counts_after_a_reset(key: str, value: object, words: str):
    with Page() as page:
        run = page.press("step").trainer
        page.set(key, value)
        assert "after Reset" in page.says("status") and words in page.says("status")
        assert page.trainer is run and page.iteration() == 1
        assert page.link == {key: str(value)}  # the link is that of the lesson as it will be
        page.press("reset")
        assert page.trainer is not run and page.iteration() == 0
        assert "after Reset" not in page.says("status")
        assert settings_of(page).get(key, value) == value and page.shown(key) == value


def test_taking_a_change_back_takes_the_note_back():
    with Page() as page:
        page.press("step").set("hidden_size", 20).set("hidden_size", 10)
        assert "after Reset" not in page.says("status") and page.link == {} and page.iteration() == 1


def test_before_anything_is_learned_every_setting_counts_at_once():
    with Page() as page:
        page.set("hidden_size", 20).set("activation", "sigmoid").set("seed", 5)
        assert page.trainer.net.W1.shape == (20, 784) and page.trainer.net.activation == "sigmoid"
        assert page.trainer.hyperparameters.seed == 5 and "Ready" in page.says("status")


def test_the_presets_set_everything_and_start_anew():
    with Page(seed="3") as page:
        page.press("step").press("modern")
        assert "Ready" in page.says("status")
        assert {key: page.shown(key) for key in MODERN.values()} == MODERN.values()
        expected = {
            key: value for key, value in MODERN.values().items() if key not in ("dataset", "init", "distort")
        }
        assert settings_of(page) == expected
        assert page.link["hidden_size"] == "128" and page.link["optimizer"] == "adam"
        page.press("classic")
        assert {key: page.shown(key) for key in CLASSIC.values()} == CLASSIC.values() and page.link == {}


def test_modern_is_better_than_classic():
    with Page() as page:
        page.press("modern").set("iterations", 250).train_to_the_end()
        assert page.number("dev_accuracy") > 0.88


def test_a_link_reopens_the_lesson():
    lesson = {
        "learning_rate": "0.005",
        "iterations": "700",
        "hidden_size": "33",
        "activation": "sigmoid",
        "init": "xavier",
        "batch_size": "128",
        "optimizer": "rmsprop",
        "l2": "0.0003",
        "dropout": "0.35",
        "seed": "42",
        "schedule": "cosine",
    }
    with Page(**lesson) as page:
        assert {key: str(page.shown(key)) for key in lesson} == lesson
        assert {key: str(value) for key, value in settings_of(page).items()} == {
            key: value for key, value in lesson.items() if key != "init"
        }
        assert page.link == lesson
        assert page.press("step").iteration() == 1


@pytest.mark.parametrize(
    ("link", "shown"),
    [
        ({"learning_rate": "1e9", "iterations": "99999999", "hidden_size": "5000"}, (10.0, 10_000, 1024)),
        ({"learning_rate": "-1", "iterations": "-5", "hidden_size": "0"}, (0.0001, 1, 1)),
        ({"learning_rate": "0.11", "iterations": "12.9", "hidden_size": "1e1"}, (0.1, 12, 10)),
        ({"learning_rate": "fast", "iterations": "", "hidden_size": "ten"}, (0.1, 500, 10)),
        ({"learning_rate": "nan", "iterations": "nan", "hidden_size": "nan"}, (0.1, 500, 10)),
        ({"iterations": "1e999", "hidden_size": "-inf"}, (0.1, 10_000, 1)),
        ({"lesson": "3", "utm_source": "<script>", "": "x"}, (0.1, 500, 10)),
    ],
)
def test_a_link_that_makes_no_sense_opens_the_page(link: dict[str, str], shown: tuple):
    with Page(**link) as page:
        assert tuple(page.shown(key) for key in ("learning_rate", "iterations", "hidden_size")) == shown
        assert page.press("step").iteration() == 1
        assert not set(page.link) - {"learning_rate", "iterations", "hidden_size"}


@pytest.mark.parametrize("key", [name for name in SETTINGS if name != "dataset"])
def test_nonsense_for_any_other_setting_is_its_default(key: str):
    with Page(**{key: "nonsense"}) as page:
        assert page.shown(key) == CLASSIC.values()[key] and page.link == {}


def test_an_emptied_number_is_no_accident():
    with Page() as page:
        page.set("hidden_size", None).set("seed", None)
        assert page.press("step").iteration() == 1
