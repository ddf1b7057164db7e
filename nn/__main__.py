"""The command line: python -m nn train, evaluate, predict or pretrain."""

import argparse
import io
import os
import sys
from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps
from threadpoolctl import threadpool_limits
from tqdm import tqdm

from data import DataError, Dataset, find_source, list_sources, load_csv
from data.drawing import to_mnist
from nn import Hyperparameters, Status, Trainer, TwoLayerNN, pretrain
from nn.functions import ACTIVATIONS
from nn.optimizers import OPTIMIZERS
from nn.parameters import INITS
from nn.shipped import WEIGHTS

ROWS, COLUMNS = 4, 10  # of the digits in a plot; the last row holds mistakes
RIGHT, WRONG = "#1a7f37", "#cf222e"
NUMBERS = (
    ("--learning-rate", 0.1, "the length of a step"),
    ("--iterations", 500, "updates of the parameters"),
    ("--l2", 0.0, "how strongly weights are pulled towards 0"),
    ("--dropout", 0.0, "share of the hidden units left out"),
    ("--seed", 0, "same seed, same run"),
)


def train(options: argparse.Namespace) -> int:
    """Train a network, say how good it is, and write what was asked for; 1 when the training diverged."""
    chosen = vars(options)
    settings = Hyperparameters(**{field.name: chosen[field.name] for field in fields(Hyperparameters)})
    net = TwoLayerNN(**{name: chosen[name] for name in ("hidden_size", "activation", "init", "seed")})
    check_outputs(options)
    dataset = load(options.data, options.dev_size)
    trainer = Trainer(net, dataset, settings)
    run(trainer)
    diverged = trainer.status is Status.DIVERGED
    if diverged:
        print(
            f"The training diverged after {trainer.iteration:,} iterations: the steps were too long. "
            f"Choose a learning rate below {settings.learning_rate:g}. No network was saved.",
            file=sys.stderr,
        )
    else:
        report(net, dataset)
        if options.save:
            net.save(options.save)
            print(f"wrote {options.save}")
    if options.plot:
        plot(trainer, dataset, options.plot)
        print(f"wrote {options.plot}")
    return int(diverged)


def check_outputs(options: argparse.Namespace) -> None:
    """Complain before the training, not after it, about files that cannot be written."""
    if options.save and not options.save.endswith(".npz"):
        options.save += ".npz"  # as NumPy would
    for path in (Path(name).absolute() for name in (options.save, options.plot) if name):
        if not os.access(path.parent, os.W_OK) or path.is_dir():
            raise ValueError(f"{path} cannot be written: name a file in a folder that exists and is yours.")
    if options.plot and not options.plot.lower().endswith((".png", ".jpg", ".pdf", ".svg")):
        raise ValueError(f"{options.plot} is no name for a picture: let it end in .png, .jpg, .pdf or .svg.")


def run(trainer: Trainer) -> None:
    """Train to the end, or to Ctrl-C, with a progress bar that shows the accuracy."""
    trainer.start()
    with tqdm(total=trainer.hyperparameters.iterations, unit=" iterations", dynamic_ncols=True) as bar:
        try:
            while trainer.status is Status.RUNNING:
                trainer.advance(seconds=0.1)
                now = trainer.history.points[-1]
                bar.set_postfix_str(f"train {now.train_accuracy:.1%}, dev {now.dev_accuracy:.1%}", False)
                bar.update(trainer.iteration - bar.n)
        except KeyboardInterrupt:
            trainer.pause()
    if trainer.status in (Status.PAUSED, Status.READY):
        print(f"stopped after {trainer.iteration:,} iterations")


def evaluate(options: argparse.Namespace) -> int:
    """Say how good a saved network is."""
    report(_load_network(options.model), load(options.data, options.dev_size))
    return 0


def report(net: TwoLayerNN, dataset: Dataset) -> None:
    """Print the accuracy on each whole split."""
    print(dataset.name)
    for split in ("train", "dev", "test"):
        X, Y = getattr(dataset, f"X_{split}"), getattr(dataset, f"Y_{split}")
        text = f"no {split} digits" if X is None else f"{net.evaluate(X, Y):7.2%}  of {len(Y):,} digits"
        print(f"  {split:<5}  {text}")


def predict(options: argparse.Namespace) -> int:
    """Read the digit in each picture, and say how sure the network is."""
    net = _load_network(options.model)
    for path in options.pictures:
        digit = to_mnist(read_picture(path, options.ink))
        if digit is None:
            print(f"{path}: blank, there is nothing to read")
            continue
        probabilities = net.predict_proba(digit.reshape(1, -1))[0]
        first, *others = np.argsort(-probabilities, kind="stable")[:3]
        runners_up = ", ".join(f"{k} {probabilities[k]:.1%}" for k in others)
        print(f"{path}: {first}  ({probabilities[first]:.1%} sure; then {runners_up})")
    return 0


