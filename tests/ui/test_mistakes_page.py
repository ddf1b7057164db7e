"""The page 'Mistakes': counts held against the definition, digits to choose, and nothing computed twice."""

import numpy as np

from data import load_sample
from tests.engine import trainer_of
from tests.panels import Panel
from ui.mistakes.answers import Answers

SAMPLE = load_sample()
CONFUSIONS, PER_DIGIT, SUREST, SURE, A_SAMPLE = (
    "Confusions",
    "Digit by digit",
    "Surest mistakes",
    "How sure, how right",
    "A sample",
)


def script() -> None:
    from ui.mistakes.mistakes import show_mistakes
    from ui.state.session import current_session

    show_mistakes(current_session())


class Mistakes(Panel):
    """The page, with one of its views open and a network that has learned a bit."""

    def __init__(self, view: str = CONFUSIONS) -> None:
        super().__init__(script)
        self.net.train(SAMPLE.X_train, SAMPLE.Y_train, epochs=40)
        self.set("mistakes_view", view)

    @property
    def answers(self) -> Answers:
        """What the network answered when it was asked last."""
        return self.app.session_state["answers"][1]

    def gallery(self, key: str) -> list[str]:
        """Return what stands under the digits, without the pictures."""
        return [option.split(") ", 1)[1] for option in self.app.get_by_key(key).options]


def test_counts_every_held_out_digit_as_it_was_read():
    page = Mistakes()
    predicted = page.trainer.net.predict(SAMPLE.X_dev)
    right = np.sum(predicted == SAMPLE.Y_dev)
    assert (
        f"**{right} of {len(SAMPLE.X_dev)}** held-out digits read correctly ({right / 500:.1%})"
        in page.text()
    )
    page.set("is_a", 4).set("read_as", 9)
    count = np.sum((SAMPLE.Y_dev == 4) & (predicted == 9))
    assert f"**{count}** of {np.sum(SAMPLE.Y_dev == 4)}" in page.text()


def test_begins_with_the_worst_confusion_and_tells_it_in_words():
    page = Mistakes()
    predicted = page.trainer.net.predict(SAMPLE.X_dev)
    counts = {
        (a, b): int(np.sum((SAMPLE.Y_dev == a) & (predicted == b)))
        for a in range(10)
        for b in range(10)
        if a != b
    }
    (a, b), most = max(counts.items(), key=lambda item: item[1])
    words = f"**{a} read as {b}**: {most} times, {most / np.sum(SAMPLE.Y_dev == a):.1%} of all {a}s"
    assert words in [button.label for button in page.app.button]
    assert (page.shown("is_a"), page.shown("read_as")) == (a, b)


def test_a_cell_shows_its_digits_the_most_confident_first():
    page = Mistakes()
    page.set("is_a", 1).set("read_as", 1)
    probabilities = page.trainer.net.predict_proba(SAMPLE.X_dev)
    in_cell = (SAMPLE.Y_dev == 1) & (probabilities.argmax(axis=1) == 1)
    wanted = sorted(probabilities[in_cell, 1], reverse=True)[:9]
    assert page.gallery("gallery_cell") == [f"{p:.0%} sure" for p in wanted]


def test_a_confusion_in_words_chooses_its_cell():
    page = Mistakes()
    worst = [button for button in page.app.button if button.key.startswith("worst_")]
    assert len(worst) == 6
    worst[3].click()
    page.look()
    assert worst[3].key == f"worst_{page.shown('is_a')}_{page.shown('read_as')}"


def test_a_chosen_digit_takes_the_place_of_the_canvas_pixel_for_pixel():
    page = Mistakes(SUREST)
    probabilities = page.trainer.net.predict_proba(SAMPLE.X_dev)
    wrong = np.flatnonzero(probabilities.argmax(axis=1) != SAMPLE.Y_dev)
    surest = wrong[probabilities[wrong].max(axis=1).argmax()]
    page.set("gallery_surest", page.app.get_by_key("gallery_surest").options[0])
    np.testing.assert_array_equal(page.session.digit, SAMPLE.X_dev[surest].reshape(28, 28))
    assert page.session.exhibit.title == f"Held-out digit {surest}: {SAMPLE.Y_dev[surest]}"
    assert page.shown("gallery_surest") is None  # it may be chosen again


def test_the_surest_mistakes_are_mistakes_and_fall():
    page = Mistakes(SUREST)
    told = page.gallery("gallery_surest")
    assert len(told) == 24
    for text in told:
        is_a, read_as = text.split("**")[1].split(" → ")
        assert is_a != read_as
    sureness = [int(text.rsplit(" ", 1)[1].rstrip("%")) for text in told]
    assert sureness == sorted(sureness, reverse=True)


def test_precision_and_recall_of_a_digit_in_numbers_and_words():
    page = Mistakes(PER_DIGIT).set("in_words", 3)
    predicted = page.trainer.net.predict(SAMPLE.X_dev)
    both = np.sum((predicted == 3) & (SAMPLE.Y_dev == 3))
    recall, precision = both / np.sum(SAMPLE.Y_dev == 3), both / np.sum(predicted == 3)
    assert f"reads {both} as 3: {recall:.1%}." in page.text()
    assert f"is right {both} times: {precision:.1%}." in page.text()
    assert f"| **3** | 50 | {np.sum(predicted == 3)} | {both} | **{recall:.1%}** |" in page.says("per_digit")


def test_says_how_often_it_is_right_when_it_says_so():
    page = Mistakes(SURE).set("said", 60)
    probabilities = page.trainer.net.predict_proba(SAMPLE.X_dev)
    sure = probabilities.max(axis=1)
    near = (sure >= 0.55) & (sure <= 0.65)
    right = np.mean(probabilities.argmax(axis=1)[near] == SAMPLE.Y_dev[near])
    assert f"it is right in **{right:.0%}** of the cases, {near.sum()} digits" in page.says(
        "calibration_words"
    )
    assert page.alt("calibration").startswith("How often it is right, by how sure it is: ")


def test_the_sample_marks_right_and_wrong_not_by_colour_alone():
    page = Mistakes(A_SAMPLE)
    told = page.gallery("gallery_sample")
    right = [text for text in told if "✓" in text]
    assert len(told) == 40 and len(right) + sum("✗" in text for text in told) == 40
    assert f"**{len(right)} of 40 right.**" in page.text()
    assert page.press("other_digits").gallery("gallery_sample") != told


def test_test_digits_and_the_expert():
    page = Mistakes()
    page.set("mistakes_split", "Test digits").set("mistakes_network", "Expert")
    right = np.sum(page.session.expert.predict(SAMPLE.X_test) == SAMPLE.Y_test)
    assert f"**{right} of 500** test digits read correctly" in page.text()
    assert "may have seen some of these" in page.text()  # the sample is part of what the expert learned from


def test_an_idle_page_asks_no_network_twice():
    page = Mistakes()
    before = page.answers
    page.look().set("mistakes_view", SUREST)
    page.set("mistakes_view", CONFUSIONS).set("per_cent", True)
    assert page.answers is before
    page.trainer.step()
    after = page.look().answers
    np.testing.assert_array_equal(after.probabilities, page.net.predict_proba(SAMPLE.X_dev))
    assert not np.array_equal(after.probabilities, before.probabilities)


def test_weights_that_have_exploded_are_told_in_words():
    page = Mistakes()
    net = trainer_of(page.trainer).net
    net.parameters = net.parameters._replace(W2=net.W2 * np.float32(np.nan))
    assert "exploded" in page.look().text()
