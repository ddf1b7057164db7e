"""A run on the page starts from the expert's weights, and distorted digits are learned at once."""

import numpy as np

from data import load_sample
from nn.expert import load_expert
from tests.engine import trainer_of
from tests.page import Page, pixels

SAMPLE = load_sample()
DIGIT, LABEL = SAMPLE.X_test[0], SAMPLE.Y_test[0]
EXPERT = load_expert()


def test_training_starts_from_the_experts_weights():
    with Page(init="expert", iterations="20", learning_rate="0.001") as page:
        page.draw(pixels(DIGIT))
        np.testing.assert_array_equal(page.trainer.net.W1, EXPERT.W1)
        assert page.says("your_prediction") == page.says("prediction") == str(LABEL)
        assert "untrained" not in page.says("reading") + page.says("status")
        assert "Trained before (the expert)" in page.says("status")
        page.press("step")
        assert not np.array_equal(page.trainer.net.W1, EXPERT.W1)
        np.testing.assert_array_equal(page.session.expert.W1, EXPERT.W1)  # a copy is trained, not the expert


def test_the_switch_distorts_the_digits_of_a_run_under_way():
    with Page(batch_size="16", iterations="10000") as page:
        assert not page.session.run.distorted
        page.press("train").wait(lambda page: page.iteration() > 5)
        net = trainer_of(page.trainer).net
        page.set("distort", True)
        assert page.session.run.distorted and page.link["distort"] == "1"
        assert trainer_of(page.trainer).net is net
        changed = page.trainer.iteration
        page.wait(lambda page: page.iteration() > changed + 5)
        assert not page.set("distort", False).session.run.distorted


def test_a_distorted_step_is_another_step():
    with Page(batch_size="16") as plain, Page(batch_size="16", distort="1") as bent:
        np.testing.assert_array_equal(plain.trainer.net.W1, bent.trainer.net.W1)
        plain.press("step"), bent.press("step")
        assert not np.array_equal(plain.trainer.net.W1, bent.trainer.net.W1)
