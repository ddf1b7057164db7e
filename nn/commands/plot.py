"""The picture that `python -m nn train --plot` makes: curves, and digits with the network's answers."""

import numpy as np

from data import Dataset
from nn import Trainer

ROWS, COLUMNS = 4, 10  # of the digits; the last row holds mistakes
RIGHT, WRONG = "#1a7f37", "#cf222e"


def plot(trainer: Trainer, dataset: Dataset, path: str) -> None:
    """Draw the curves, random digits and mistakes, each with the network's answer, right or wrong."""
    from matplotlib.figure import Figure  # unlike pyplot, it needs no screen

    figure = Figure(figsize=(12, 9), layout="constrained")
    upper, lower = figure.subfigures(2, 1, height_ratios=(2, 3))
    for axes, name in zip(upper.subplots(1, 2), ("accuracy", "loss"), strict=True):
        for split in ("train", "dev"):
            axes.plot(trainer.history.iteration, getattr(trainer.history, f"{split}_{name}"), label=split)
        axes.set(xlabel="iteration", ylabel=name)
        axes.legend()
    split = "dev" if dataset.X_test is None else "test"
    X, Y = getattr(dataset, f"X_{split}"), getattr(dataset, f"Y_{split}")
    answers = trainer.net.predict(X)
    order = np.random.default_rng(0).permutation(len(Y))
    shown, others = np.split(order, [(ROWS - 1) * COLUMNS])
    chosen = [*shown, *others[answers[others] != Y[others]][:COLUMNS]]
    lower.suptitle(f"{split} digits: {ROWS - 1} random rows, then more mistakes")
    grid = lower.subplots(ROWS, COLUMNS, subplot_kw={"xticks": [], "yticks": [], "frame_on": False})
    for axes, k in zip(grid.ravel(), chosen, strict=False):
        right, names = answers[k] == Y[k], dataset.class_names
        axes.imshow(X[k].reshape(28, 28), cmap="gray_r")
        title = f"{names[answers[k]]} ✓" if right else f"{names[answers[k]]} ✗ is {names[Y[k]]}"
        axes.set_title(title, fontsize=9, color=RIGHT if right else WRONG)
    figure.savefig(path)
