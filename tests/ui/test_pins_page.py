"""How it got there, 'Pins': drawings kept, and a picture of what was read of each on the way."""

import numpy as np

from nn import Hyperparameters, Trainer, TwoLayerNN
from tests.runs import DIGITS, SAMPLE, RunsPage, toy_run
from ui.history.pins import MOST_SEEN, follow, heatmap, settled_since


def test_pins_up_to_six_and_unpins():
    with RunsPage("Pins", iterations="10") as page:
        assert page.disabled("pin_here")  # nothing is drawn
        for digit in DIGITS[:6]:
            page.draw(digit).press("pin_here")
            assert page.disabled("pin_here")  # it is pinned already
        assert len(page.session.pins) == 6
        assert page.draw(DIGITS[6]).disabled("pin_here")  # no room
        second = page.session.pins[1]
        page.press("unpin_0")
        assert len(page.session.pins) == 5 and page.session.pins[0] is second
        assert not page.disabled("pin_here")


def test_what_is_shown_is_what_the_network_read_at_each_moment():
    with RunsPage("Pins", iterations="30") as page:
        page.draw(DIGITS[0]).press("pin_here").train_to_the_end()
        (pin,), trainer = page.session.pins, page.trainer
        seen = follow({}, trainer, [pin])
        again = Trainer(TwoLayerNN(seed=0), SAMPLE, Hyperparameters(iterations=30))
        for iteration, probabilities in seen.items():
            while again.iteration < iteration:
                again.step()
            np.testing.assert_array_equal(probabilities, again.net.predict_proba(pin.reshape(1, -1)))
        assert set(seen) >= set(trainer.checkpoint_iterations) and list(seen) == sorted(seen)
        answer, since = seen[30][0].argmax(), settled_since(seen, 0)
        assert all(p[0].argmax() == answer for k, p in seen.items() if k >= since)
        earlier = [k for k in seen if k < since]
        assert not earlier or seen[earlier[-1]][0].argmax() != answer
        assert f"**{answer}** {seen[30][0].max():.0%}" in page.text()


def test_the_picture_holds_each_moment_until_the_next_and_ends_grey():
    certain = np.eye(10)
    seen = {0: certain[[3]], 50: certain[[7]]}
    picture = heatmap(seen, 0, 100)
    bright = picture.astype(int).sum(axis=2) > 200
    assert picture.shape == (10, 160, 3)
    assert bright[3, :75].all() and not bright[:3].any() and not bright[3, 80:].any()
    assert (picture[:, 100:] == 60).all() and not (picture[:, :75] == 60).any()


def test_what_is_remembered_of_the_readings_is_bounded():
    run, seen, pins = toy_run(), {}, [np.full((2, 3), 0.5, np.float32)]
    for k in range(MOST_SEEN + 60):
        run.trainer.step()
        rising = follow(seen, run.trainer, pins)
        assert list(rising) == sorted(rising) and list(rising)[-1] == k + 1 and len(seen) <= MOST_SEEN
    assert list(rising)[0] == 0 and len(rising) > MOST_SEEN / 3


def test_another_run_has_readings_of_its_own():
    with RunsPage("Pins", iterations="30") as page:
        page.draw(DIGITS[0]).press("pin_here").train_to_the_end()
        assert max(page.app.session_state["pin_readings"][1]) == 30
        page.press("reset")
        assert list(page.app.session_state["pin_readings"][1]) == [0]
