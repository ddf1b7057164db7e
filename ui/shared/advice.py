"""What is going on with the run, or what to do, in one sentence."""

import time
from typing import Literal, NamedTuple

import numpy as np

from nn import Status
from ui.state.session import Session

HIGH_LOSS = 5.0  # guessing is 2.3
MOVED_FOR = 60.0  # seconds that a run's move to another process is news
STUCK_LOSS = 0.1  # within this of log 10, after a while: the network only guesses


class Advice(NamedTuple):
    """A sentence, the words before it in bold, and how it is coloured."""

    text: str
    strong: str = ""
    tone: Literal["gray", "blue", "orange", "red"] = "gray"


def advice(session: Session) -> Advice:
    """Say in one sentence what is going on or what to do."""
    trainer = session.trainer
    if trainer.error:
        return Advice(f"{trainer.error}. Press Train to go on, or Reset to start again.", "Stopped:", "red")
    if trainer.status is Status.DIVERGED:
        loss = trainer.history.points[-1].train_loss  # it may have been measured before the explosion
        height = f" to {loss:,.0f}" if HIGH_LOSS < loss < np.inf else ""
        cure = "the steps are too long. Lower the learning rate, then press Reset."
        return Advice(cure, f"The loss exploded{height}:", "orange")
    if _is_stuck(session):
        cure = "one answer for all digits. Lower the learning rate, then press Reset."
        return Advice(cure, "Stuck:", "orange")
    if session.waiting:
        return Advice(f"{', '.join(session.waiting)}.", "Counts after Reset:", "blue")
    if session.run.looking_back:
        way = "change a setting, press Train, and it takes another path from here."
        return Advice(way, "Looking back:", "blue")
    if trainer.status is Status.RUNNING and time.monotonic() - trainer.moved_when < MOVED_FOR:
        resumed = f"a worker process stopped; training resumed at iteration {trainer.moved_at:,}."
        return Advice(resumed, "Nothing to do:", "blue")
    guessing = "An untrained network only guesses: 1 in 10 right. Press Train and watch it learn."
    source = session.run.source or "the expert"
    sentence = {
        Status.READY: guessing if session.untrained else f"Trained before ({source}). Press Train to go on.",
        Status.RUNNING: f"Each iteration looks at {_digits(session)} and changes every weight a little.",
        Status.PAUSED: "Train goes on, Step makes one more iteration, Reset forgets everything learned.",
        Status.FINISHED: "Raise the iterations to go on from here, or press Reset to start again.",
    }
    return Advice(sentence[trainer.status])


def _digits(session: Session) -> str:
    everything = len(session.dataset.X_train)
    size = min(session.trainer.hyperparameters.batch_size or everything, everything)
    return f"{'all ' if size == everything else ''}{size:,} digit{'s' if size > 1 else ''}"


def _is_stuck(session: Session) -> bool:
    """Tell whether all hidden units have died: the loss is that of guessing and no digit moves it."""
    last = session.trainer.history.points[-1]
    return last.iteration >= 20 and abs(last.train_loss - 2.303) < STUCK_LOSS and last.train_accuracy < 0.15
