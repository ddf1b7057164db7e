"""A visitor with a real run and the real expert, as the live parts need one."""

import itertools
import threading
import time

import numpy as np

from data import load_sample
from data.drawing import to_mnist
from nn import Hyperparameters, Status, Trainer, TwoLayerNN
from nn.expert import load_expert
from server.live import Look, Visits, reading

EXPERT = load_expert()
SAMPLE = load_sample()
VISITS = Visits()
_ids = itertools.count()


class Guest:
    """Trains in a thread of its own."""

    def __init__(self, iterations: int = 200) -> None:
        self.pressed: list[tuple[str, int]] = []
        self.iterations = iterations
        self.parent: list | None = None
        self.digit: np.ndarray | None = None
        self.reset()

    def reset(self) -> None:
        if hasattr(self, "trainer"):
            self.trainer.pause()
            self.parent = list(self.trainer.history.points)
        net = TwoLayerNN(784, 10, 10, seed=0)
        self.trainer = Trainer(net, SAMPLE, Hyperparameters(learning_rate=0.1, iterations=self.iterations))
        self.id = f"run {next(_ids)}"

    def act(self, what: str, times: int) -> None:
        self.pressed.append((what, times))
        trainer = self.trainer
        if what == "running" and trainer.start():
            threading.Thread(target=self._train, args=(trainer,), daemon=True).start()
        elif what == "paused":
            trainer.pause()
        elif what == "step":
            for _ in range(times):
                trainer.step()
            trainer.measure()
        elif what == "reset":
            self.reset()

    @staticmethod
    def _train(trainer: Trainer) -> None:
        while trainer.status is Status.RUNNING:
            trainer.advance(0.01)
            time.sleep(0.01)

    def look(self) -> Look:
        trainer, points = self.trainer, self.trainer.history.points
        pace = (
            trainer.iteration / trainer.seconds
            if trainer.status is Status.RUNNING and trainer.seconds
            else None
        )
        advice = {"text": "The run is over.", "tone": "blue"} if trainer.status is Status.FINISHED else None
        return Look(
            self.id, trainer.iteration, self.iterations, trainer.status, points, pace, advice, self.parent
        )

    def read(self, frame: np.ndarray) -> dict:
        self.digit = to_mnist(frame)
        return self.reading()

    def reading(self) -> dict:
        if self.digit is None:
            return reading(None, None, None)
        row = self.digit.reshape(1, 784)
        return reading(self.digit, EXPERT.predict_proba(row)[0], self.trainer.net.predict_proba(row)[0])
