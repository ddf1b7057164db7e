"""A visitor trains in a real browser: the numbers rise live, and every control does what it says."""

import re
from collections.abc import Callable

from playwright.sync_api import expect

from tests.browser.visitor import PATIENCE, Visitor

Visit = Callable[..., Visitor]


def test_the_numbers_rise_while_it_trains(visit: Visit):
    visitor = visit("?iterations=10000")
    visitor.see("status", "Ready · iteration 0 of 10,000")
    visitor.button("train").click()
    iterations, curves = set(), set()
    curve = visitor.curve("accuracy_chart")

    def several() -> bool:
        iterations.add(visitor.iteration())
        curves.add(curve.get_attribute("d"))
        return len(iterations) > 4 and len(curves) > 4

    visitor.wait(several)  # without a click, a key or a reload
    visitor.see("status", "Running .* per second .* left")
    visitor.wait(lambda: float(visitor.at("dev_accuracy").locator(".live-metric").inner_text()[:-1]) > 50)


def test_pause_keeps_the_iteration_and_train_goes_on(visit: Visit):
    visitor = visit("?iterations=10000")
    visitor.train_until(10)
    visitor.see("train", "Pause")
    expect(visitor.button("step")).to_be_disabled()
    visitor.button("train").click()
    visitor.see("status", "Paused")
    paused = visitor.iteration()
    visitor.page.wait_for_timeout(1500)  # three refreshes, were there any
    assert visitor.iteration() == paused >= 10
    visitor.button("step").click()
    visitor.see("status", f"iteration {paused + 1:,} of")
    visitor.train_until(paused + 20)


def test_a_run_comes_to_its_end_by_itself(visit: Visit):
    visitor = visit("?iterations=60")
    visitor.button("train").click()
    visitor.see("status", "Finished · iteration 60 of 60")
    expect(visitor.button("train")).to_be_disabled(timeout=PATIENCE)
    visitor.see("train", "Train")
    visitor.button("reset").click()
    visitor.see("status", "Ready · iteration 0 of 60")
    expect(visitor.button("train")).to_be_enabled(timeout=PATIENCE)


def test_the_learning_rate_changes_in_the_middle_of_a_run(visit: Visit):
    visitor = visit("?iterations=10000")
    visitor.train_until(5)
    visitor.slide("learning_rate", "ArrowRight")
    expect(visitor.page).to_have_url(re.compile("learning_rate=0.15"), timeout=PATIENCE)
    visitor.slide("learning_rate", "ArrowRight")
    expect(visitor.page).to_have_url(re.compile("learning_rate=0.2"), timeout=PATIENCE)
    changed = visitor.iteration()
    assert changed >= 5  # nothing began anew
    visitor.wait(lambda: visitor.iteration() > changed + 5)
    visitor.see("status", "Running")


def test_a_link_opens_the_same_lesson_for_somebody_else(visit: Visit):
    visitor = visit("?learning_rate=0.3&hidden_size=16&seed=4")
    visitor.button("step").click()
    visitor.see("status", "iteration 1 of")
    visitor.slide("iterations", "ArrowRight")
    expect(visitor.page).to_have_url(re.compile("iterations=501"), timeout=PATIENCE)
    link = visitor.page.url
    other = visit("?" + link.partition("?")[2])
    other.see("status", "Ready · iteration 0 of 501")
    assert other.page.url == link and "learning_rate=0.3" in link and "seed=4" in link
    expect(other.at("hidden_size").locator("input")).to_have_value("16")
    other.see("learning_rate", "0.3")


def test_keys_train_step_reset_and_clear(visit: Visit):
    visitor = visit("?iterations=10000")
    visitor.draw([[(100, 60), (180, 220)]])
    expect(visitor.prediction).to_have_text(re.compile(r"\d"), timeout=PATIENCE)
    press = visitor.page.keyboard.press
    press("s")
    visitor.see("status", "Paused · iteration 1 of")
    press("t")
    visitor.wait(lambda: visitor.iteration() > 5)
    press("t")
    visitor.see("status", "Paused")
    press("0")
    visitor.see("status", "Ready · iteration 0 of")
    press("x")
    expect(visitor.prediction).to_have_text("–", timeout=PATIENCE)


def test_the_modern_preset_goes_into_the_link(visit: Visit):
    visitor = visit()
    visitor.button("modern").click()
    expect(visitor.page).to_have_url(re.compile("hidden_size=128.*optimizer=adam"), timeout=PATIENCE)
    visitor.train_until(100)
    visitor.button("classic").click()
    visitor.see("status", "Ready · iteration 0 of 500")
    expect(visitor.page).to_have_url(re.compile(r"/(\?)?$"), timeout=PATIENCE)


def test_two_visitors_at_once_do_not_disturb_each_other(visit: Visit):
    one, other = visit("?iterations=10000"), visit("?seed=7&hidden_size=20")
    one.button("train").click()
    other.draw([[(90, 60), (190, 60), (130, 220)]])
    expect(other.prediction).to_have_text(re.compile(r"\d"), timeout=PATIENCE)
    other.button("step").click()
    other.see("status", "Paused · iteration 1 of 500")
    one.wait(lambda: one.iteration() > 20)
    one.slide("learning_rate", "ArrowLeft")
    expect(one.page).to_have_url(re.compile("learning_rate=0.09"), timeout=PATIENCE)
    assert other.iteration() == 1 and "learning_rate" not in other.page.url
    other.see("learning_rate", "0.1")
    expect(one.prediction).to_have_text("–")
    other.button("reset").click()
    other.see("status", "Ready")
    seen = one.iteration()
    one.wait(lambda: one.iteration() > seen)
    one.see("status", "Running")
