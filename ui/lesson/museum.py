"""One visitor's visit to the bug museum: six cases in an order of their own, and the runs of the open one."""

from typing import NamedTuple

import numpy as np

from nn import Status, Trainer
from nn.digits import DigitsLike
from nn.explain.bugs import BUGS, Bug, Experiment
from server.pool import Pool

LETTERS = "ABCDEF"


class Case(NamedTuple):
    """An exhibit that is open: the same experiment, with the bug and without."""

    letter: str
    bug: Bug
    experiment: Experiment
    sick: Trainer
    healthy: Trainer


class Museum:
    """
    The state of a visit.

    Attributes
    ----------
    case : Case or None
        The one that is open.
    guess : str or None
        The key of the bug that the class has named.
    revealed : set of str
        The letters of the cases that have been told.
    solved : set of str
        Those of them that were named rightly.

    Parameters
    ----------
    pool : Pool
        Advances the runs; they are the museum's own and touch no other.
    seed : int, optional
        Decides the order of the cases; by default another one at each visit.
    """

    def __init__(self, pool: Pool, seed: int | None = None) -> None:
        self._pool = pool
        order = np.random.default_rng(seed).permutation(list(BUGS))
        self._bugs = dict(zip(LETTERS, order, strict=True))
        self.case: Case | None = None
        self.guess: str | None = None
        self.revealed: set[str] = set()
        self.solved: set[str] = set()

    def open(self, letter: str, digits: DigitsLike) -> None:
        """
        Start both runs of a case; those of the case before are paused and forgotten.

        Parameters
        ----------
        letter : str
            A to F.
        digits : DigitsLike
            What is learned from.
        """
        self.close()
        bug = BUGS[self._bugs[letter]]
        experiment = bug.experiment(digits)
        self.case = Case(letter, bug, experiment, experiment.trainer(), bug.healthy(digits).trainer())
        for trainer in self.case[-2:]:
            self._pool.run(trainer)

    def close(self) -> None:
        """Pause both runs, and forget them."""
        if self.case:
            for trainer in self.case[-2:]:
                trainer.pause()
        self.case = self.guess = None

    def look(self) -> None:
        """Say that somebody looks: the runs go on, and stop by themselves when nobody looks any more."""
        for trainer in self.case[-2:]:
            self._pool.come_back(trainer)
            self._pool.leave(trainer)

    @property
    def running(self) -> bool:
        """Whether a run of the open case is on, or its last measurement still to come."""
        return self.case is not None and any(
            run.status is Status.RUNNING
            or (run.status is Status.FINISHED and run.history.points[-1].iteration < run.iteration)
            for run in self.case[-2:]
        )

    def reveal(self) -> None:
        """Tell what it is; a case counts as solved only when it was named before."""
        letter = self.case.letter
        if letter not in self.revealed and self.guess == self.case.bug.key:
            self.solved.add(letter)
        self.revealed.add(letter)

    def drawings_right(self, trainer: Trainer, X: np.ndarray, Y: np.ndarray, sick: bool) -> int:
        """Count how many digits a run reads right that are handed in like drawings."""
        seen = self.case.experiment.see(X) if sick else X
        with np.errstate(over="ignore", invalid="ignore"):
            return int(np.count_nonzero(trainer.net.predict(seen) == Y))
