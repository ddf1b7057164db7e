"""The same settings with ten seeds, trained together: how much of an accuracy is luck."""

from dataclasses import replace

import numpy as np
import pandas as pd

from nn import Status
from server.engine import Job
from ui.state.run import Run, new_trainer

SEEDS = 10
MOST_HIDDEN = 256  # units: ten larger networks would take too much of the server's memory
GRID = 60  # iterations at which the band is drawn


class SeedRuns:
    """
    Ten runs that differ only in their seed.

    Attributes
    ----------
    settings : Settings
        What they have in common, with the first of the seeds.
    dataset : Dataset
        The digits that they share.
    trainers : list of Job

    Parameters
    ----------
    run : Run
        Its settings as they are now are used from the first iteration on.
    """

    def __init__(self, run: Run) -> None:
        self.settings, self.dataset = run.now, run.dataset
        training = self.settings.hyperparameters
        self.trainers = [
            new_trainer(
                replace(self.settings, hyperparameters=training.replace(seed=training.seed + k)),
                run.dataset,
                rewindable=False,  # nobody goes back in these
            )
            for k in range(SEEDS)
        ]

    @property
    def running(self) -> bool:
        """Whether any of them is learning."""
        return any(trainer.status is Status.RUNNING for trainer in self.trainers)

    @property
    def over(self) -> bool:
        """Whether none of them has anything left to learn."""
        return all(trainer.status in (Status.FINISHED, Status.DIVERGED) for trainer in self.trainers)

    @property
    def progress(self) -> float:
        """How far they are on average, from 0 to 1."""
        wanted = self.settings.hyperparameters.iterations
        done = [1.0 if t.status is Status.DIVERGED else t.iteration / wanted for t in self.trainers]
        return float(np.mean(done))

    def start(self) -> None:
        """Let them learn, or go on."""
        for trainer in self.trainers:
            trainer.start()

    def stop(self) -> None:
        """Pause them."""
        for trainer in self.trainers:
            trainer.pause()

    def sound(self) -> list[Job]:
        """Return those that have not diverged."""
        return [trainer for trainer in self.trainers if trainer.status is not Status.DIVERGED]

    def band(self) -> pd.DataFrame:
        """
        Compute how far they are apart, as far as all of them have come.

        Returns
        -------
        DataFrame
            `iteration` and the `lowest`, `median` and `highest` held-out accuracy there; empty where all
            have diverged.
        """
        points = [trainer.history.sampled(200) for trainer in self.sound()]
        if not points:
            return pd.DataFrame({"iteration": [], "lowest": [], "median": [], "highest": []})
        grid = np.unique(np.linspace(0, min(run[-1].iteration for run in points), GRID).round())
        accuracy = np.array(
            [np.interp(grid, [p.iteration for p in run], [p.dev_accuracy for p in run]) for run in points]
        )  # (runs, grid)
        return pd.DataFrame(
            {
                "iteration": grid,
                "lowest": accuracy.min(axis=0),
                "median": np.median(accuracy, axis=0),
                "highest": accuracy.max(axis=0),
            }
        )

    def accuracies(self) -> list[float]:
        """Return the held-out accuracy of each that has not diverged, now."""
        return [trainer.history.points[-1].dev_accuracy for trainer in self.sound()]
