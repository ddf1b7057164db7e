"""One visitor's state in one typed object: the run, the drawing, and what is remembered between clicks."""

from dataclasses import dataclass, field, replace
from typing import NamedTuple

import numpy as np
import streamlit as st

from data import Dataset
from data.doctor import shrunken
from data.drawing import to_mnist
from nn import Status, TwoLayerNN
from server.datasets import datasets
from server.engine import Job, expert
from ui.state.run import UPLOADED, Run, new_trainer
from ui.state.runs import Runs
from ui.state.seeds import SeedRuns
from ui.state.settings import Settings

SHARED_DATA = "sample"  # the dataset that is always there
UNSURE = 0.8  # below this a network says so, until the visitor chooses another threshold


class Drawing:
    """
    What is to be read.

    Attributes
    ----------
    picture : (height, width), or (height, width, 3 or 4), uint8
        White ink on black.
    surface : str
        What it was drawn on, in words.
    digit : (28, 28) float32 in [0, 1], or None
        As MNIST would have prepared it; None where nothing is drawn.
    """

    def __init__(self, picture: np.ndarray, surface: str = "canvas") -> None:
        self.picture, self.surface = picture, surface
        self.digit = to_mnist(picture)


class Exhibit(NamedTuple):
    """A picture from elsewhere, a photograph or a digit of the dataset, that stands in the canvas's place."""

    title: str
    drawing: Drawing
    note: str = ""  # what there is to say about where it came from, as long as it stands there


def _first_run() -> Run:
    return Run(Settings(dataset=SHARED_DATA), datasets().get(SHARED_DATA))


