"""Everything a visitor can set, in one value: what the sidebar returns and a run is made from."""

from dataclasses import dataclass
from typing import Self

from nn import Hyperparameters, TwoLayerNN
from nn.expert import load_expert
from nn.parameters import INITS

LEARNING_RATES = [  # 0.0001 to 10, eleven to a decade; {:.3g} makes 0.3 of 0.30000000000000004
    float(f"{digit * 10.0**power:.3g}")
    for power in range(-4, 1)
    for digit in (1, 1.5, 2, 2.5, 3, 4, 5, 6, 7, 8, 9)
] + [10.0]
L2 = [0.0, 1e-5, 3e-5, 1e-4, 3e-4, 1e-3, 3e-3, 1e-2, 3e-2, 1e-1]
EXPERT = "expert"
FULL_BATCH = "all"
BATCH_SIZES = ["1", "8", "16", "32", "64", "128", "256", "512", "1024", FULL_BATCH]
STARTS = (*INITS, EXPERT)  # where the weights start
MOST_ITERATIONS = 10_000
MOST_DROPOUT = 0.9
MOST_SEED = 999_999

AFTER_RESET = {  # what a run cannot change on its way, and its name in words
    "dataset": "data",
    "hidden_size": "hidden units",
    "activation": "activation",
    "init": "starting weights",
    "optimizer": "optimizer",
    "seed": "seed",
}


@dataclass(frozen=True)
class Settings:
    """The digits, the network and how to train it."""

    dataset: str = "sample"  # a key of data.list_sources
    hidden_size: int = 10
    activation: str = "relu"
    init: str = "uniform"
    hyperparameters: Hyperparameters = Hyperparameters()
    distort: bool = False  # bend the training digits a little, differently each time they are seen

    @property
    def from_expert(self) -> bool:
        """Whether training starts from the shipped network's weights, and so with its hidden units."""
        return self.init == EXPERT

    def new_network(self) -> TwoLayerNN:
        """Make the network to train: an untrained one, or a copy of the shipped one."""
        if self.from_expert:
            return load_expert()
        return TwoLayerNN(
            hidden_size=self.hidden_size,
            activation=self.activation,
            init=self.init,
            seed=self.hyperparameters.seed,
        )

    def values(self) -> dict[str, str | int | float]:
        """Return every setting as its widget holds it, by the widget's key."""
        training = self.hyperparameters
        return {
            "dataset": self.dataset,
            "hidden_size": self.hidden_size,
            "activation": self.activation,
            "init": self.init,
            "learning_rate": training.learning_rate,
            "iterations": training.iterations,
            "batch_size": str(training.batch_size or FULL_BATCH),
            "optimizer": training.optimizer,
            "l2": training.l2,
            "dropout": training.dropout,
            "seed": training.seed,
            "distort": self.distort,
        }

    def waiting(self, run: Self) -> list[str]:
        """Name the settings, in words, that differ from those of a run and need a new one."""
        mine, its = self.values(), run.values()
        return [name for key, name in AFTER_RESET.items() if mine[key] != its[key]]


CLASSIC = Settings()
MODERN = Settings(
    hidden_size=128,
    init="he",
    hyperparameters=Hyperparameters(
        learning_rate=0.0015, iterations=5500, batch_size=64, optimizer="adam", dropout=0.1
    ),
)
