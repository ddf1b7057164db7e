"""Opens 'How it got there', and makes small runs for it."""

from data import load_sample
from nn import Hyperparameters, Trainer
from tests.page import pixels
from tests.panels import OtherPage
from tests.toy import toy_digits, toy_net
from ui.state.run import Run
from ui.state.settings import Settings

SAMPLE = load_sample()
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
    run = Run(Settings(), toy_digits(), Trainer(toy_net(), toy_digits(), hyperparameters))
    object.__setattr__(run, "dataset", SAMPLE)
    for _ in range(iterations):
        run.step()
    return run
