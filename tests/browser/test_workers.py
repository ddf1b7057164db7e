"""What a page goes through when a process dies, the server starts again, or its visitor goes away."""

import os
import re
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from playwright.sync_api import Browser, expect

from server.visits import GRACE
from tests.browser.server import free_port, serve
from tests.browser.visitor import PATIENCE, Visitor
from tests.pen import SEVEN

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def own_server(chromium: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server for these tests only: they kill what belongs to it."""
    log = tmp_path_factory.mktemp("workers") / "log.txt"
    with serve(log) as url:
        yield url
    assert "Traceback" not in log.read_text(), log.read_text()


@pytest.fixture
def visitor(browser: Browser, own_server: str) -> Iterator[Visitor]:
    context = browser.new_context(viewport={"width": 1280, "height": 720})
    yield Visitor(context.new_page(), own_server + "?iterations=10000")
    context.close()


def workers(url: str) -> list[psutil.Process]:
    """The processes in which a server's runs are trained."""
    port = re.search(r":(\d+)/", url)[1]
    (server,) = (child for child in psutil.Process().children() if port in child.cmdline())
    children = server.children(recursive=True)
    return [child for child in children if any("spawn_main" in word for word in child.cmdline())]


def seconds_worked(processes: list[psutil.Process], during: float) -> dict[psutil.Process, float]:
    """Measure the processor time that each process takes in so many seconds."""
    before = {process: sum(process.cpu_times()[:2]) for process in processes}
    time.sleep(during)
    return {process: sum(process.cpu_times()[:2]) - start for process, start in before.items()}


def test_killed_worker_processes_cost_a_sentence(visitor: Visitor, own_server: str):
    visitor.train_until(200)
    for _ in range(2):  # the worker that came in the first one's place is as good
        worked = seconds_worked(workers(own_server), 0.5)
        before = visitor.iteration()
        max(worked, key=worked.get).kill()
        visitor.see("status", r"a worker process stopped; training resumed at iteration [\d,]+\.")
        visitor.wait(lambda before=before: visitor.iteration() > before)
        expect(visitor.page.get_by_text("a worker process stopped")).to_have_count(1)
        deadline = time.monotonic() + PATIENCE / 1000
        while len(workers(own_server)) < (os.cpu_count() or 1):
            assert time.monotonic() < deadline, "no other worker has come"
            visitor.page.wait_for_timeout(200)
        visitor.page.wait_for_timeout(3000)  # until the engine has found it
    visitor.draw(SEVEN)
    expect(visitor.prediction).to_have_text("7", timeout=PATIENCE)
    visitor.pause()
    visitor.see("status", "Paused")
    assert visitor.page.get_by_test_id("stException").count() == 0
    assert visitor.page.get_by_test_id("stAlert").count() == 0
    assert visitor.problems == []


def test_a_run_rests_when_its_page_has_been_closed_for_longer_than_the_grace(
    browser: Browser, own_server: str
):
    context = browser.new_context()
    visitor = Visitor(context.new_page(), own_server + "?iterations=10000&batch_size=1000")
    visitor.train_until(20)
    token = visitor.page.evaluate("() => sessionStorage.getItem('digits.visit')")
    visitor.page.close()
    still = seconds_worked(workers(own_server), 3)
    assert max(still.values()) > 0.5  # a short loss of Wi-Fi does not stop it
    time.sleep(GRACE + 2)
    rests = seconds_worked(workers(own_server), 3)
    assert max(rests.values()) < 0.5
    page = context.new_page()
    page.add_init_script(f"sessionStorage.setItem('digits.visit', '{token}')")
    back = Visitor(page, own_server + "?iterations=10000&batch_size=1000")
    back.see("status", "Running")  # and goes on when somebody looks again
    seen = back.iteration()
    assert seen >= 20
    back.wait(lambda: back.iteration() > seen)
    back.pause()
    context.close()


def test_after_a_restart_of_the_server_the_page_goes_on(browser: Browser, chromium: str, tmp_path: Path):
    port, context = free_port(), browser.new_context()
    logs = [tmp_path / name for name in ("before.txt", "after.txt")]
    with serve(logs[0], port=port) as url:
        visitor = Visitor(context.new_page(), url)
        for k in range(1, 4):
            visitor.button("step").click()
            visitor.see("status", f"iteration {k} of")
    visitor.see("status", "connection lost, trying again")
    assert visitor.iteration() == 3
    with serve(logs[1], port=port):
        visitor.see("status", "Ready · iteration 0 of")  # what was not kept is gone, and says so
        visitor.page.wait_for_timeout(3000)
        visitor.see("status", "Ready · iteration 0 of")  # the presses of before do not act again
        expect(visitor.at("status")).not_to_contain_text("connection lost", timeout=PATIENCE)
        visitor.button("step").click()
        visitor.see("status", "iteration 1 of")
        visitor.draw(SEVEN)
        expect(visitor.prediction).to_have_text("7", timeout=PATIENCE)
        context.close()
    assert [log.read_text() for log in logs if "Traceback" in log.read_text()] == []
