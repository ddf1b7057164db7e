"""The page as a visitor meets it: it opens, reads drawings, trains, pauses, steps, and starts anew."""

import numpy as np
import pytest

from data import load_sample
from data.drawing import to_mnist
from nn import TwoLayerNN
from nn.expert import load_expert
from tests.engine import trainer_of
from tests.page import Page, pixels
from tests.pen import on_canvas, picture, read_pen

SAMPLE = load_sample()
DIGIT = pixels(SAMPLE.X_test[0])


def test_opens_on_the_sample_with_an_untrained_network():
    with Page() as page:
        assert page.app.title[0].value == "Digits from Scratch"
        assert "Ready" in page.says("status") and "untrained" in page.says("status")
        assert page.iteration() == 0
        assert page.shown("dataset") == "sample" and len(page.session.dataset.X_train) == 4000
        assert 0 < page.number("dev_accuracy") < 0.35  # it guesses: about one in ten
        assert page.link == {} and not page.app.error


def test_the_numbers_are_the_networks():
    with Page() as page:
        net = TwoLayerNN(seed=0)  # the defaults: 10 hidden units, ReLU, uniform
        accuracy = np.mean(net.predict(SAMPLE.X_dev) == SAMPLE.Y_dev)
        assert page.says("dev_accuracy") == f"{accuracy:.1%}"
        assert f"{accuracy:.1%} on held-out digits" in page.alt("accuracy_chart")


def test_invites_to_draw_while_the_canvas_is_empty():
    with Page() as page:
        for _ in range(2):
            assert page.says("prediction") == "–"
            assert page.says("your_prediction") == "–" and "Draw a digit" in page.says("reading")
            assert page.alt("network_sees") == "What the network sees: nothing yet."
            assert page.alt("probabilities") == "No drawing yet."
            page.draw(np.zeros((280, 280), np.uint8))  # a canvas that has been wiped is empty, too


def test_reads_before_it_has_learned_and_says_so():
    with Page() as page:
        page.draw(DIGIT)
        X = to_mnist(DIGIT).reshape(1, -1)
        probabilities = page.trainer.net.predict_proba(X)[0]
        assert page.says("prediction") == str(load_expert().predict(X)[0]) == str(SAMPLE.Y_test[0])
        assert page.says("your_prediction") == str(probabilities.argmax())
        assert "untrained" in page.says("reading")
        assert "28 by 28" in page.alt("network_sees")
        assert f"yours: {probabilities.argmax()} {probabilities.max():.0%}" in page.alt("probabilities")
        assert "untrained" not in page.press("step").look().says("reading")  # after a single step


def test_step_makes_one_iteration():
    with Page() as page:
        before = page.alt("loss_chart"), page.trainer.net.W1.copy()
        page.press("step")
        assert page.iteration() == 1 and "Paused" in page.says("status")
        assert "Loss after 1 iterations" in page.alt("loss_chart") and page.alt("loss_chart") != before[0]
        assert not np.array_equal(page.trainer.net.W1, before[1])
        page.press("step").press("step")
        assert page.iteration() == 3 == page.trainer.iteration


@pytest.fixture(scope="module")
def trained() -> Page:
    """A page on which the classic run has come to its end."""
    return Page().train_to_the_end()


def test_the_classic_run_learns(trained: Page):
    assert trained.iteration() == 500
    assert trained.number("dev_accuracy") > 0.75 and trained.number("train_accuracy") > 0.75
    assert trained.app.button(key="train").disabled and trained.app.button(key="step").disabled


def test_reads_digits_it_has_never_seen(trained: Page):
    answers = [trained.draw(pixels(digit)).says("your_prediction") for digit in SAMPLE.X_test[:20]]
    assert np.mean([a == str(y) for a, y in zip(answers, SAMPLE.Y_test, strict=False)]) >= 0.7
    assert "sure" in trained.says("reading") and "untrained" not in trained.says("reading")


def test_reads_what_was_written_with_a_pen(trained: Page):
    digits = [digit for digit in read_pen() if digit.writer == 25 and digit.label in (0, 2, 3, 6)][::8]
    answers = [trained.draw(picture(on_canvas(digit.strokes))).says("your_prediction") for digit in digits]
    assert np.mean([a == str(d.label) for a, d in zip(answers, digits, strict=True)]) >= 0.6


