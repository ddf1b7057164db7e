"""Starts the server and the browser, and sees to it that neither ends with an error nobody looked at."""

import os
import re
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, WebSocketRoute, sync_playwright

from tests.browser.server import FLAGS, find_chromium, serve
from tests.browser.visitor import Visitor


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of the system's browser; without one the tests are skipped, on CI they fail."""
    path = find_chromium()
    if path is None:
        complain = pytest.fail if os.environ.get("CI") else pytest.skip
        complain("no chromium or google-chrome on this machine: apt-get install chromium")
    return path


@pytest.fixture(scope="package")
def server(chromium: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server of the page; its log must not hold a traceback in the end."""
    log = tmp_path_factory.mktemp("server") / "log.txt"
    with serve(log) as url:
        yield url
    assert "Traceback" not in log.read_text(), log.read_text()


@pytest.fixture(scope="package")
def browser(chromium: str) -> Iterator[Browser]:
    """The browser; it ends with this folder's tests, as others run event loops of their own."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        yield browser
        browser.close()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """Add to the report of a test that failed what its pages showed, in words and as pictures."""
    report = yield
    if report.when == "call" and report.failed and "browser" in item.funcargs:
        for page in [page for context in item.funcargs["browser"].contexts for page in context.pages]:
            picture = Path(tempfile.mkdtemp()) / "page.png"
            page.screenshot(path=picture)
            report.sections.append((f"{page.url}, {picture}", page.locator("body").inner_text()[:3000]))
    return report


def _visits(browser: Browser, server: str) -> Iterator[Callable[..., Visitor]]:
    visitors: list[Visitor] = []

    def open_page(
        link: str = "",
        width: int = 1280,
        height: int = 720,
        route: tuple[re.Pattern, Callable[[WebSocketRoute], None]] | None = None,
        **options: object,
    ) -> Visitor:
        context = browser.new_context(viewport={"width": width, "height": height}, **options)
        if route:
            context.route_web_socket(*route)
        visitors.append(Visitor(context.new_page(), server + link))
        return visitors[-1]

    yield open_page
    for visitor in visitors:
        visitor.pause()  # its run would go on for the grace and slow the next test down
        visitor.page.context.close()
    assert [visitor.problems for visitor in visitors if visitor.problems] == []


@pytest.fixture
def visit(browser: Browser, server: str) -> Iterator[Callable[..., Visitor]]:
    """
    Open the page: `visit()`, `visit("?seed=3")`, `visit(width=390, height=844, is_mobile=True)`.

    `route` is what a context's `route_web_socket` takes; what else is given, its browser's context takes.
    """
    yield from _visits(browser, server)


@pytest.fixture(scope="module")
def lesson(browser: Browser, server: str) -> Iterator[Visitor]:
    """A page on a projector, with a drawing and a run that has come to its end, for tests that only look."""
    visits = _visits(browser, server)
    visitor = next(visits)("?iterations=20")
    visitor.draw_and_train()
    yield visitor
    next(visits, None)
