"""The live parts in a real browser: read while the pen moves, curves that grow, a socket that comes back."""

import json
import re
import statistics
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.server import free_port, serve
from tests.pen import SEVEN

APP = str(Path(__file__).parent / "live" / "app.py")
PATIENCE = 30_000

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


@pytest.fixture(scope="module")
def live_server(chromium: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    log = tmp_path_factory.mktemp("live") / "log.txt"
    with serve(log, APP) as url:
        yield url
    assert "Traceback" not in log.read_text(), log.read_text()


@pytest.fixture
def open_page(browser: Browser, live_server: str) -> Iterator[Callable[..., Page]]:
    with ExitStack() as stack:
        problems: list[str] = []

        def open_it(query: str = "", **options: object) -> Page:
            context = browser.new_context(viewport={"width": 1280, "height": 800}, **options)
            stack.callback(context.close)
            page = context.new_page()
            page.set_default_timeout(PATIENCE)
            page.on("pageerror", lambda error: problems.append(str(error)))
            page.goto(live_server + query)
            ready(page)
            return page

        yield open_it
        assert problems == []


def ready(page: Page) -> None:
    expect(page.locator(".st-key-loss_chart .curve.training:not(.parent)")).to_have_attribute(
        "d", re.compile("M")
    )
    expect(page.locator(".st-key-canvas .upper-canvas")).to_be_visible()


def draw(page: Page, pause: int = 0) -> None:
    """Draw a 7 with the mouse, without lifting it in the end."""
    box = page.locator(".st-key-canvas .upper-canvas").bounding_box()
    for stroke in SEVEN:
        page.mouse.up()
        for k, (x, y) in enumerate(stroke):
            page.mouse.move(box["x"] + x, box["y"] + y, steps=8 if k else 1)
            if k == 0:
                page.mouse.down()
            page.wait_for_timeout(pause)


def said(page: Page) -> dict:
    """What Python has heard."""
    return json.loads(page.locator(".st-key-said code").inner_text())


def wait(page: Page, happened: Callable[[], object]) -> None:
    for _ in range(PATIENCE // 50):
        if happened():
            return
        page.wait_for_timeout(50)
    raise AssertionError(page.locator("body").inner_text())


def iteration(page: Page) -> int:
    return int(
        re.search(r"iteration ([\d,]+) of", page.locator(".st-key-status").inner_text())[1].replace(",", "")
    )


def press(page: Page, key: str) -> None:
    page.locator(f".st-key-{key} button").click()


def test_bars_digits_and_picture_move_with_the_pen(open_page: Callable[..., Page]):
    page = open_page()
    empty = page.locator(".st-key-network_sees img").get_attribute("src")
    assert page.locator(".st-key-prediction").inner_text() == "–"
    draw(page)
    expect(page.locator(".st-key-prediction")).to_have_text("7")  # the pen is still down
    expect(page.locator(".st-key-your_prediction")).to_have_text(re.compile(r"\d"))
    assert page.locator(".st-key-network_sees img").get_attribute("src") != empty
    heights = page.locator(".st-key-probabilities i.expert").evaluate_all(
        "bars => bars.map(bar => parseFloat(bar.style.height))"
    )
    assert max(heights) == heights[7] > 90
    expect(page.locator(".st-key-probabilities")).to_contain_text("expert: 7 ")
    page.mouse.up()
    press(page, "clear")
    expect(page.locator(".st-key-prediction")).to_have_text("–", timeout=1000)
    expect(page.locator(".st-key-network_sees img")).to_have_attribute("src", empty)
    page.wait_for_timeout(1500)  # what was cleared does not come back
    expect(page.locator(".st-key-prediction")).to_have_text("–")
    draw(page)
    expect(page.locator(".st-key-prediction")).to_have_text("7")
    page.mouse.up()


SHOW_EXHIBIT = """async (reading) => {
  const readings = await import("/live/js/readings.js");
  readings.offer(reading, true);
}"""
FIRST = {"expert": [0.9, *[0.1 / 9] * 9], "yours": [*[0.1 / 9] * 9, 0.9], "sees": None}


def test_a_picture_in_the_canvas_s_place_is_shown_until_it_goes(open_page: Callable[..., Page]):
    page = open_page()
    page.evaluate(SHOW_EXHIBIT, FIRST)
    expect(page.locator(".st-key-prediction")).to_have_text("0")
    expect(page.locator(".st-key-your_prediction")).to_have_text("9")
    box = page.locator(".st-key-canvas .upper-canvas").bounding_box()
    page.mouse.move(box["x"] + 140, box["y"] + 40)
    page.mouse.down()
    page.mouse.move(box["x"] + 140, box["y"] + 240, steps=8)
    page.wait_for_timeout(300)  # frames are answered, but it is not them that is shown
    expect(page.locator(".st-key-prediction")).to_have_text("0")
    page.mouse.up()  # the page is run again, and says that the canvas is there
    expect(page.locator(".st-key-prediction")).to_have_text("1")


def test_a_finger_draws_and_asks_for_values(open_page: Callable[..., Page]):
    page = open_page("?iterations=50", has_touch=True, is_mobile=True)
    canvas = page.locator(".st-key-canvas .upper-canvas")
    canvas.scroll_into_view_if_needed()
    box, browser = canvas.bounding_box(), page.context.new_cdp_session(page)
    for k in range(25):
        point = {"x": box["x"] + 140, "y": box["y"] + 40 + 8 * k}
        kind = "touchMove" if k else "touchStart"
        browser.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [point]})
    expect(page.locator(".st-key-prediction")).to_have_text("1")
    browser.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    page.locator(".st-key-loss_chart svg").tap()
    expect(page.locator(".st-key-loss_chart .live-note")).to_contain_text(re.compile(r"training \d\.\d{3}"))


