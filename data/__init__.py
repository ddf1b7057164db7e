"""Gets digits in: from the bundled sample, MNIST, Fashion-MNIST, CSV files and drawings."""

from data.dataset import DataError, Dataset
from data.loaders import (
    Source,
    find_source,
    list_sources,
    load_csv,
    load_fashion_mnist,
    load_mnist,
    load_sample,
)

__all__ = [
    "DataError",
    "Dataset",
    "Source",
    "find_source",
    "list_sources",
    "load_csv",
    "load_fashion_mnist",
    "load_mnist",
    "load_sample",
]
