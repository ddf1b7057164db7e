"""What comes over the socket: read while the pen moves, no press lost, a visit that comes back."""

import itertools
import re
import statistics
from collections.abc import Callable

import pytest
from playwright.sync_api import WebSocketRoute, expect

from tests.browser.pages import open_view, turn_to
from tests.browser.visitor import PATIENCE, Visitor
from tests.pen import SEVEN

Visit = Callable[..., Visitor]
SOCKET = re.compile(r"/live\?")
TOKEN = "() => sessionStorage.getItem('digits.visit')"

# Notes when the pen moved, and when the bars moved after that; a move that was not waited for is left out.
CLOCK = """() => {
  window.times = [];
  let moved = null;
  document.addEventListener("pointermove", () => (moved ??= performance.now()), true);
  const bars = document.querySelector(".st-key-probabilities");
  new MutationObserver(() => {
    if (moved !== null) window.times.push(performance.now() - moved);
    moved = null;
  }).observe(bars, { subtree: true, attributes: true, attributeFilter: ["style"] });
}"""


def test_bars_digits_and_picture_move_during_the_stroke(visit: Visit):
    visitor = visit()
    seen, bars = {visitor.seen()}, set()
    for stroke in SEVEN:
        visitor.page.mouse.up()
        visitor.put_down(stroke[:1])
        for start, end in itertools.pairwise(stroke):
            for share in (1 / 3, 2 / 3, 1):
                visitor.go_on(tuple(a + share * (b - a) for a, b in zip(start, end, strict=True)))
                visitor.wait(lambda: visitor.seen() not in seen)  # each move is answered
                visitor.rest()
                seen.add(visitor.seen())
                bars.add(tuple(visitor.bars()))
    expect(visitor.prediction).to_have_text("7", timeout=PATIENCE)  # the pen is still down
    assert len(bars) > 4
    heights = [float(height.rstrip("%")) for height in visitor.bars("expert")]
    assert max(heights) == heights[7] > 90
    visitor.page.mouse.up()


def test_pen_to_bars_takes_milliseconds(visit: Visit):
    visitor = visit()
    visitor.page.evaluate(CLOCK)
    x, y = SEVEN[0][0]
    visitor.put_down([(x, y)])
    for step in range(40):
        visitor.go_on((x + 3 * step, y + 4 * (step % 20)))
        visitor.page.wait_for_timeout(30)
    visitor.page.mouse.up()
    times = visitor.page.evaluate("window.times")
    print(f"pen to bars: median {statistics.median(times):.1f} ms of {len(times)}")
    assert len(times) > 20
    assert statistics.median(times) < 100  # 35 on a computer that does nothing else


def test_values_stand_under_the_pointer(visit: Visit):
    visitor = visit("?iterations=20")
    visitor.button("train").click()
    visitor.see("status", "Finished")
    visitor.at("accuracy_chart").get_by_role("img").hover()
    visitor.see("accuracy_chart", r"iteration \d+\s*training [\d.]+%\s*held out [\d.]+%")
    visitor.at("loss_chart").get_by_role("img").hover()
    visitor.see("loss_chart", r"training \d\.\d{3}")


def test_no_press_is_lost_and_none_acts_twice(visit: Visit):
    visitor = visit("?iterations=10000")
    step = visitor.button("step")
    step.evaluate("button => { button.click(); button.click(); }")
    visitor.see("status", "Paused · iteration 2 of")
    visitor.page.keyboard.press("s")
    visitor.see("status", "iteration 3 of")
    visitor.slide("learning_rate", "ArrowRight")  # the page is run again
    expect(visitor.page).to_have_url(re.compile("learning_rate=0.15"), timeout=PATIENCE)
    typed = visitor.at("hidden_size").locator("input")
    typed.press("s")  # is typed, not pressed
    typed.press("t")
    visitor.page.wait_for_timeout(1000)
    visitor.see("status", "Paused · iteration 3 of")
    visitor.button("reset").click()
    visitor.see("status", "Ready · iteration 0 of")


