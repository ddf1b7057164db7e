"""Opens the page without a browser and works it as a visitor does: press, set, draw, and read."""

import base64
import io
import json
import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Self

import numpy as np
from PIL import Image
from streamlit.testing.v1 import AppTest

from server.engine import Job
from ui.state.session import Session

SCRIPT = Path(__file__).parents[1] / "ui" / "page.py"
PATIENCE = 90  # seconds until something that should happen has failed to


class Page:
    """One visitor's page, opened by a link; leaving the `with` block pauses its run."""

    def __init__(self, **link: str) -> None:
        self.app = AppTest.from_file(SCRIPT, default_timeout=PATIENCE)
        self.app.query_params.update(link)
        self.look()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *problem: object) -> None:
        self.trainer.pause()

    @property
    def session(self) -> Session:
        return self.app.session_state["session"]

    @property
    def trainer(self) -> Job:
        """The run on show."""
        return self.session.trainer

    @property
    def link(self) -> dict[str, str]:
        """What stands behind the question mark of the address."""
        return dict(self.app.query_params)

    def look(self) -> Self:
        """Let the page refresh; it never ends in an exception."""
        self.app.run()
        assert not self.app.exception, self.app.exception
        return self

    def press(self, key: str) -> Self:
        self.app.button(key=key).click()
        return self.look()

    def set(self, key: str, value: object) -> Self:
        self.app.get_by_key(key).set_value(value)
        return self.look()

    def shown(self, key: str) -> object:
        """Return a widget's value."""
        return self.app.get_by_key(key).value

    def upload(self, name: str, content: bytes) -> Self:
        self.app.get_by_key("upload").clear().upload(name, content, "text/csv")
        return self.look()

    def draw(self, picture: np.ndarray) -> Self:
        """Put a picture, white ink on black, (280, 280) uint8, on the canvas."""
        file = io.BytesIO()
        Image.fromarray(picture).convert("RGBA").save(file, "PNG")
        url = "data:image/png;base64," + base64.b64encode(file.getvalue()).decode()
        drawing = {"raw": {"objects": [{"type": "Path"}]}, "data": url}
        self.app.session_state["canvas"] = {"drawing": drawing, "backgroundFit": None}
        return self.look()

    def says(self, key: str) -> str:
        """Return all the text in a container."""
        kinds = ("markdown", "caption", "metric")
        return "\n".join(str(item.value) for item in self.app.get_by_key(key) if item.type in kinds)

    def number(self, key: str) -> float:
        """Return the number in one of the two metrics, which are percentages, as a share."""
        return float(self.says(key).rstrip("%")) / 100

    def alt(self, key: str) -> str:
        """Return what somebody hears who cannot see the picture or the chart in a container."""
        (item,) = (i for i in self.app.get_by_key(key) if i.type in ("image", "vega_lite_chart"))
        return item.proto.imgs[0].alt if item.type == "image" else item.proto.alt

    def spec(self, key: str) -> dict:
        """Return the Vega-Lite chart in a container."""
        (item,) = (i for i in self.app.get_by_key(key) if i.type == "vega_lite_chart")
        return json.loads(item.proto.spec)

    def iteration(self) -> int:
        """Return the iteration that the status line tells."""
        return int(re.search(r"iteration ([\d,]+) of", self.says("status"))[1].replace(",", ""))

    def wait(self, happened: Callable[[Self], bool]) -> Self:
        """Refresh, as the page itself does twice a second, until something has happened."""
        deadline = time.monotonic() + PATIENCE
        while not happened(self.look()):
            assert time.monotonic() < deadline, f"did not happen: {self.says('status')}"
            time.sleep(0.05)
        return self

    def train_to_the_end(self) -> Self:
        return self.press("train").wait(lambda page: "Finished" in page.says("status"))


def pixels(digit: np.ndarray) -> np.ndarray:
    """Draw a row of X, 784 floats, as large as the canvas: (280, 280) uint8."""
    return np.rint(digit.reshape(28, 28) * 255).astype(np.uint8).repeat(10, axis=0).repeat(10, axis=1)
