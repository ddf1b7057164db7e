"""Datasets for all: read once, memory-mapped by every process, noticed when corrected, let go when unused."""

import gc
import json
import os
import pickle
import shutil
import subprocess
import sys
import threading
import time
import weakref
from functools import partial
from pathlib import Path

import numpy as np
import pytest

import data
import server.datasets
from data import DataError, Dataset, load_csv, load_sample
from data.dataset import ARRAYS
from data.prepared import digest
from server.datasets import Datasets
from tests.csv_files import csv, named

ROOT = Path(__file__).parents[2]


@pytest.fixture
def folder(tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of CSV files, in place of data/, and an empty cache."""
    monkeypatch.setattr(server.datasets, "find_source", partial(data.find_source, folder=tmp_path))
    return tmp_path


def assert_same(one: Dataset, other: Dataset) -> None:
    for name in ARRAYS:
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name))
    assert (one.name, one.class_names) == (other.name, other.class_names)


def mapped(dataset: Dataset) -> bool:
    """Whether the digits are read from the disk as they are used."""
    return isinstance(dataset.X_train.base, np.memmap)


def prepared(cache: Path) -> list[str]:
    """What stands in the cache: datasets, and whatever somebody left half written."""
    return sorted(path.name for path in (cache / "prepared").iterdir())


def relabelled(digits: tuple[np.ndarray, np.ndarray], k: int) -> bytes:
    """Write a file like another one but for the labels."""
    return csv((digits[0], (digits[1] + k) % 10))


# ---- sources


def test_another_process_opens_the_same_digits_read_only(cache: Path):
    here = Datasets().get("sample")
    assert_same(here, load_sample())
    assert mapped(here) and type(here.X_train) is np.ndarray and here.X_train.dtype == np.float32
    with pytest.raises(ValueError, match="read-only"):
        here.X_train[0] = 0
    there = Datasets()  # as another process has
    assert_same(there.open(here.key), here)
    assert there.get("sample") is there.open(here.key)
    assert np.shares_memory(here.X_train, np.asarray(here.X_train, np.float32))  # what a trainer does
    assert len(prepared(cache)) == 1


def test_the_arrays_are_those_of_the_version():
    assert digest(load_sample()).startswith("46f61cd22556441e") and server.datasets.VERSION == 1, (
        "the arrays differ from those in the caches of version 1: increase VERSION, and change this test"
    )


def test_a_second_process_needs_hardly_any_memory_of_its_own(mnist_dir: Path, cache: Path, monkeypatch):
    monkeypatch.setenv("MNIST_DIR", str(mnist_dir))
    here = Datasets().get("mnist")
    total = float(here.X_train.sum())
    code = (
        "import psutil\n"
        "from server.datasets import datasets\n"
        "datasets()\n"
        "before = psutil.Process().memory_full_info().uss\n"
        f"digits = datasets().open({here.key!r})\n"
        "total = float(digits.X_train.sum())\n"
        "print(total, psutil.Process().memory_full_info().uss - before)"
    )
    ended = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    found, private = map(float, ended.stdout.split())
    assert found == pytest.approx(total)
    assert private < 0.25 * here.X_train.nbytes  # of 185 MB


def test_a_corrected_file_is_read_again_and_the_old_one_let_go(digits, folder: Path, cache: Path):
    X, Y = digits
    table = Datasets()
    (folder / "train.csv").write_bytes(csv((X[:40], Y[:40])))
    first = table.get("train.csv")
    assert len(first.X_train) == 32 and table.get("train.csv") is first
    assert not table.has_changed("train.csv", first)
    (folder / "train.csv").write_bytes(csv(digits))
    assert table.has_changed("train.csv", first)
    second = table.get("train.csv")
    assert len(second.X_train) == 48 and not table.has_changed("train.csv", second)
    assert first.key != second.key and len(prepared(cache)) == 1  # the old arrays are gone from the disk
    assert first.X_train.sum() > 0  # whoever uses them still has them
    gone = weakref.ref(first)
    del first
    gc.collect()
    assert gone() is None


def test_files_of_the_same_size_are_distinguished_by_their_time(digits, folder: Path):
    table, path = Datasets(), folder / "train.csv"
    path.write_bytes(csv(digits))
    first = table.get("train.csv")
    path.write_bytes(csv((digits[0], 9 - digits[1])))
    os.utime(path, ns=(0, path.stat().st_mtime_ns + 10**9))
    assert sorted(table.get("train.csv").Y_train) == sorted(9 - first.Y_train)
    path.write_bytes(csv(digits))
    os.utime(path, ns=(0, path.stat().st_mtime_ns + 2 * 10**9))
    assert table.get("train.csv") is first  # corrected back: the same digits, the same key


def test_the_table_lets_go_of_all_but_the_sample(digits, folder: Path):
    table = Datasets()
    (folder / "train.csv").write_bytes(csv(digits))
    both = [weakref.ref(table.get(key)) for key in ("sample", "train.csv")]
    gc.collect()
    sample, other = (one() for one in both)
    assert sample is not None and other is None
    assert len(table.get("train.csv").X_train) == 48


def test_the_cache_keeps_no_more_than_a_few(digits, folder: Path, cache: Path, monkeypatch):
    monkeypatch.setattr(server.datasets, "MOST_PREPARED", 3)
    for k in range(5):
        (folder / f"{k}.csv").write_bytes(csv(digits))
        Datasets().get(f"{k}.csv")
    assert len(prepared(cache)) == 3


def test_a_cache_that_cannot_be_written_is_no_failure(digits, folder: Path, monkeypatch):
    (folder / "a file").write_text("no folder")
    (folder / "train.csv").write_bytes(csv(digits))
    monkeypatch.setenv("DIGITS_CACHE", str(folder / "a file"))
    table = Datasets()
    dataset = table.get("train.csv")
    assert not mapped(dataset) and dataset.key and table.get("train.csv") is dataset
    assert_same(Datasets().open(dataset.key), dataset)  # read anew, and found to be the same
    upload = table.read(named("mine.csv", csv(digits)))
    assert not mapped(upload) and table.open(upload.key) is upload
    with pytest.raises(KeyError):
        Datasets().open(upload.key)


@pytest.mark.parametrize("spoil", ["cut", "empty", "names", "gone", "shape"])
def test_broken_files_in_the_cache_are_written_anew(digits, folder: Path, cache: Path, spoil: str):
    (folder / "train.csv").write_bytes(csv(digits))
    whole = Datasets().get("train.csv")
    (kept,) = (cache / "prepared").iterdir()
    wanted, array = np.array(whole.X_train), kept / "X_train.npy"
    content = array.read_bytes()
    del whole
    array.unlink()
    if spoil == "cut":
        array.write_bytes(content[:5000])
    elif spoil == "empty":
        array.write_bytes(b"")
    elif spoil == "names":
        array.write_bytes(content)
        (kept / "about.json").write_text(json.dumps(["no", "names"]))
    elif spoil == "shape":
        np.save(array, np.zeros((3, 784), np.float32))
    again = Datasets().get("train.csv")
    np.testing.assert_array_equal(again.X_train, wanted)
    assert mapped(again) and len(prepared(cache)) == 1


def test_many_processes_at_once_end_with_one_copy(digits, folder: Path, cache: Path):
    (folder / "train.csv").write_bytes(csv(digits))
    found: list[Dataset] = []
    threads = [threading.Thread(target=lambda: found.append(Datasets().get("train.csv"))) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 6 and len({one.key for one in found}) == 1 and len(prepared(cache)) == 1
    for one in found:
        assert_same(one, found[0])


def test_a_key_of_other_digits_is_refused(digits, folder: Path):
    (folder / "train.csv").write_bytes(csv(digits))
    key = Datasets().get("train.csv").key
    (folder / "train.csv").write_bytes(csv((digits[0], 9 - digits[1])))
    for wrong in (key + "0", "train.csv", "", "mnist:00", "upload:00", "gone.csv:00", "../:x"):
        with pytest.raises(KeyError):
            Datasets().open(wrong)
    Datasets().get("train.csv")
    with pytest.raises(KeyError):
        Datasets().open(key)


# ---- uploads


def test_files_are_read_one_at_a_time(digits, cache: Path, monkeypatch: pytest.MonkeyPatch):
    reading, most = [], []

    def slowly(file, **options: int) -> Dataset:
        reading.append(file.name)
        most.append(len(reading))
        time.sleep(0.05)
        reading.remove(file.name)
        return load_csv(file, **options)

    monkeypatch.setattr(server.datasets, "load_csv", slowly)
    table = Datasets()
    files = [named(f"{k}.csv", relabelled(digits, k)) for k in range(4)]
    visitors = [threading.Thread(target=table.read, args=(file,)) for file in files]
    for visitor in visitors:
        visitor.start()
    for visitor in visitors:
        visitor.join()
    assert most == [1, 1, 1, 1]


def test_a_class_with_the_same_file_shares_its_digits(digits, cache: Path):
    table = Datasets()
    one, other = (table.read(named("mine.csv", csv(digits))) for _ in range(2))
    assert one is other and mapped(one) and one.name == "mine.csv"
    assert_same(one, load_csv(named("mine.csv", csv(digits))))
    assert table.read(named("mine.csv", relabelled(digits, 1))) is not one  # another file of that name
    yours = table.read(named("yours.csv", csv(digits)))
    assert yours.name == "yours.csv" and np.shares_memory(yours.X_train, one.X_train)
    there = weakref.ref(one)
    del one, other
    gc.collect()
    assert there() is None  # nobody has it any more


def test_a_worker_finds_an_upload_until_nobody_has_it(digits, cache: Path):
    table = Datasets()
    upload = table.read(named("mine.csv", csv(digits)))
    key = upload.key
    assert_same(Datasets().open(key), upload)
    del upload
    gc.collect()
    other = table.read(named("other.csv", relabelled(digits, 1)))
    assert other.key != key and len(list((cache / "uploads").glob("*/*"))) == 1
    with pytest.raises(KeyError):
        Datasets().open(key)


def test_a_worker_elsewhere_is_sent_the_digits(digits, cache: Path):
    upload = Datasets().read(named("mine.csv", csv(digits)))
    shutil.rmtree(cache)
    worker = Datasets()
    with pytest.raises(KeyError):
        worker.open(upload.key)
    worker.put(pickle.loads(pickle.dumps(upload)))
    assert_same(worker.open(upload.key), upload)
    with pytest.raises(ValueError, match="read-only"):
        worker.open(upload.key).X_train[0] = 0
    sent = [weakref.ref(worker.open(upload.key))]
    for k in range(1, 6):
        other = Datasets().read(named("mine.csv", relabelled(digits, k)))
        worker.put(pickle.loads(pickle.dumps(other)))
        sent.append(weakref.ref(worker.open(other.key)))
    gc.collect()
    assert [one() is not None for one in sent] == [False, False, True, True, True, True]


def test_too_many_files_in_use_are_refused_in_a_sentence(digits, cache: Path, monkeypatch):
    monkeypatch.setattr(server.datasets, "MOST_UPLOADS", 2)
    table = Datasets()
    held = [table.read(named("mine.csv", relabelled(digits, k))) for k in range(2)]
    with pytest.raises(DataError, match="2 other files are in use here: try again"):
        table.read(named("mine.csv", relabelled(digits, 2)))
    assert table.read(named("yours.csv", csv(digits))).key == held[0].key  # one of those
    held.clear()
    gc.collect()
    assert table.read(named("mine.csv", relabelled(digits, 2))).key


def test_uploads_go_with_their_process_or_when_the_next_one_comes(digits, cache: Path, tmp_path: Path):
    (tmp_path / "mine.csv").write_bytes(csv(digits))
    code = (
        "import os\n"
        "from server.datasets import datasets\n"
        f"upload = datasets().read(open({str(tmp_path / 'mine.csv')!r}, 'rb'))\n"
        f"print(len(os.listdir({str(cache / 'uploads')!r})), flush=True)\n"
    )

    def remaining(ending: str) -> list[Path]:
        ended = subprocess.run(
            [sys.executable, "-c", code + ending], cwd=ROOT, capture_output=True, text=True
        )
        assert ended.stdout.strip() == "1", ended.stderr
        return list((cache / "uploads").iterdir())

    assert remaining("") == []
    (killed,) = remaining("os._exit(1)")
    Datasets().read(named("other.csv", relabelled(digits, 1)))
    assert not killed.exists()
