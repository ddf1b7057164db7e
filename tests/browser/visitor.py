"""Works the page in a browser as a visitor does: press, type, draw with mouse or finger, and read."""

import contextlib
import re
import time
from collections.abc import Callable

from playwright.sync_api import CDPSession, ConsoleMessage, Locator, Page, expect

from tests.pen import SEVEN, Stroke

PATIENCE = 30_000  # milliseconds until something that should happen has failed to

INK = """canvas => {
  const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
  let bright = 0;
  for (let i = 0; i < data.length; i += 4) if (data[i] > 127 && data[i + 3] > 127) bright++;
  return bright;
}"""


QUIET = 400  # milliseconds in which a drawing that is complete has been read

AT_REST = """quiet => {
  const seen = document.querySelector(".st-key-network_sees img")?.src;
  if (seen !== window.seenLast) [window.seenLast, window.seenAt] = [seen, performance.now()];
  return performance.now() - window.seenAt > quiet;
}"""


class Visitor:
    """One open page."""

    def __init__(self, page: Page, url: str) -> None:
        self.page = page
        self.foreign: list[str] = []  # requests to anywhere but the server
        self.problems: list[str] = []  # what the browser's console complains about
        page.set_default_timeout(PATIENCE)
        page.on("request", lambda request: self._note(request.url, url))
        page.on("websocket", lambda socket: self._note(socket.url, url.replace("http", "ws")))
        page.on("pageerror", lambda error: self.problems.append(str(error)))
        page.on("console", self._listen)
        page.goto(url)
        self.ready()

    def _note(self, url: str, home: str) -> None:
        if not url.startswith((home.split("?")[0], "data:", "blob:")):
            self.foreign.append(url)

    def _listen(self, said: ConsoleMessage) -> None:
        """Note an error; on a page below the root Streamlit looks for its server there first."""
        if said.type == "error" and not re.search(r"/\w+/_stcore/", said.location["url"]):
            self.problems.append(said.text)

    def ready(self) -> None:
        """Wait until the page is complete: the curves are drawn and the canvas takes a pen."""
        drawn = expect(self.curve("loss_chart"))
        drawn.to_have_attribute("d", re.compile("M"), timeout=PATIENCE)
        expect(self.at("probabilities")).to_be_visible(timeout=PATIENCE)
        expect(self.canvas).to_be_visible(timeout=PATIENCE)
        expect(self.at("status")).to_contain_text("iteration", timeout=PATIENCE)

    def at(self, key: str) -> Locator:
        """Find the widget or container of a key."""
        return self.page.locator(f".st-key-{key}")

    def button(self, key: str) -> Locator:
        return self.at(key).locator("button")

    def curve(self, key: str, name: str = "training") -> Locator:
        """Find one of a chart's two curves, "training" or "held-out"."""
        return self.at(key).locator(f".curve.{name}:not(.parent)")

    def bars(self, reader: str = "yours") -> list[str]:
        """Return the heights of the ten bars of a network, "expert" or "yours"."""
        heights = "bars => bars.map(bar => bar.style.height)"
        return self.at("probabilities").locator(f"i.{reader}").evaluate_all(heights)

    @property
    def canvas(self) -> Locator:
        return self.at("canvas").locator(".upper-canvas")  # the one that takes the pen

    @property
    def prediction(self) -> Locator:
        return self.at("prediction").locator("p")

    def see(self, key: str, words: str) -> None:
        """Wait until a container says something, a regular expression."""
        expect(self.at(key)).to_contain_text(re.compile(words), timeout=PATIENCE)

    def iteration(self) -> int:
        text = self.at("status").inner_text()
        return int(re.search(r"iteration ([\d,]+) of", text)[1].replace(",", ""))

    def wait(self, happened: Callable[[], object]) -> None:
        """Wait until something has happened; meanwhile the browser goes on."""
        deadline = time.monotonic() + PATIENCE / 1000
        while time.monotonic() < deadline:
            if happened():
                return
            self.page.wait_for_timeout(30)
        raise AssertionError(f"did not happen; the page says: {self.at('status').inner_text()}")

    def train_until(self, iteration: int) -> None:
        self.button("train").click()
        self.wait(lambda: self.iteration() >= iteration)

    def pause(self) -> None:
        """Pause what learns, if anything does."""
        if "Pause" in self.at("train").inner_text():
            paused = expect(self.at("train"))
            self.insist(
                self.button("train"), lambda patience: paused.to_contain_text("Train", timeout=patience)
            )

    def insist(self, target: Locator, expectation: Callable[[float], None]) -> None:
        """Click, and again if nothing comes of it: Streamlit (1.67) may lose a click on a busy server."""
        for _ in range(4):
            target.click()
            with contextlib.suppress(AssertionError):
                return expectation(PATIENCE / 4)
        raise AssertionError(f"four clicks on {target} came to nothing")

    def slide(self, key: str, arrow: str) -> None:
        """Move a slider by one step with the keyboard."""
        self.at(key).get_by_role("slider").press(arrow)

    def draw(self, strokes: list[Stroke]) -> None:
        """Draw with the mouse, and wait until the whole of it has been read."""
        before = self.seen()
        for stroke in strokes:
            self.put_down(stroke)
            self.page.mouse.up()
        self.wait(lambda: self.seen() != before)
        self.rest()

    def put_down(self, stroke: Stroke) -> None:
        """Draw a stroke with the mouse, without lifting it in the end."""
        self.canvas.scroll_into_view_if_needed()
        box, mouse = self.canvas.bounding_box(), self.page.mouse
        for k, (x, y) in enumerate(stroke):
            mouse.move(box["x"] + x, box["y"] + y, steps=1 if k == 0 else 3)
            if k == 0:
                mouse.down()

    def go_on(self, point: tuple[int, int]) -> None:
        """Move the mouse to another point of the canvas."""
        box = self.canvas.bounding_box()
        self.page.mouse.move(box["x"] + point[0], box["y"] + point[1], steps=3)

    def rest(self) -> None:
        """Wait until what the networks see does not change any more."""
        self.page.wait_for_function(AT_REST, arg=QUIET, polling=50)

    def seen(self) -> str | None:
        """Return the picture of what the networks see."""
        return self.at("network_sees").locator("img").get_attribute("src")

    def draw_with_a_finger(self, strokes: list[Stroke]) -> None:
        self.canvas.scroll_into_view_if_needed()
        box, browser = self.canvas.bounding_box(), self.page.context.new_cdp_session(self.page)
        for stroke in strokes:
            for k, (x, y) in enumerate(stroke):
                _touch(browser, "touchMove" if k else "touchStart", box["x"] + x, box["y"] + y)
            _touch(browser, "touchEnd")

    def draw_and_train(self) -> None:
        """Draw a 7 and train to the end: what a class looks at."""
        self.draw(SEVEN)
        expect(self.prediction).to_have_text(re.compile(r"\d"), timeout=PATIENCE)
        self.button("train").click()
        self.see("status", "Finished")
        expect(self.button("train")).to_be_disabled(timeout=PATIENCE)

    def ink(self) -> int:
        """Count the bright pixels of the canvas as the visitor sees them."""
        return self.at("canvas").locator(".dc-canvas.lower-canvas").evaluate(INK)


def _touch(browser: CDPSession, kind: str, *point: float) -> None:
    points = [{"x": point[0], "y": point[1]}] if point else []
    browser.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