@dataclass(eq=False)
class Session:
    """What belongs to one visitor, as far as several panels need it."""

    run: Run = field(default_factory=_first_run)  # the one on show
    runs: Runs = field(default_factory=Runs)  # those so far
    seeds: SeedRuns | None = None  # the same settings with ten seeds, until other digits are learned
    expert: TwoLayerNN = field(default_factory=expert)  # the pretrained network, one for all visitors
    drawing: Drawing | None = None  # what is on the canvas; None before the first stroke
    exhibit: Exhibit | None = None  # what stands in its place
    pins: list[np.ndarray] = field(default_factory=list)  # kept drawings, (28, 28) float32 in [0, 1]
    raw: bool = False  # whether the networks get the canvas as it is, only shrunk
    threshold: float = UNSURE  # how sure a network has to be not to call itself unsure, in [0, 1]
    drawing_url: str | None = None  # the canvas's picture as it was read last
    strokes: list[object] = field(default_factory=list)  # of the drawing, as the canvas has them
    first_strokes: list[object] = field(default_factory=list)  # those that a new canvas begins with
    canvas_generation: int = 0  # counts the new canvases
    uploads: dict[str, Dataset] = field(default_factory=dict)  # the visitor's own CSV files, by name
    data_error: str | None = None  # why the chosen data could not be loaded
    failed_dataset: str | None = None  # the key of those data; they are not tried again unasked
    reset_wanted: bool = False  # whether the next run of the page starts anew
    waiting: list[str] = field(default_factory=list)  # settings, in words, that count only after a reset
    live: bool = False  # whether the browser draws what moves, from the socket
    museum_runs: list[Job] = field(default_factory=list)  # of the case of the bug museum that is open
    refreshing: bool = False  # whether the page looks again and again: it learned when the page was drawn

    @property
    def trainer(self) -> Job:
        """The training on show, wherever it goes on."""
        return self.run.trainer

    @property
    def trainers(self) -> list[Job]:
        """All that may be in training: the run on show, the ten seeds, and those of the bug museum."""
        return [self.trainer, *(self.seeds.trainers if self.seeds else []), *self.museum_runs]

    @property
    def settings(self) -> Settings:
        """What the run on show was made from."""
        return self.run.settings

    @property
    def dataset(self) -> Dataset:
        """The digits that it learns."""
        return self.run.dataset

    @property
    def untrained(self) -> bool:
        """Whether the network on show has never learned anything, here or elsewhere."""
        return not (self.trainer.iteration or self.settings.from_expert or self.run.source)

    @property
    def running(self) -> bool:
        """Whether the network is learning right now."""
        return self.trainer.status is Status.RUNNING

    @property
    def moving(self) -> bool:
        """Whether it is learning, or a step of it is still to be made."""
        return self.running or self.trainer.busy

    @property
    def shown(self) -> Drawing | None:
        """What is to be read: the exhibit where there is one, else what is on the canvas."""
        return self.exhibit.drawing if self.exhibit else self.drawing

    @property
    def digit(self) -> np.ndarray | None:
        """What the networks see of it, (28, 28) float32 in [0, 1]; None where nothing is drawn."""
        shown = self.shown
        if shown is None or shown.digit is None:
            return None
        return shrunken(shown.picture) if self.raw else shown.digit

    def clear(self) -> None:
        """Empty the canvas, or put it back in its place."""
        self.exhibit = self.drawing = None
        self.strokes = self.first_strokes = []
        self.canvas_generation += 1

    def apply(self, settings: Settings, dataset: Dataset) -> list[str]:
        """
        Bring the run in line with the settings, as far as that is possible without losing it.

        Parameters
        ----------
        settings : Settings
            What the sidebar says.
        dataset : Dataset
            The digits it names.

        Returns
        -------
        list of str
            The settings, in words, that will count only after a reset.
        """
        self.runs.note(self.run)
        waiting = settings.waiting(self.settings)
        if dataset is not self.dataset and "data" not in waiting:
            waiting = ["data", *waiting]  # another file of the same name
        nothing_to_lose = self.trainer.status is Status.READY and not self.run.source
        if self.reset_wanted or (waiting and nothing_to_lose):
            self.reset_wanted = False
            self.show(Run(settings, dataset))  # the drawing stays
            return []
        present = self.trainer.hyperparameters
        wanted = settings.changing(present)
        if wanted != present or settings.distort != self.run.distorted:
            self.run.change(wanted, settings.distort)
        return waiting

    def show(self, run: Run) -> None:
        """Put a run in the present one's place; that one is paused, and kept if it has learned anything."""
        outgoing = self.trainer
        outgoing.pause()
        self.runs.note(self.run)
        self.run = run
        self.runs.note(run)
        if outgoing.status is Status.RUNNING:  # a Train pressed meanwhile was meant for what is on show now
            outgoing.pause()
        if self.seeds and self.seeds.dataset is not run.dataset:
            self.seeds.stop()
            self.seeds = None  # they say nothing about these digits, and would keep the others in memory

    def rewind(self, iteration: int) -> None:
        """Show the run as it was at the checkpoint nearest to an iteration, or again where it stands."""
        run = self.run.end
        self.show(run)
        if iteration != run.trainer.iteration:
            self.show(run.rewound(iteration))

    def load(self, net: TwoLayerNN, source: str) -> None:
        """Show a run that goes on from the weights of a file of that name."""
        settings = replace(self.run.now, hidden_size=net.hidden_size, activation=net.activation)
        self.show(Run(settings, self.dataset, new_trainer(settings, self.dataset, net), source=source))

    def adopt(self) -> None:
        """Put the settings of the run on show into the sidebar."""
        key = self.settings.dataset
        if key.startswith(UPLOADED):
            self.uploads = {key.removeprefix(UPLOADED): self.dataset}
        learned = replace(self.run.learned, hidden_size=self.settings.hidden_size)
        st.session_state.update(learned.values())

    def reopen(self) -> None:
        """Show everything as it was, on a page that has been loaded anew."""
        self.adopt()
        self.first_strokes, self.drawing_url = self.strokes, None
        self.canvas_generation += 1

    def forget(self, run: Run) -> None:
        """Delete a run; where it is on show, the next run of the page starts anew."""
        on_show = run is self.run.end
        if on_show:
            self.show(run)
            self.reset_wanted = True
        self.runs.delete(run)


def current_session() -> Session:
    """Return the visitor's session; the first time, with a fresh network."""
    if "session" not in st.session_state:
        st.session_state["session"] = Session()
    return st.session_state["session"]
