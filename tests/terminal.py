"""Runs `python -m nn` in this process, as a person would type it: a new one each time would take seconds."""

import io
import re
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import NamedTuple

import numpy as np

import nn.__main__ as command_line
from data import load_sample

ROOT = Path(__file__).parents[1]


class Answer(NamedTuple):
    """What a command printed, and its exit code."""

    code: int
    out: str
    err: str


def run(*arguments: object) -> Answer:
    """Run a command."""
    with redirect_stdout(io.StringIO()) as out, redirect_stderr(io.StringIO()) as err:
        try:
            code = command_line.main([str(argument) for argument in arguments])
        except SystemExit as end:
            code = end.code
    return Answer(code, out.getvalue(), err.getvalue())


def accuracies(text: str) -> dict[str, float]:
    """Find the accuracy on each split in what was printed."""
    return {split: float(number) / 100 for split, number in re.findall(r"(train|dev|test) +([\d.]+)%", text)}


def digits_csv(path: Path, count: int = 40, header: bool = False) -> Path:
    """Write some real digits as a CSV file."""
    sample = load_sample()
    table = np.column_stack([sample.Y_train, np.rint(sample.X_train * 255)]).astype(int)[:count]
    names = "label," + ",".join(f"pixel{i}" for i in range(784))
    np.savetxt(path, table, fmt="%d", delimiter=",", header=names if header else "", comments="")
    return path
