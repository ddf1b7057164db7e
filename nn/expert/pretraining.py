"""Trains the expert: Adam on a cosine schedule, in a run that can be interrupted and resumed."""

import json
import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from nn.functions import Array
from nn.optimizers import Adam
from nn.parameters import Parameters
from nn.two_layer import TwoLayerNN


@dataclass(frozen=True)
class Recipe:
    """What was chosen on held-out digits; the same recipe and data give the same weights.

    Attributes
    ----------
    hidden_size, epochs, batch_size : int
    learning_rate : float
        The highest: the rate rises to it over `warmup` updates, then falls to a hundredth of it along half a
        cosine wave (Loshchilov and Hutter, SGDR, 2017, eq. 5).
    pen_share : float, 0 to below 1
        Share of pen strokes among the training digits.
    pen_variants : int
        Pictures drawn of each pen digit.
    strength : float
        How strongly a picture is distorted whenever it is seen.
    last_strength : float
        What the strength falls to, evenly, over the last quarter of the epochs, so that the network ends on
        digits more like those it will meet.
    seed : int
    """

    hidden_size: int = 1024
    epochs: int = 360
    batch_size: int = 256
    learning_rate: float = 0.005
    warmup: int = 300
    pen_share: float = 0.25
    pen_variants: int = 24
    strength: float = 1.0
    last_strength: float = 0.5
    seed: int = 0


class Pretraining:
    """One run of the recipe.

    Attributes
    ----------
    net : TwoLayerNN
    epoch : int
        Epochs completed.

    Parameters
    ----------
    recipe : Recipe
    batches_per_epoch : int
    data : dict of str to int, optional
        How many digits of each kind there are: a checkpoint is resumed only with the same numbers.
    """

    def __init__(self, recipe: Recipe, batches_per_epoch: int, data: dict[str, int] | None = None) -> None:
        self.recipe, self.data = recipe, data or {}
        self.net = TwoLayerNN(784, recipe.hidden_size, 10, "relu", "he", recipe.seed)
        self.optimizer = Adam()
        self.epoch = 0
        self._total = recipe.epochs * batches_per_epoch

    @property
    def learning_rate(self) -> float:
        """The next update's: a short rise, then half a cosine wave from 1 to 1/100 of the highest."""
        wave = 0.505 + 0.495 * np.cos(np.pi * min(self.optimizer.t / self._total, 1))
        rise = min(1.0, (self.optimizer.t + 1) / max(self.recipe.warmup, 1))
        return self.recipe.learning_rate * float(wave) * rise

    @property
    def strength(self) -> float:
        """How strongly the pictures of the next epoch are distorted."""
        recipe = self.recipe
        late = max(0.0, (self.epoch + 1) / recipe.epochs - 0.75) / 0.25
        return recipe.strength + late * (recipe.last_strength - recipe.strength)

    def train_epoch(self, batches: Iterable[tuple[Array, Array]]) -> float:
        """Make one update per batch and count the epoch; return the mean loss over the batches."""
        losses = []
        for X, Y in batches:
            loss, gradients = self.net.loss_and_gradients(X, Y)
            losses.append(loss)
            moved = self.optimizer.step(self.net.parameters, gradients, self.learning_rate)
            self.net.parameters = Parameters(*moved)
        self.epoch += 1
        return float(np.mean(losses))

    def save(self, path: str | Path) -> None:
        """Save everything needed to go on exactly from here; if interrupted, the old file stays."""
        path = Path(path)
        state = {"recipe": repr(self.recipe), "data": json.dumps(self.data)}
        state |= {"counts": np.array([self.epoch, self.optimizer.t])}
        state |= self.net.parameters._asdict()
        for name, M, S in zip(Parameters._fields, self.optimizer.means, self.optimizer.squares, strict=True):
            state |= {f"mean_{name}": M, f"square_{name}": S}
        beside = path.with_suffix(".part.npz")
        np.savez(beside, **state)
        os.replace(beside, path)

    def load(self, path: str | Path) -> None:
        """Go on from a checkpoint.

        Raises
        ------
        ValueError
            Where it belongs to another recipe or to other data.
        """
        with np.load(path, allow_pickle=False) as file:
            if str(file["recipe"]) != repr(self.recipe):
                raise ValueError(
                    f"{path} belongs to another recipe, {file['recipe']}, not to {self.recipe!r}: "
                    "delete it to start over."
                )
            then = json.loads(str(file.get("data", "{}")))
            if then != self.data:
                names = sorted(name for name in then | self.data if then.get(name) != self.data.get(name))
                differences = ", ".join(
                    f"{name} {then.get(name, 'unknown')}, now {self.data.get(name, 'unknown')}"
                    for name in names
                )
                raise ValueError(
                    f"{path} was begun with other data ({differences}): use the same data, "
                    "or delete it to start over."
                )
            self.epoch, self.optimizer.t = map(int, file["counts"])
            self.net.parameters = Parameters(*(file[name] for name in Parameters._fields))
            self.optimizer.means = tuple(file[f"mean_{name}"] for name in Parameters._fields)
            self.optimizer.squares = tuple(file[f"square_{name}"] for name in Parameters._fields)


def in_float16(net: TwoLayerNN) -> dict[str, Array]:
    """Return the network's four arrays in half precision: half the bytes on disk."""
    return {name: array.astype(np.float16) for name, array in net.parameters._asdict().items()}