def read_picture(path: str, ink: str = "auto") -> np.ndarray:
    """Read a picture as white ink on black, (height, width) uint8; "auto" takes its border for paper."""
    content = Path(path).read_bytes()
    try:
        with Image.open(io.BytesIO(content)) as image:
            picture = np.asarray(ImageOps.exif_transpose(image).convert("RGBA").convert("LA"), float)
    except Exception as error:  # a decoder meeting broken bytes may raise anything
        raise ValueError(f"{path} is no picture that can be read: {error}") from error
    grey, alpha = picture[..., 0], picture[..., 1] / 255
    rim = np.concatenate([picture[0], picture[-1], picture[:, 0], picture[:, -1]])
    paper, opacity = np.median(rim, axis=0)
    grain = 3 * np.quantile(np.abs(rim[:, 0] - paper), 0.9)  # a scanned sheet is not all of one shade
    clear = opacity < 128  # a transparent border does not tell: paper is what the ink is not
    light = np.average(grey, weights=alpha + 1e-9) < 128 if clear else paper > 127
    dark = light if ink == "auto" else ink == "dark"
    paper, grain = (255 * dark, 0) if clear else (paper, grain)
    contrast = alpha * (paper - grey if dark else grey - paper)
    strongest = max(1, contrast.max())  # becomes full ink, unless it is so faint that the sheet is blank
    is_ink = (contrast > grain) & (strongest > 25)
    return np.where(is_ink, 255 * contrast / strongest, 0).astype(np.uint8)


def plot(trainer: Trainer, dataset: Dataset, path: str) -> None:
    """Draw the curves, digits at random and mistakes, each with the network's answer, right or wrong."""
    from matplotlib.figure import Figure  # by itself, without pyplot, it needs no screen

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
    lower.suptitle(f"{split} digits: {ROWS - 1} rows at random, then more mistakes")
    grid = lower.subplots(ROWS, COLUMNS, subplot_kw={"xticks": [], "yticks": [], "frame_on": False})
    for axes, k in zip(grid.ravel(), chosen, strict=False):
        right, names = answers[k] == Y[k], dataset.class_names
        axes.imshow(X[k].reshape(28, 28), cmap="gray_r")
        title = f"{names[answers[k]]} ✓" if right else f"{names[answers[k]]} ✗ is {names[Y[k]]}"
        axes.set_title(title, fontsize=9, color=RIGHT if right else WRONG)
    figure.savefig(path)


def load(name: str, dev_size: int | None) -> Dataset:
    """Load a source by its key, a CSV file by its path, or data/train.csv as `kaggle`; always split alike."""
    options = {} if dev_size is None else {"dev_size": dev_size}
    keys = [source.key for source in list_sources()]
    if name == "kaggle":
        name = next((key for key in keys if key in ("train.csv", "train.csv.gz")), "")
        if not name:
            raise DataError("There is no data/train.csv: put the one of Kaggle's Digit Recognizer there.")
    elif name not in keys and (Path(name).exists() or name.lower().endswith((".csv", ".csv.gz"))):
        return load_csv(name, **options)
    source = find_source(name)
    with tqdm(desc="download", unit="B", unit_scale=True, disable=not source.needs_download) as bar:

        def show(here: int, total: int) -> None:
            bar.total = total
            bar.update(here - bar.n)

        return source.load(show, **options)


def _load_network(path: str) -> TwoLayerNN:
    if not Path(path).exists():
        raise ValueError(f"There is no network {path}: write one with python -m nn train --save {path}")
    try:
        return TwoLayerNN.load(path)
    except ValueError as error:
        raise ValueError(f"{path}: {error}") from error


class Parser(argparse.ArgumentParser):
    """Complains in one line, without the usage in front."""

    def error(self, message: str) -> None:
        """Leave with code 2, as is usual for wrong arguments."""
        self.exit(2, f"{message}; {self.prog} --help tells more\n")


def parser() -> Parser:
    """Describe the arguments."""
    main = Parser(prog="python -m nn", description="Train a two-layer network on digits, and let it read.")
    commands = main.add_subparsers(required=True, metavar="{train,evaluate,predict,pretrain}")
    one = commands.add_parser("train", help="train a network")
    two = commands.add_parser("evaluate", help="say how good a saved network is")
    three = commands.add_parser("predict", help="read digits in pictures")
    four = commands.add_parser("pretrain", help="train the network that comes with the page")
    pretrain.add_arguments(four)
    for command, does in ((one, train), (two, evaluate), (three, predict), (four, pretrain.command)):
        command.set_defaults(command=does)
        command.formatter_class = argparse.ArgumentDefaultsHelpFormatter
    for command in (one, two):
        command.add_argument("--data", default="sample", help="sample, mnist, fashion-mnist, kaggle or a CSV")
        command.add_argument("--dev-size", type=int, help="digits held out; None is the source's own choice")
    for name, default, what in NUMBERS:
        one.add_argument(name, type=type(default), default=default, help=what)
    one.add_argument("--hidden", type=int, default=10, dest="hidden_size", help="hidden units, 1 to 1024")
    one.add_argument("--batch-size", type=int, help="digits for one update; None is all of them")
    one.add_argument("--activation", choices=ACTIVATIONS, default="relu", help="of the hidden units")
    one.add_argument("--init", choices=INITS, default="uniform", help="how the weights start")
    one.add_argument("--optimizer", choices=OPTIMIZERS, default="gradient_descent", help="makes the steps")
    one.add_argument("--save", help="where to write the network, for example my.npz")
    one.add_argument("--plot", help="where to draw curves and answers, for example curves.png")
    two.add_argument("model", help="the network's file, for example my.npz")
    three.add_argument("pictures", nargs="+", help="files of any picture format")
    three.add_argument("--model", default=WEIGHTS, help="the network's file; by default the shipped one")
    three.add_argument("--ink", choices=["auto", "dark", "light"], default="auto", help="the digit's shade")
    return main


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the command line says; the exit code is 2 where that cannot be done."""
    options = parser().parse_args(arguments)
    try:
        with threadpool_limits(1, user_api="blas"), np.errstate(over="ignore", invalid="ignore"):
            return options.command(options)
    except KeyboardInterrupt:
        return 130
    except (OSError, ValueError) as error:
        file = getattr(error, "filename", None)
        print(f"{file}: {error.strerror}" if file else error, file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
