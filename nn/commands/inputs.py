"""What the commands take by name: digits to learn from or to be tested on, and saved networks."""

import argparse
from pathlib import Path

from tqdm import tqdm

from data import DataError, Dataset, find_source, list_sources, load_csv
from nn import TwoLayerNN


def add_data_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the digits."""
    parser.add_argument("--data", default="sample", help="sample, mnist, fashion-mnist, kaggle or a CSV")
    parser.add_argument("--dev-size", type=int, help="digits to hold out; by default the source's own number")


def load_digits(name: str, dev_size: int | None) -> Dataset:
    """Load a source by its key, a CSV file by its path, or data/train.csv as `kaggle`."""
    options = {} if dev_size is None else {"dev_size": dev_size}
    keys = [source.key for source in list_sources()]
    if name == "kaggle":
        name = next((key for key in keys if key in ("train.csv", "train.csv.gz")), "")
        if not name:
            raise DataError("There is no data/train.csv: put the file from Kaggle's Digit Recognizer there.")
    elif name not in keys and (Path(name).exists() or name.lower().endswith((".csv", ".csv.gz"))):
        return load_csv(name, **options)
    source = find_source(name)
    with tqdm(desc="download", unit="B", unit_scale=True, disable=not source.needs_download) as bar:

        def show(here: int, total: int) -> None:
            bar.total = total
            bar.update(here - bar.n)

        return source.load(show, **options)


def load_network(path: str) -> TwoLayerNN:
    """Load a saved network; an error names the file."""
    if not Path(path).exists():
        raise ValueError(f"There is no network {path}: make one with python -m nn train --save {path}")
    try:
        return TwoLayerNN.load(path)
    except ValueError as error:
        raise ValueError(f"{path}: {error}") from error
