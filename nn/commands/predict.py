"""The command `python -m nn predict`: reads the digits in pictures."""

import argparse
import io
import sys
from pathlib import Path

import numpy as np

from data import DataError
from data.drawing import ink, to_mnist
from data.photo.ink import ink_of_photo
from data.photo.picture_file import open_picture
from nn.commands.inputs import load_network
from nn.expert import WEIGHTS

DARK_ON_LIGHT = {"auto": None, "dark": True, "light": False}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the pictures and the network."""
    parser.add_argument("pictures", nargs="+", help="drawings or photographs, in any picture format")
    parser.add_argument("--model", default=WEIGHTS, help="the network's file; by default the expert's")
    parser.add_argument("--ink", choices=DARK_ON_LIGHT, default="auto", help="the digit's shade")


def command(options: argparse.Namespace) -> int:
    """Read the digit in each picture, and say how sure the network is; 2 where one could not be read."""
    net = load_network(options.model)
    code = 0
    for path in options.pictures:
        try:
            digit = read_digit(path, DARK_ON_LIGHT[options.ink])
        except DataError as error:
            print(f"{path}: {error}", file=sys.stderr)
            code = 2
            continue
        probabilities = net.predict_proba(digit.reshape(1, -1))[0]
        first, *others = np.argsort(-probabilities, kind="stable")[:3]
        runners_up = ", ".join(f"{k} {probabilities[k]:.1%}" for k in others)
        print(f"{path}: {first}  ({probabilities[first]:.1%} sure; then {runners_up})")
    return code


def read_digit(path: str, dark_on_light: bool | None = None) -> np.ndarray:
    """Find the digit in a picture, (28, 28) float32; MNIST's own pictures come back as they are."""
    picture = open_picture(io.BytesIO(Path(path).read_bytes()))
    if picture.shape[:2] != (28, 28):
        return to_mnist(ink_of_photo(picture, dark_on_light).ink)
    grey = ink(picture)
    if dark_on_light is None:
        dark_on_light = np.median(np.concatenate([grey[[0, -1]].ravel(), grey[:, [0, -1]].ravel()])) > 127
    digit = to_mnist(255 - grey if dark_on_light else grey)
    if digit is None:
        raise DataError("The picture is blank: there is nothing to read.")
    return digit
