"""The command `python -m nn evaluate`: says how good a saved network is."""

import argparse

from data import Dataset
from nn import TwoLayerNN
from nn.commands.inputs import add_data_arguments, load_digits, load_network


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the data and the network."""
    add_data_arguments(parser)
    parser.add_argument("model", help="the network's file, for example my.npz")


def command(options: argparse.Namespace) -> int:
    """Say how good a saved network is."""
    report(load_network(options.model), load_digits(options.data, options.dev_size))
    return 0


def report(net: TwoLayerNN, dataset: Dataset) -> None:
    """Print the accuracy on the whole of each split."""
    print(dataset.name)
    for split in ("train", "dev", "test"):
        X, Y = getattr(dataset, f"X_{split}"), getattr(dataset, f"Y_{split}")
        text = f"no {split} digits" if X is None else f"{net.evaluate(X, Y):7.2%}  of {len(Y):,} digits"
        print(f"  {split:<5}  {text}")
