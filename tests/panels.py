"""Opens one of the other pages: by itself, or the whole script with that page in front."""

import base64
import io
from collections.abc import Callable
from typing import Self

import numpy as np
from PIL import Image
from streamlit.testing.v1 import AppTest

from nn import TwoLayerNN
from tests.engine import trainer_of
from tests.page import PATIENCE, SCRIPT, Page


class OtherPage(Page):
    """
    A visitor whose first page is another one.

    AppTest cannot turn the pages of a navigation that is made of functions: this is the real script, in which
    another page is the default.
    """

    def __init__(self, name: str, chosen: dict[str, object] | None = None, **link: str) -> None:
        code = SCRIPT.read_text().replace(", default=True", "")
        code = code.replace(f'url_path="{name}"', f'url_path="{name}", default=True')
        code = code.replace("Path(__file__)", f"Path({str(SCRIPT)!r})")
        self.app = AppTest.from_string(code, default_timeout=PATIENCE)
        self.app.query_params.update(link)
        for key, value in (chosen or {}).items():
            self.app.session_state[key] = value
        self.look()

    @property
    def net(self) -> TwoLayerNN:
        return self.trainer.net

    def show(self, digit: np.ndarray | None) -> Self:
        """Put a row of X in the canvas's place, or nothing."""
        from ui.mistakes.gallery import exhibit

        self.session.exhibit = None if digit is None else exhibit("a digit", digit)
        return self.look()

    def text(self) -> str:
        """Return all the words on the page but those in its HTML."""
        kinds = ("markdown", "caption", "info", "warning")
        return "\n".join(str(item.value) for kind in kinds for item in self.app.get(kind))

    def html(self) -> str:
        return "\n".join(item.value for item in self.app.html)

    def disabled(self, key: str) -> bool:
        return self.app.button(key=key).disabled


class Panel(OtherPage):
    """A page without sidebar, buttons and canvas: it opens faster."""

    def __init__(self, script: Callable[[], None]) -> None:
        self.app = AppTest.from_function(script, default_timeout=PATIENCE)
        self.look()


class Inside(Panel):
    """'Inside', with one of its parts open."""

    PARTS = ("This drawing", "Templates", "Evidence", "Dreams", "Blend")

    def __init__(self, part: str, digit: np.ndarray | None, **network: object) -> None:
        super().__init__(_inside)
        if network:
            trainer_of(self.trainer).net = TwoLayerNN(**network)
        self.show(digit).open(part)

    def open(self, part: str) -> Self:
        self.app.session_state["inside_part"] = part
        return self.look()


class Lesson(Panel):
    """'How it works', with one of its parts open; leaving the `with` block pauses the museum's runs."""

    def __init__(self, part: str = "Seven steps") -> None:
        super().__init__(_lesson)
        self.set("lesson_part", part)

    def __exit__(self, *problem: object) -> None:
        if "museum" in self.app.session_state:
            self.museum.close()

    @property
    def museum(self):
        return self.app.session_state["museum"]


def _inside() -> None:
    from ui.inside.inside import show_inside
    from ui.state.session import current_session

    session = current_session()
    session.refreshing = session.running
    show_inside(session)


def _lesson() -> None:
    from ui.lesson.lesson import show_lesson
    from ui.state.session import current_session

    show_lesson(current_session())


def decoded(address: str) -> np.ndarray:
    """Return the pixels, (height, width, 3) integers, of a picture that is inside its address."""
    file = io.BytesIO(base64.b64decode(address.split(",", 1)[1]))
    return np.asarray(Image.open(file).convert("RGB")).astype(int)


def as_number(text: str) -> float:
    """Read a number as the page writes it, with a true minus and commas."""
    return float(text.replace("−", "-").replace(",", ""))