def test_train_and_pause_pressed_twice_say_what_is_wanted(visit: Visit):
    visitor = visit("?iterations=10000")
    train = visitor.button("train")
    train.evaluate("button => { button.click(); button.click(); }")  # Train, and Pause
    visitor.page.wait_for_timeout(1500)
    visitor.see("train", "Train")
    visitor.see("status", "Ready|Paused")
    stands = visitor.iteration()
    visitor.page.wait_for_timeout(500)
    assert visitor.iteration() == stands
    train.evaluate("button => { for (let k = 0; k < 3; k++) button.click(); }")  # Train, Pause, Train
    visitor.wait(lambda: visitor.iteration() > stands + 20)
    visitor.see("train", "Pause")
    visitor.slide("learning_rate", "ArrowRight")  # the page is run again: the presses before are not repeated
    expect(visitor.page).to_have_url(re.compile("learning_rate=0.15"), timeout=PATIENCE)
    before = visitor.iteration()
    visitor.wait(lambda: visitor.iteration() > before + 20)
    visitor.see("status", "Running")


BAD_READINGS = """async () => {
  const checks = await import("/live/js/checks.js");
  const ten = Array(10).fill(0.1);
  const bad = [
    null, [], "x", 1, {expert: ten.slice(1)}, {expert: [...ten.slice(1), 2]},
    {expert: [...ten.slice(1), "0.1"]},
    {expert: [...ten.slice(1), NaN]}, {expert: {length: 10}, yours: "0123456789", sees: "AAAA"},
    {sees: "*".repeat(1048)},
  ];
  return bad.map(checks.reading).every((r) => r === null || (!r.expert && !r.yours && !r.sees));
}"""

BAD_RUNS = """async () => {
  const { run } = await import("/live/js/checks.js");
  const good = {id: "a", iteration: 1, iterations: 5, status: "running", points: [[0, 2.3, 0.1, null, null]]};
  const changes = [
    {status: "<b>"}, {status: 1}, {iteration: -1}, {iteration: 0.5}, {iteration: "1"}, {iterations: Infinity},
    {points: null}, {points: [[0, 1, 2, 3]]}, {points: [[0, 1, 2, 3, "4"]]}, {points: [["0", 1, 2, 3, 4]]},
    {points: [[0, NaN, 0, 0, 0]]}, {points: Array(5001).fill([0, 1, 1, 1, 1])}, {id: "x".repeat(101)},
  ];
  return run(good) !== null && changes.every((change) => run({...good, ...change}) === null);
}"""

LONG_RUN = """async () => {
  const { thinned } = await import("/live/js/run.js");
  return thinned(Array.from({length: 3001}, (_, k) => [k]), 400).map(([k]) => k);
}"""


def test_what_the_scripts_receive_is_checked_and_a_long_run_keeps_its_ends(visit: Visit):
    page = visit().page
    assert page.evaluate(BAD_READINGS)
    assert page.evaluate(BAD_RUNS)
    chosen = page.evaluate(LONG_RUN)
    assert len(chosen) == 400 and chosen[0] == 0 and chosen[-1] == 3000
    assert {after - before for before, after in itertools.pairwise(chosen)} <= {7, 8}


def test_a_reload_brings_back_run_history_drawing_and_pins(visit: Visit):
    visitor = visit("?learning_rate=0.3&hidden_size=16&seed=4&iterations=60")
    visitor.draw_and_train()
    turn_to(visitor, "How it got there")
    open_view(visitor, "Pins", "pin_here")
    visitor.button("pin_here").click()
    expect(visitor.at("pin_0")).to_be_visible(timeout=PATIENCE)
    open_view(visitor, "Rewind", "rewind")
    visitor.at("rewind").get_by_role("slider").press("ArrowLeft")  # look at an earlier moment, too
    visitor.see("status", r"Paused · iteration [1-5]\d of 60")
    visitor.see("status", "Looking back")
    visitor.page.mouse.move(2, 2)
    visitor.rest()
    before = looks(visitor)
    visitor.page.reload()
    visitor.canvas.wait_for()
    visitor.wait(lambda: looks(visitor) == before)
    open_view(visitor, "Pins", "pin_0")
    open_view(visitor, "Rewind", "rewind")
    visitor.button("back_to_end").click()
    visitor.see("status", "Finished · iteration 60 of 60")
    turn_to(visitor, "Train")
    assert visitor.curve("accuracy_chart").get_attribute("d").count("L") > 2
    assert "learning_rate=0.3" in visitor.page.url and "seed=4" in visitor.page.url
    expect(visitor.at("hidden_size").locator("input")).to_have_value("16")
    visitor.see("learning_rate", "0.3")
    visitor.draw([[(60, 200), (220, 200)]])  # the canvas that came back takes a pen
    assert visitor.ink() > before[0]


