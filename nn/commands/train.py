"""The command `python -m nn train`: trains a network, says how good it is, and saves or plots it."""

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
from nn.hyperparameters import SCHEDULES
from nn.optimizers import OPTIMIZERS
from nn.parameters import INITS

HELP = {
    "learning_rate": "the length of a step",
    "iterations": "updates of the parameters",
    "batch_size": "digits per update; None is all of them",
    "optimizer": "how a gradient becomes a step",
    "l2": "how strongly weights are pulled towards 0",
    "dropout": "share of the hidden units dropped at each update",
    "seed": "the same seed gives the same run",
    "schedule": "whether the learning rate stays or falls",
}
CHOICES = {"optimizer": OPTIMIZERS, "schedule": SCHEDULES}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the data, every hyperparameter, the network and the files to write."""
    add_data_arguments(parser)
    for field in fields(Hyperparameters):
        name, default = field.name, field.default
        kind = int if default is None else type(default)
        option = "--" + name.replace("_", "-")
        parser.add_argument(option, type=kind, default=default, choices=CHOICES.get(name), help=HELP[name])
    parser.add_argument("--hidden", type=int, default=10, dest="hidden_size", help="hidden units, 1 to 1024")
    parser.add_argument("--activation", choices=ACTIVATIONS, default="relu", help="of the hidden units")
    parser.add_argument("--init", choices=INITS, default="uniform", help="initial weights")
    parser.add_argument("--save", help="where to save the network, for example my.npz")
    parser.add_argument("--plot", help="where to draw curves and answers, for example curves.png")


def command(options: argparse.Namespace) -> int:
    """Train a network, say how good it is, and save and plot it; 1 where the training diverged."""
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
            f"The training diverged after {trainer.iteration:,} iterations: the steps were too large. "
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
    """Find out before the training, not after it, that a file cannot be written."""
    if options.save and not options.save.endswith(".npz"):
        options.save += ".npz"  # as NumPy would
    for path in (Path(name).absolute() for name in (options.save, options.plot) if name):
        if not os.access(path.parent, os.W_OK) or path.is_dir():
            raise ValueError(f"{path} cannot be written: name a file in a folder that exists and is yours.")
    if options.plot and not options.plot.lower().endswith((".png", ".jpg", ".pdf", ".svg")):
        raise ValueError(f"{options.plot} is no name for a picture: end it in .png, .jpg, .pdf or .svg.")


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
