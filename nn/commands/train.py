"""The command `python -m nn train`: trains a network, says how good it is, writes what was asked for."""

import argparse
import os
import sys
from dataclasses import fields
from pathlib import Path

from tqdm import tqdm

from nn import Hyperparameters, Status, Trainer, TwoLayerNN
from nn.commands.evaluate import report
from nn.commands.inputs import add_data_arguments, load_digits
from nn.commands.plot import plot
from nn.functions import ACTIVATIONS
from nn.optimizers import OPTIMIZERS, SCHEDULES
from nn.parameters import INITS

NUMBERS = (
    ("--learning-rate", 0.1, "the length of a step"),
    ("--iterations", 500, "updates of the parameters"),
    ("--l2", 0.0, "how strongly weights are pulled towards 0"),
    ("--dropout", 0.0, "share of the hidden units left out"),
    ("--seed", 0, "same seed, same run"),
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the data, every hyperparameter, the network and what to write."""
    add_data_arguments(parser)
    for name, default, what in NUMBERS:
        parser.add_argument(name, type=type(default), default=default, help=what)
    parser.add_argument("--hidden", type=int, default=10, dest="hidden_size", help="hidden units, 1 to 1024")
    parser.add_argument("--batch-size", type=int, help="digits for one update; None is all of them")
    parser.add_argument("--activation", choices=ACTIVATIONS, default="relu", help="of the hidden units")
    parser.add_argument("--init", choices=INITS, default="uniform", help="how the weights start")
    parser.add_argument("--optimizer", choices=OPTIMIZERS, default="gradient_descent", help="makes the steps")
    parser.add_argument("--schedule", choices=SCHEDULES, default="constant", help="of the learning rate")
    parser.add_argument("--save", help="where to write the network, for example my.npz")
    parser.add_argument("--plot", help="where to draw curves and answers, for example curves.png")


def command(options: argparse.Namespace) -> int:
    """Train a network, say how good it is, and write what was asked for; 1 when the training diverged."""
    chosen = vars(options)
    settings = Hyperparameters(**{field.name: chosen[field.name] for field in fields(Hyperparameters)})
    net = TwoLayerNN(**{name: chosen[name] for name in ("hidden_size", "activation", "init", "seed")})
    check_outputs(options)
    dataset = load_digits(options.data, options.dev_size)
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
