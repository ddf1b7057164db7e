"""The expert: the network that comes with the page, trained beforehand by `python -m nn pretrain`."""

import json
from functools import cache
from pathlib import Path

from nn.explain.calibration import RejectPrice
from nn.two_layer import TwoLayerNN

WEIGHTS = Path(__file__).parent / "pretrained.npz"
REPORT = WEIGHTS.with_suffix(".json")


def load_expert() -> TwoLayerNN:
    """
    Load the expert.

    Returns
    -------
    TwoLayerNN
        In float32; the file holds float16, half the bytes, and not one test digit is read differently.
    """
    return TwoLayerNN.load(WEIGHTS)


@cache
def expert_reject_prices() -> tuple[RejectPrice, ...]:
    """Return what each threshold for 'I am not sure' costs the expert on MNIST's test digits."""
    return tuple(RejectPrice(**price) for price in json.loads(REPORT.read_text())["reject"])