def test_pen_to_bars_takes_milliseconds(open_page: Callable[..., Page]):
    page = open_page()
    page.evaluate(CLOCK)
    for _ in range(3):
        draw(page, pause=30)
        page.mouse.up()
    times = page.evaluate("window.times")
    print(
        f"pen to bars: median {statistics.median(times):.1f} ms of {len(times)}, longest {max(times):.0f} ms"
    )
    assert len(times) > 20
    assert statistics.median(times) < 100  # 35 on a computer that does nothing else


def test_curves_and_numbers_grow_by_the_socket(open_page: Callable[..., Page]):
    page = open_page("?iterations=5000")
    curve = page.locator(".st-key-accuracy_chart .curve.training:not(.parent)")
    start = curve.get_attribute("d")
    press(page, "train")
    expect(page.locator(".st-key-train")).to_contain_text("Pause")
    wait(page, lambda: iteration(page) >= 5)
    page.wait_for_timeout(500)  # the runs of the page that the press brought about are over
    page.evaluate("document.querySelector('.st-key-rerun').remove()")
    seen = iteration(page)
    wait(page, lambda: iteration(page) > seen)
    assert len(curve.get_attribute("d")) > len(start)
    expect(page.locator(".st-key-status")).to_contain_text(re.compile(r"Running · .* per second · .* left"))
    press(page, "train")
    expect(page.locator(".st-key-status")).to_contain_text("Paused")
    page.wait_for_timeout(500)  # the update under way is finished
    paused = iteration(page)
    accuracy = page.locator(".st-key-train_accuracy").inner_text()
    words = page.locator(".st-key-accuracy_chart svg")
    expect(words).to_have_attribute(
        "aria-label", re.compile(rf"^Accuracy after {paused} iterations: [\d.]+% on")
    )
    assert re.search(r"[\d.]+%", accuracy)[0] in words.get_attribute("aria-label")
    page.wait_for_timeout(400)
    assert iteration(page) == paused
    words.hover()
    expect(page.locator(".st-key-accuracy_chart .live-note")).to_contain_text(re.compile(r"held out [\d.]+%"))


def test_no_press_is_lost_and_none_acts_twice(open_page: Callable[..., Page]):
    page = open_page()
    step = page.locator(".st-key-step button")
    step.evaluate("button => { button.click(); button.click(); }")
    wait(page, lambda: iteration(page) == 2)
    page.keyboard.press("s")
    wait(page, lambda: iteration(page) == 3)
    press(page, "rerun")
    page.locator(".st-key-name input").fill("Tess0X")
    page.locator(".st-key-name input").press("s")  # is typed, not pressed
    page.locator(".st-key-name input").press("Enter")
    page.wait_for_timeout(1000)
    assert iteration(page) == 3
    steps = [times for what, times in said(page)["pressed"] if what == "step"]
    assert sum(steps) == 3
    press(page, "reset")
    wait(page, lambda: iteration(page) == 0)
    expect(page.locator(".st-key-accuracy_chart .curve.parent.training")).to_have_attribute(
        "d", re.compile("L")
    )
    expect(page.locator(".st-key-accuracy_chart")).to_contain_text("dashed")


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


def test_what_the_scripts_receive_is_checked(open_page: Callable[..., Page]):
    page = open_page()
    assert page.evaluate(BAD_READINGS)
    assert page.evaluate(BAD_RUNS)


def test_a_long_run_keeps_its_ends_and_few_points(open_page: Callable[..., Page]):
    page = open_page()
    chosen = page.evaluate("""async () => {
      const { thinned } = await import("/live/js/run.js");
      return thinned(Array.from({length: 3001}, (_, k) => [k]), 400).map(([k]) => k);
    }""")
    assert len(chosen) == 400 and chosen[0] == 0 and chosen[-1] == 3000
    steps = {after - before for before, after in zip(chosen, chosen[1:], strict=False)}
    assert steps <= {7, 8}