def looks(visitor: Visitor) -> tuple[object, ...]:
    """What of a visit is seen at the left of every page."""
    read = visitor.prediction.inner_text()
    return visitor.ink(), read, visitor.seen(), visitor.bars(), visitor.at("status").inner_text()


def test_a_second_tab_is_another_visitor(visit: Visit):
    visitor = visit()
    for k in (1, 2):
        visitor.button("step").click()
        visitor.see("status", f"iteration {k} of")
    token = visitor.page.evaluate(TOKEN)
    second = Visitor(visitor.page.context.new_page(), visitor.page.url)
    second.see("status", "Ready · iteration 0 of")
    assert second.page.evaluate(TOKEN) not in (None, token)
    copied = visitor.page.context.new_page()  # what a browser's 'Duplicate tab' makes
    copied.add_init_script(
        f"sessionStorage.getItem('digits.visit') ?? sessionStorage.setItem('digits.visit', '{token}')"
    )
    copy = Visitor(copied, visitor.page.url)
    copy.wait(lambda: copy.page.evaluate(TOKEN) != token)
    copy.see("status", "Ready · iteration 0 of")
    second.button("step").click()
    second.see("status", "iteration 1 of")
    visitor.button("step").click()
    visitor.see("status", "iteration 3 of")
    assert second.iteration() == 1 and copy.iteration() == 0
    assert visitor.page.evaluate(TOKEN) == token


@pytest.mark.slow
def test_without_the_socket_the_page_is_refreshed_by_streamlit(visit: Visit):
    is_blocked = [True]

    def route(socket: WebSocketRoute) -> None:
        socket.close() if is_blocked[0] else socket.connect_to_server()

    visitor = visit("?iterations=300", route=(SOCKET, route))
    visitor.see("status", "connection lost, trying again")
    chart = visitor.at("accuracy_chart").get_by_test_id("stVegaLiteChart")
    expect(chart).to_be_visible(timeout=PATIENCE)  # Streamlit has taken over
    visitor.draw(SEVEN)
    expect(visitor.prediction).to_have_text("7", timeout=PATIENCE)
    visitor.button("step").click()
    visitor.see("status", "Paused · iteration 1 of 300")
    visitor.button("train").click()
    iterations: set[int] = set()
    visitor.wait(lambda: iterations.add(visitor.iteration()) or len(iterations) > 2)
    visitor.see("status", "Finished · iteration 300 of 300")
    expect(chart).to_have_attribute("aria-label", re.compile("Accuracy after 300"), timeout=PATIENCE)
    visitor.button("clear").click()
    expect(visitor.prediction).to_have_text("–", timeout=PATIENCE)
    is_blocked[0] = False  # and gives back, once the socket opens
    visitor.ready()
    visitor.see("status", "Finished · iteration 300 of 300")
    visitor.draw(SEVEN)
    expect(visitor.prediction).to_have_text("7", timeout=PATIENCE)


PARTS = (
    *("train", "step", "reset", "clear", "status", "train_accuracy", "dev_accuracy", "accuracy_chart"),
    *("loss_chart", "network_sees", "prediction", "your_prediction", "probabilities"),
)


@pytest.mark.parametrize(("width", "height", "theme"), [(1280, 720, "dark"), (390, 844, "light")])
def test_nothing_jumps(visit: Visit, width: int, height: int, theme: str):
    visitor = visit("?iterations=3", width=width, height=height, color_scheme=theme)

    def tops() -> dict[str, float]:
        visitor.page.evaluate("document.querySelector('[data-testid=stMain]').scrollTo(0, 0)")
        return {part: visitor.at(part).bounding_box()["y"] for part in PARTS}

    visitor.page.wait_for_timeout(300)
    before = tops()
    visitor.draw_and_train()
    visitor.page.mouse.move(2, 2)
    assert tops() == before
