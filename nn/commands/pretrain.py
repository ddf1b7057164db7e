"""The command `python -m nn pretrain`: trains the expert from the data, with one seed."""

import argparse
import json
from dataclasses import asdict, fields
from datetime import date
from pathlib import Path

import numpy as np
from tqdm import tqdm

from data import load_mnist
from data.pen.handwriting import (
    BRUSHES_TO_CHECK,
    WRITERS_TO_CHECK,
    WRITERS_TO_FIT,
    Handwriting,
    pen_pictures,
    render_pen,
)
from data.pen.strokes import read_unipen
from nn.expert.pretraining import Pretraining, Recipe, in_float16
from nn.explain.calibration import RejectPrice, reject_price
from nn.two_layer import TwoLayerNN

MNIST_SIZE = 60_000  # training digits, of which a twelfth is held out
SAVE_EVERY = 5  # epochs
CHECK_EVERY = 10  # epochs


def pretrain(
    recipe: Recipe, pen_file: Path, folder: Path, train_size: int | None = None, test: bool = False
) -> dict:
    """Train by the recipe, or go on where an interrupted run stopped, and save weights and results.

    Parameters
    ----------
    recipe : Recipe
    pen_file : Path
        The UNIPEN file.
    folder : Path
        Gets pretrained.npz and pretrained.json, and, to resume from, checkpoint.npz and
        pen-SEED-VARIANTS.npz.
    train_size : int, optional
        How many of MNIST's training digits to use, to try things out.
    test : bool
        Whether to measure the test digits at the end: once, when everything is decided.

    Returns
    -------
    dict
        What is written to pretrained.json.

    Raises
    ------
    DataError
        Where data are missing or broken.
    ValueError
        Where the checkpoint in the folder belongs to another recipe or to other data.
    """
    folder.mkdir(parents=True, exist_ok=True)
    dev_size = (train_size or MNIST_SIZE) // 12
    dataset = load_mnist(dev_size, recipe.seed, train_size=train_size)
    written = read_unipen(pen_file)
    fit, check = written.of_writers(*WRITERS_TO_FIT), written.of_writers(*WRITERS_TO_CHECK)
    pen = _pen_training_set(recipe, pen_file, folder, fit.Y)
    sizes = {
        "mnist_train": len(dataset.Y_train),
        "mnist_dev": len(dataset.Y_dev),
        "pen_train_digits": len(fit.Y),
        "pen_dev_digits": len(check.Y),
    }
    strokes = sum(len(digit) for digit in fit.strokes)
    dev = {"mnist_dev": (dataset.X_dev, dataset.Y_dev)}
    for brush in BRUSHES_TO_CHECK:
        dev[f"pen_dev_brush_{brush}"] = pen_pictures(check, brush, recipe.seed), check.Y
    mnist = dataset.X_train, dataset.Y_train
    handwriting = Handwriting(mnist, pen, recipe.pen_share, recipe.batch_size, recipe.seed)
    run = Pretraining(recipe, handwriting.batches_per_epoch, sizes | {"pen_train_strokes": strokes})
    checkpoint = folder / "checkpoint.npz"
    if checkpoint.exists():
        run.load(checkpoint)
    with tqdm(total=recipe.epochs, initial=run.epoch, unit="epoch", dynamic_ncols=True) as bar:
        while run.epoch < recipe.epochs:
            loss = run.train_epoch(handwriting.epoch(run.epoch, run.strength))
            bar.update()
            if run.epoch % SAVE_EVERY == 0:
                run.save(checkpoint)
            if run.epoch % CHECK_EVERY == 0:
                measured = {name: f"{value:.2%}" for name, value in _measure(run.net, dev).items()}
                bar.set_postfix({"loss": f"{loss:.4f}"} | measured)
    run.save(checkpoint)

    weights = folder / "pretrained.npz"
    np.savez_compressed(weights, activation=run.net.activation, **in_float16(run.net))
    net = TwoLayerNN.load(weights)  # as rounded to float16
    if test:
        dev = dev | {"mnist_test": (dataset.X_test, dataset.Y_test)}
    report = {
        "date": date.today().isoformat(),
        "data": sizes | {"pen_train_writers": WRITERS_TO_FIT, "pen_dev_writers": WRITERS_TO_CHECK},
        "hyperparameters": asdict(recipe) | {"activation": net.activation, "optimizer": "adam"},
        "accuracy": _measure(net, dev),
        "reject": _reject_prices(net, dataset.X_test, dataset.Y_test) if test else [],
    }
    (folder / "pretrained.json").write_text(json.dumps(report, indent=2) + "\n")
    return report


def _pen_training_set(
    recipe: Recipe, pen_file: Path, folder: Path, Y: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Render the pen digits, unless an earlier run has left them in the folder."""
    kept = folder / f"pen-{recipe.seed}-{recipe.pen_variants}.npz"
    if not kept.exists():
        made = render_pen(pen_file, recipe.pen_variants, recipe.seed)
        made = tqdm(made, "drawing pen digits", recipe.pen_variants, dynamic_ncols=True)
        part = kept.with_suffix(".part.npz")
        np.savez(part, X=np.stack([pictures for pictures, _ in made]), Y=Y)
        part.replace(kept)
    with np.load(kept, allow_pickle=False) as file:
        if not np.array_equal(file["Y"], Y):
            raise ValueError(
                f"{kept} holds pictures of other pen digits ({len(file['Y'])}) than are in {pen_file} "
                f"({len(Y)}): delete it to draw them again, or name the file it was made from."
            )
        return file["X"], Y


def _measure(net: TwoLayerNN, sets: dict[str, tuple[np.ndarray, np.ndarray]]) -> dict[str, float]:
    return {name: round(net.evaluate(X, Y), 5) for name, (X, Y) in sets.items()}


def _reject_prices(net: TwoLayerNN, X: np.ndarray, Y: np.ndarray) -> list[dict[str, float]]:
    """Compute what each threshold for 'I am not sure', from 0 to 0.99, costs and gains."""
    prices = np.round(reject_price(net.predict_proba(X), Y, np.arange(100) / 100), 5)  # (5, 100)
    return [dict(zip(RejectPrice._fields, price, strict=True)) for price in prices.T.tolist()]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the data, and an option for each field of the recipe."""
    parser.add_argument("--pen", type=Path, required=True, help="pendigits-orig.tra.gz")
    parser.add_argument("--folder", type=Path, default=Path("pretraining"), help="for checkpoint and results")
    parser.add_argument("--train-size", type=int, help="MNIST digits to use, to try things out")
    parser.add_argument("--test", action="store_true", help="measure the test digits at the end")
    for field in fields(Recipe):
        option = f"--{field.name.replace('_', '-')}"
        parser.add_argument(option, type=type(field.default), default=field.default)


def command(options: argparse.Namespace) -> int:
    """Train as the options say; 130 where it was interrupted."""
    recipe = Recipe(**{field.name: getattr(options, field.name) for field in fields(Recipe)})
    try:
        report = pretrain(recipe, options.pen, options.folder, options.train_size, options.test)
    except KeyboardInterrupt:
        print("interrupted; the same command goes on from the last checkpoint")
        return 130
    print(json.dumps(report["accuracy"], indent=2))
    return 0
