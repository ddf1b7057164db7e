"""The command line: python -m nn train, evaluate, predict or pretrain."""

import argparse
import sys
from collections.abc import Sequence

import numpy as np
from threadpoolctl import threadpool_limits

from nn.commands import evaluate, predict, pretrain, train

COMMANDS = {
    "train": (train, "train a network"),
    "evaluate": (evaluate, "say how good a saved network is"),
    "predict": (predict, "read digits in pictures"),
    "pretrain": (pretrain, "train the expert, which comes with the page"),
}


class Parser(argparse.ArgumentParser):
    """Reports an error in one line, without the usage before it."""

    def error(self, message: str) -> None:
        """Exit with code 2, as is usual for wrong arguments."""
        self.exit(2, f"{message}; see {self.prog} --help\n")


def parser() -> Parser:
    """Describe the arguments."""
    whole = Parser(prog="python -m nn", description="Train a two-layer network to read digits.")
    commands = whole.add_subparsers(required=True, metavar="{" + ",".join(COMMANDS) + "}")
    for name, (module, what) in COMMANDS.items():
        command = commands.add_parser(name, help=what, formatter_class=argparse.ArgumentDefaultsHelpFormatter)
        command.set_defaults(command=module.command)
        module.add_arguments(command)
    return whole


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
