"""Keeps a dataset's arrays in a folder, from which every process of a computer maps the same memory."""

import hashlib
import json
import os
import shutil
import tempfile
import time
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import numpy as np

from data.dataset import ARRAYS, Dataset

ABANDONED = 3600  # seconds after which a folder that is still being written is nobody's any more


def digest(dataset: Dataset) -> str:
    """Return the SHA-256 of all that a dataset holds: the same wherever the same digits were split alike."""
    sha256 = hashlib.sha256(repr((dataset.name, dataset.class_names)).encode())
    for name in ARRAYS:
        if (array := getattr(dataset, name)) is not None:
            sha256.update(f"{name} {array.shape} {array.dtype}".encode())
            sha256.update(array)
    return sha256.hexdigest()


def write_arrays(dataset: Dataset, folder: Path) -> None:
    """Write a dataset into a folder of its own.

    Parameters
    ----------
    dataset : Dataset
    folder : Path
        It appears only when it is complete, so several processes may write it at once: the first one wins.

    Raises
    ------
    OSError
        Where the disk does not take it.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    for other in folder.parent.glob(".*.part"):
        with suppress(OSError):
            if time.time() - other.stat().st_mtime > ABANDONED:
                remove(other)
    part = Path(tempfile.mkdtemp(prefix=".", suffix=".part", dir=folder.parent))
    try:
        arrays = {name: array for name in ARRAYS if (array := getattr(dataset, name)) is not None}
        for name, array in arrays.items():
            np.save(part / f"{name}.npy", array, allow_pickle=False)
        shapes = {name: array.shape for name, array in arrays.items()}
        about = {"name": dataset.name, "class_names": dataset.class_names, "shapes": shapes}
        (part / "about.json").write_text(json.dumps(about), "utf-8")
        try:
            part.rename(folder)
        except OSError:
            if open_arrays(folder) is None:  # what stands there is broken, not another process's
                remove(folder)
                part.rename(folder)
    finally:
        shutil.rmtree(part, ignore_errors=True)


def open_arrays(folder: Path, key: str = "") -> Dataset | None:
    """Open a dataset that `write_arrays` has written.

    Parameters
    ----------
    folder : Path
    key : str
        The key of the Dataset.

    Returns
    -------
    Dataset or None
        Its arrays are read from the disk as they are used, and shared with whoever else has opened them. None
        where there is no such folder, or it is broken.
    """
    try:
        about = json.loads((folder / "about.json").read_text("utf-8"))
        arrays = {  # ndarrays: slices of a memmap cost more
            name: np.asarray(np.load(folder / f"{name}.npy", mmap_mode="r")) for name in about["shapes"]
        }
        dataset = Dataset(about["name"], tuple(about["class_names"]), **arrays, key=key)
        os.utime(folder)  # in use
    except (OSError, ValueError, KeyError, TypeError, EOFError):
        return None
    whole = all(arrays[name].shape == tuple(shape) for name, shape in about["shapes"].items())
    return dataset if whole else None


def remove(folder: Path) -> None:
    """Remove a folder, as a whole or, where another process on Windows has it open, not at all."""
    doomed = folder.with_name(f".{folder.name.strip('.')}.part")
    with suppress(OSError):
        folder.rename(doomed)
        shutil.rmtree(doomed, ignore_errors=True)


def in_memory(dataset: Dataset) -> Dataset:
    """Return a dataset that came from another process, with arrays that nobody can write to."""
    for name in ARRAYS:
        if (array := getattr(dataset, name)) is not None:
            array.flags.writeable = False
    return replace(dataset)
