"""Takes the pictures that the README shows: python -m tests.browser.screenshots."""

import tempfile
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from tests.browser.server import FLAGS, REPOSITORY, find_chromium, serve
from tests.browser.visitor import Visitor

FOLDER = REPOSITORY / ".github"
SHOTS = (
    ("page-light", 1280, 720, "light"),
    ("page-dark", 1280, 720, "dark"),
    ("phone-light", 390, 844, "light"),
    ("phone-dark", 390, 844, "dark"),
)


def take(browser: Browser, url: str, name: str, width: int, height: int, scheme: str) -> None:
    """Draw a 7, train the classic network to its end, and take the picture."""
    context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=scheme)
    visitor = Visitor(context.new_page(), url)
    visitor.draw_and_train()
    visitor.page.mouse.move(0, 0)
    visitor.page.wait_for_timeout(500)
    visitor.page.screenshot(path=FOLDER / f"{name}.png")
    context.close()


def main() -> None:
    """Take all of them."""
    FOLDER.mkdir(exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as folder,
        serve(Path(folder) / "log.txt") as url,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=FLAGS)
        for shot in SHOTS:
            take(browser, url, *shot)


if __name__ == "__main__":
    main()
