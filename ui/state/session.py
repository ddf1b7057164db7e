"""One visitor's state in one typed object: the run, the drawing, and what is remembered between clicks."""

from dataclasses import replace

import numpy as np
import streamlit as st

from data import Dataset
from data.augment import distort
from data.doctor import shrunken
from nn import Status, Trainer, TwoLayerNN
from server.datasets import library
from server.shared import expert, pool
from server.visits import presence
from ui.state.drawings import Drawing, Exhibit
from ui.state.pace import Pace
from ui.state.run import UPLOADED, Run
from ui.state.runs import Runs
from ui.state.seeds import SeedRuns
from ui.state.settings import Settings

SHARED_DATA = "sample"  # the dataset that is always there


class Session:
    """
    What belongs to one visitor.

    Attributes
    ----------
    run : Run
        The run on show.
    book : Runs
        The runs so far.
    fan : SeedRuns or None
        The same settings with ten seeds, where that was asked for.
    expert : TwoLayerNN
        The shipped network.
    drawing : Drawing or None
        What is on the canvas; None before the first stroke.
    exhibit : Exhibit or None
        What stands in its place.
    pins : list of (28, 28) float32 in [0, 1]
        Drawings kept to be watched and compared, six at most.
    photo_error : str or None
        Why the last photograph could not be read.
    camera_note : str or None
        What the honest camera had to say last.
    drawing_url : str or None
        The canvas's picture as it was read last.
    canvas_generation : int
        Counts the times the canvas was cleared.
    uploads : dict of str to Dataset
        The visitor's own CSV files, by name.
    data_error : str or None
        Why the chosen data could not be loaded.
    failed_dataset : str or None
        The key of those data; they are not tried again unasked.
    refreshing : bool
        Whether the live parts of the page look again and again: the run was on when the page was drawn.
    reset_wanted : bool
        Whether the next run of the page starts anew.
    """

    def __init__(self) -> None:
        self.run = _new_run(Settings(dataset=SHARED_DATA), library().get(SHARED_DATA))
        self.runs = Runs()
        self.seeds: SeedRuns | None = None
        self.expert = expert()
        self.drawing: Drawing | None = None
        self.exhibit: Exhibit | None = None
        self.pins: list[np.ndarray] = []
        self.photo_error: str | None = None
        self.camera_note: str | None = None
        self.drawing_url: str | None = None
        self.canvas_generation = 0
        self.uploads: dict[str, Dataset] = {}
        self.data_error: str | None = None
        self.failed_dataset: str | None = None
        self.reset_wanted = False
        self.refreshing = False
        self._pace = Pace()

    @property
    def trainer(self) -> Trainer:
        """The training on show."""
        return self.run.trainer

    @property
    def trainers(self) -> list[Trainer]:
        """All that may be in training: the run on show, and the ten seeds."""
        return [self.trainer, *(self.seeds.trainers if self.seeds else [])]

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
    def shown(self) -> Drawing | None:
        """What is to be read: the exhibit where there is one, else what is on the canvas."""
        return self.exhibit.drawing if self.exhibit else self.drawing

    @property
    def digit(self) -> np.ndarray | None:
        """What the networks see of it, (28, 28) float32 in [0, 1]; None where nothing is drawn."""
        shown = self.shown
        if shown is None or shown.digit is None:
            return None
        return shrunken(shown.picture) if st.session_state.get("raw") else shown.digit

    def clear(self) -> None:
        """Empty the canvas, or put it back in its place."""
        self.exhibit = None
        self.drawing = None
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
            self.show(_new_run(settings, dataset))  # the drawing stays
            return []
        fixed = self.trainer.hyperparameters
        live = settings.hyperparameters.replace(optimizer=fixed.optimizer, seed=fixed.seed)
        bend = distort if settings.distort else None
        if live != fixed or bend is not self.trainer.distort:
            self.run.change(live, bend)
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
        self._pace.clear()

    def rewind(self, iteration: int) -> None:
        """Show the run as it was at the checkpoint nearest to an iteration, or again where it stands."""
        run = self.run.end
        self.show(run)
        if iteration != run.trainer.iteration:
            self.show(run.rewound(iteration))

    def load(self, net: TwoLayerNN, source: str) -> None:
        """Show a run that goes on from the weights of a file of that name."""
        settings = replace(self.run.now, hidden_size=net.hidden_size, activation=net.activation)
        self.show(_new_run(settings, self.dataset, net, source))

    def adopt(self) -> None:
        """Put the settings of the run on show into the sidebar."""
        key = self.settings.dataset
        if key.startswith(UPLOADED):
            self.uploads = {key.removeprefix(UPLOADED): self.dataset}
        learned = replace(self.run.learned, hidden_size=self.settings.hidden_size)
        st.session_state.update(learned.values())

    def forget(self, run: Run) -> None:
        """Delete a run; where it is on show, the next run of the page starts anew."""
        on_show = run is self.run.end
        if on_show:
            self.show(run)
            self.reset_wanted = True
        self.runs.delete(run)

    def iterations_per_second(self) -> float | None:
        """Return the pace over the last few refreshes, or None while there is none to tell."""
        return self._pace.look(self.trainer)


def _new_run(
    settings: Settings, dataset: Dataset, net: TwoLayerNN | None = None, source: str | None = None
) -> Run:
    """Make a run from settings, and from the weights of a file where there is one."""
    trainer = Trainer(net or settings.new_network(), dataset, settings.hyperparameters)
    trainer.distort = distort if settings.distort else None
    return Run(settings, dataset, trainer, source=source)


def current_session() -> Session:
    """Return the visitor's session; the first time, with a fresh network."""
    pool()
    if "session" not in st.session_state:
        st.session_state["session"] = Session()
    presence()
    return st.session_state["session"]