def test_a_drawing_does_not_disturb_the_training():
    with Page(iterations="10000") as page:
        page.press("train").draw(DIGIT)
        drawn = page.trainer.iteration
        readings = {page.alt("probabilities")}
        page.wait(lambda page: page.trainer.iteration > drawn + 20)
        page.wait(lambda page: readings.add(page.alt("probabilities")) or len(readings) > 3)  # it goes on
        assert "Running" in page.says("status") and "per second" in page.says("status")


def test_pause_keeps_what_was_learned():
    with Page(iterations="10000") as page:
        assert page.app.button(key="train").label == "Train"
        page.press("train").wait(lambda page: page.iteration() > 5)
        assert page.app.button(key="train").label == "Pause" and page.app.button(key="step").disabled
        page.press("train")
        stopped = page.trainer.iteration
        assert "Paused" in page.says("status") and page.app.button(key="train").label == "Train"
        assert stopped > 5 and page.look().look().iteration() == stopped
        page.press("train").wait(lambda page: page.iteration() > stopped)


def test_reset_starts_anew_and_leaves_the_drawing():
    with Page() as page:
        start = page.draw(DIGIT).says("reading"), page.trainer.net.W1.copy(), page.alt("accuracy_chart")
        page.press("step").press("step").press("reset")
        assert "Ready" in page.says("status") and page.iteration() == 0
        assert (page.says("reading"), page.alt("accuracy_chart")) == (start[0], start[2])
        np.testing.assert_array_equal(page.trainer.net.W1, start[1])


def test_reset_ends_a_run_under_way():
    with Page(iterations="10000") as page:
        old = page.press("train").trainer
        page.press("reset")
        assert page.trainer is not old and "Ready" in page.says("status")
        stopped = old.iteration
        page.wait(lambda page: page.press("step").iteration() == 5)
        assert old.iteration == stopped and old.status != "running"


def test_clear_empties_prediction_and_picture():
    with Page() as page:
        assert page.draw(DIGIT).says("prediction") != "–"
        page.press("clear")
        assert page.says("prediction") == "–" and "nothing" in page.alt("network_sees")
        assert page.look().says("prediction") == "–"  # what the canvas sent last is not taken up again
        assert page.draw(DIGIT[::-1]).says("prediction") != "–"


def test_a_finished_run_goes_on_when_there_are_more_iterations():
    with Page(iterations="3") as page:
        page.train_to_the_end()
        page.set("iterations", 6)
        assert "Paused" in page.says("status") and not page.app.button(key="train").disabled
        page.train_to_the_end()
        assert page.iteration() == 6


def test_a_loss_that_explodes_is_told_in_words():
    with Page(learning_rate="10") as page:
        page.draw(DIGIT).press("train").wait(lambda page: "Diverged" in page.says("status"))
        assert "exploded" in page.says("status") and "Lower the learning rate" in page.says("status")
        assert page.app.button(key="train").disabled
        page.set("learning_rate", 0.1).press("reset").press("step")
        assert "Paused" in page.says("status") and page.iteration() == 1


def test_a_network_that_is_stuck_is_told_in_words():
    with Page(iterations="40") as page:
        net = trainer_of(page.trainer).net
        net.parameters = net.parameters._replace(b1=net.b1 - 1000)  # every hidden unit is dead
        page.train_to_the_end()
        assert "Stuck" in page.says("status")


def test_an_error_inside_a_run_is_told_in_words(monkeypatch: pytest.MonkeyPatch):
    def fail(seconds: float) -> None:
        raise MemoryError("no room for the gradient")

    with Page(iterations="20") as page:
        monkeypatch.setattr(trainer_of(page.trainer), "advance", fail)
        page.press("train").wait(lambda page: "Stopped:" in page.says("status"))
        assert "no room for the gradient" in page.says("status")
        assert page.press("reset").train_to_the_end().iteration() == 20  # the workers have survived


def test_two_visitors_do_not_disturb_each_other():
    with Page() as one, Page(hidden_size="20", seed="3") as other:
        one.draw(DIGIT).press("step")
        other.set("learning_rate", 0.5).press("train").wait(lambda page: page.iteration() > 5)
        assert one.look().iteration() == 1 and one.shown("learning_rate") == 0.1
        assert other.says("prediction") == "–" and one.says("prediction") != "–"
        assert (one.trainer.net.hidden_size, other.trainer.net.hidden_size) == (10, 20)
        assert (one.link, other.link["seed"]) == ({}, "3")


def test_an_exception_on_the_page_would_be_noticed(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("ui.train.training._show_curves", lambda session: 1 / 0)
    with pytest.raises(AssertionError, match="encountered an error"):
        Page()