def test_a_reload_brings_the_visit_back_and_a_copy_of_the_tab_is_another(open_page: Callable[..., Page]):
    page = open_page()
    for _ in range(2):
        press(page, "step")
    wait(page, lambda: iteration(page) == 2)
    token = said(page)["token"]
    page.reload()
    ready(page)
    wait(page, lambda: said(page)["token"] == token)
    wait(page, lambda: iteration(page) == 2)
    copy = page.context.new_page()
    copy.add_init_script(f"sessionStorage.setItem('digits.visit', '{token}')")
    copy.goto(page.url)
    ready(copy)
    copy.wait_for_timeout(1000)
    assert said(copy)["token"] != token and iteration(copy) == 0
    assert said(page)["token"] == token


def test_the_page_knows_when_the_socket_is_blocked(open_page: Callable[..., Page]):
    page = open_page()
    assert said(page)["offline"] is False
    page.route_web_socket(re.compile(r"/live\?"), lambda socket: socket.close())
    page.reload()
    ready(page)  # drawn from the page's own data
    expect(page.locator(".st-key-status")).to_contain_text("connection lost, trying again")
    wait(page, lambda: said(page)["offline"] is True)
    press(page, "step")
    wait(page, lambda: iteration(page) == 1)  # the press has its answer without the socket


def test_after_a_restart_of_the_server_the_page_goes_on(browser: Browser, chromium: str, tmp_path: Path):
    port = free_port()
    context = browser.new_context()
    page = context.new_page()
    with serve(tmp_path / "before.txt", APP, port) as url:
        page.goto(url)
        ready(page)
        for _ in range(3):
            press(page, "step")
        wait(page, lambda: iteration(page) == 3)
        old = said(page)["token"]
    expect(page.locator(".st-key-status")).to_contain_text("connection lost, trying again", timeout=PATIENCE)
    assert iteration(page) == 3
    with serve(tmp_path / "after.txt", APP, port):
        wait(page, lambda: iteration(page) == 0)  # what was not kept is gone, and says so
        wait(page, lambda: said(page)["token"] != old)
        page.wait_for_timeout(1000)
        assert said(page)["pressed"] == []  # the presses of before do not act again
        expect(page.locator(".st-key-status")).not_to_contain_text("connection lost")
        wait(page, lambda: said(page)["offline"] is False)
        press(page, "step")
        wait(page, lambda: iteration(page) == 1)
        draw(page)
        expect(page.locator(".st-key-prediction")).to_have_text("7")
        page.mouse.up()
        context.close()


PARTS = (
    *("train", "step", "reset", "clear", "status", "train_accuracy", "dev_accuracy", "accuracy_chart"),
    *("loss_chart", "network_sees", "prediction", "your_prediction", "probabilities"),
)


@pytest.mark.parametrize(("width", "height", "theme"), [(1280, 720, "dark"), (390, 844, "light")])
def test_nothing_jumps_and_everything_is_there_in_words(
    open_page: Callable[..., Page], width: int, height: int, theme: str
):
    def tops() -> dict[str, float]:
        places = {part: page.locator(f".st-key-{part}").bounding_box() for part in PARTS}
        assert all(box["x"] >= 0 and box["x"] + box["width"] <= width for box in places.values()), places
        return {part: box["y"] for part, box in places.items()}

    page = open_page("?iterations=3", color_scheme=theme)
    page.set_viewport_size({"width": width, "height": height})
    page.wait_for_timeout(300)
    before = tops()
    draw(page)
    expect(page.locator(".st-key-prediction")).to_have_text("7")
    page.mouse.up()
    page.mouse.move(2, 2)
    press(page, "train")
    expect(page.locator(".st-key-status")).to_contain_text("Finished · iteration 3 of 3")
    expect(page.locator(".st-key-status")).to_contain_text("The run is over.")
    expect(page.locator(".st-key-train button")).to_be_disabled()
    page.evaluate("scrollTo(0, 0); document.querySelector('.stMain').scrollTo(0, 0)")
    assert tops() == before
    expect(page.locator(".st-key-train_accuracy")).to_contain_text(
        re.compile(r"Training accuracy.*\d\.\d%", re.S)
    )
    expect(page.locator(".st-key-network_sees img")).to_have_attribute("alt", re.compile("28 by 28"))
    ink = page.locator(".live-head").evaluate("head => getComputedStyle(head).color")
    assert (sum(map(int, re.findall(r"\d+", ink)[:3])) > 380) == (theme == "dark")
