"""The runs of one visitor, kept in bounded memory to be compared, named, restored and deleted."""

import pandas as pd

from ui.state.run import UPLOADED, Run

MOST_RUNS = 12
MOST_BYTES = 64 * 2**20  # of checkpoints in all runs of a visitor
MOST_LETTERS = 40  # of a name


class Runs:
    """A visitor's runs, oldest first: at most 12, and their checkpoints in bounded memory."""

    def __init__(self) -> None:
        self.runs: list[Run] = []
        self._count = 0

    def note(self, run: Run) -> None:
        """List a run as soon as it has something to show; the oldest may have to go for it."""
        untouched = run.looking_back or not (run.trainer.iteration or run.source)
        if run.deleted or untouched:
            return
        if run not in self.runs:
            self._count += 1
            forked = f" from {run.parent.name} at {run.trainer.forked_at}" if run.parent else ""
            run.name = f"Run {self._count}{forked}"[:MOST_LETTERS]
            self.runs.append(run)
            self._make_room(run)
        self._limit_memory(run)

    def rename(self, run: Run, name: str) -> None:
        """Rename a run, unless the new name is empty or taken."""
        name = " ".join(name.split())[:MOST_LETTERS].strip()
        if name and all(other.name != name for other in self.runs):
            run.name = name

    def delete(self, run: Run) -> None:
        """Delete a run; what was forked from it keeps its curve."""
        run.deleted = True
        self.runs = [other for other in self.runs if other is not run]
        for other in self.runs:
            if other.parent is run:
                other.parent = None

    def best(self) -> list[Run]:
        """Return, for each set of digits, the run that reads held-out ones best."""
        best: dict[str, Run] = {}
        for run in self.runs:
            name = run.dataset.name
            if name not in best or _dev_accuracy(run) > _dev_accuracy(best[name]):
                best[name] = run
        return list(best.values())

    def table(self) -> pd.DataFrame:
        """Return a row for each run, newest first: how far it came, and with which settings."""
        best = self.best()
        return pd.DataFrame([_row(run, run in best) for run in reversed(self.runs)])

    def _make_room(self, newest: Run) -> None:
        own = newest.settings.dataset.startswith(UPLOADED)
        for run in self.runs[:]:  # a second large file of one's own would not fit
            if own and run.settings.dataset.startswith(UPLOADED) and run.dataset is not newest.dataset:
                self.delete(run)
        if len(self.runs) > MOST_RUNS:
            keep = [*self.best(), newest]
            self.delete(next((run for run in self.runs if run not in keep), self.runs[0]))

    def _limit_memory(self, on_show: Run) -> None:
        """Let the oldest runs forget all their checkpoints but the last, while there are too many."""
        for run in self.runs:
            if run is not on_show and sum(other.size for other in self.runs) > MOST_BYTES:
                run.forget_past()


def _dev_accuracy(run: Run) -> float:
    return run.trainer.history.points[-1].dev_accuracy


def _row(run: Run, best: bool) -> dict[str, object]:
    trainer, values = run.trainer, run.learned.values()
    last = trainer.history.points[-1]
    changed = [change.iteration for change in run.changes[1:] if change.iteration < trainer.iteration]
    return {
        "run": run.name,
        "best": "★" if best else "",
        "held-out accuracy": last.dev_accuracy,
        "training accuracy": last.train_accuracy,
        "iterations": trainer.iteration,
        "seconds": round(trainer.seconds, 1),
        "status": str(trainer.status),
        **{name: value for name, value in values.items() if name != "iterations"},
        "dataset": run.dataset.name,
        "weights from": run.source or "",
        "settings changed at": " ".join(map(str, changed)),
    }
