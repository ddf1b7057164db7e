"""Opens 'How it got there', and makes small runs for it."""

from nn import Hyperparameters
from server.engine import engine
from tests.engine import ToyRecipe, sample
from tests.page import pixels
from tests.panels import OtherPage
from ui.state.run import Run
from ui.state.settings import Settings

SAMPLE = sample()
DIGITS = [pixels(digit) for digit in SAMPLE.X_test[::60]]  # as they are drawn on the canvas


class RunsPage(OtherPage):
    """The page, with one of its views open."""

    def __init__(self, view: str = "Rewind", **link: str) -> None:
        super().__init__("runs", {"runs_view": view}, **link)

    def view(self, name: str) -> "RunsPage":
        return self.set("runs_view", name)


def toy_run(iterations: int = 0, **settings: object) -> Run:
    """A run on toy digits that has come so far."""
    hyperparameters = Hyperparameters(iterations=10_000, **settings)
    run = Run(Settings(), SAMPLE, engine().submit(ToyRecipe(SAMPLE.key, hyperparameters)))
    for _ in range(iterations):
        run.trainer.step()
    return run
