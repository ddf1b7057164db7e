"""How it works, 'Bug museum': six cases to solve beside a healthy run; the visitor's own is left alone."""

from nn import Status
from nn.explain.bugs import BUGS
from tests.panels import Lesson
from tests.toy import same_parameters
from ui.lesson.museum import LETTERS
from ui.lesson.museum_words import BUG_WORDS


def test_every_bug_has_its_story():
    assert list(BUG_WORDS) == list(BUGS)
    assert all(len(text) > 5 for words in BUG_WORDS.values() for text in words)


def test_the_museum_hides_the_names_until_they_are_revealed():
    with Lesson("Bug museum") as page:
        assert page.app.button(key="case_A").label == "Case A"
        page.press("case_A")
        bug = page.museum.case.bug
        story = BUG_WORDS[bug.key]
        assert story.revelation not in page.text()
        assert sorted(page.app.selectbox(key="guess_A").options) == sorted(
            words.name for words in BUG_WORDS.values()
        )
        page.set("guess_A", bug.key).press("reveal")
        assert story.revelation in page.text() and "✓ Well spotted" in page.text()
        assert page.museum.solved == {"A"} and page.app.button(key="case_A").label == "Case A ✓"


def test_a_wrong_guess_does_not_count():
    with Lesson("Bug museum") as page:
        page.press("case_B")
        wrong = next(key for key in BUGS if key != page.museum.case.bug.key)
        page.set("guess_B", wrong).press("reveal")
        assert "✗ It is not" in page.text()
        page.set("guess_B", page.museum.case.bug.key).press("reveal")
        assert page.museum.solved == set()


def test_each_bug_has_a_case_and_the_visitors_run_is_left_alone():
    with Lesson("Bug museum") as page:
        mine, before = page.trainer, page.net
        met, former = set(), None
        for letter in LETTERS:
            page.press(f"case_{letter}")
            case = page.museum.case
            met.add(case.bug.key)
            assert mine not in (case.sick, case.healthy)
            if former:
                assert Status.RUNNING not in (former.sick.status, former.healthy.status)
            former = case
        assert met == set(BUGS)
        assert page.trainer is mine and mine.iteration == 0 and same_parameters(page.net, before)


def test_a_case_runs_by_itself_and_draws_both_runs():
    with Lesson("Bug museum") as page:
        page.press("case_C")
        page.wait(lambda page: not page.museum.running)
        case = page.museum.case
        assert case.healthy.status is Status.FINISHED and case.sick.iteration > 0
        assert case.healthy.history.points[-1].dev_accuracy > 0.6
        alt = page.look().alt("museum_accuracy")
        assert f"healthy run at iteration {case.healthy.iteration}" in alt and "this run" in alt
        assert "digits given to it in the way a drawing is" in page.text()
