"""The command `python -m nn predict`: reads the digits in pictures."""

import argparse
import io
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps

from data.drawing import to_mnist
from nn.commands.inputs import load_network
from nn.expert import WEIGHTS


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the pictures and the network."""
    parser.add_argument("pictures", nargs="+", help="files of any picture format")
    parser.add_argument("--model", default=WEIGHTS, help="the network's file; by default the shipped one")
    parser.add_argument("--ink", choices=["auto", "dark", "light"], default="auto", help="the digit's shade")


def command(options: argparse.Namespace) -> int:
    """Read the digit in each picture, and say how sure the network is."""
    net = load_network(options.model)
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
