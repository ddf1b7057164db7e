"""Reaches the real runs behind the page: under test the engine trains in this process."""

from dataclasses import dataclass

from data import Dataset
from nn import Hyperparameters, Trainer
from server.datasets import datasets
from server.engine import Job, engine
from tests.pools import wait_until
from tests.toy import toy_digits, toy_net


@dataclass(frozen=True)
class ToyRecipe:
    """A small run on toy digits, whatever digits it is said to learn."""

    dataset: str
    hyperparameters: Hyperparameters

    def trainer(self, dataset: Dataset) -> Trainer:
        """Make the run, at its first iteration."""
        return Trainer(toy_net(), toy_digits(), self.hyperparameters)


def trainer_of(job: Job) -> Trainer:
    """Return the run itself, of which the page has only a handle."""
    return engine().placed(job)._node._runs[job.name]


def trained(job: Job) -> Job:
    """Let a run learn to its end."""
    job.start()
    wait_until(lambda: not job.busy)
    return job


def sample() -> Dataset:
    """Return the sample, under the key by which the engine opens it."""
    return datasets().get("sample")
