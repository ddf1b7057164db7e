"""The sample, MNIST, IDX files, and the list from which a visitor chooses."""

import gzip
import struct
from pathlib import Path

import numpy as np
import pytest

from data import DataError, find_source, list_sources, load_csv, load_mnist, load_sample
from data.mnist import FASHION_MNIST, MNIST, read_digits, read_idx


def idx(values: np.ndarray, kind: int = 8) -> bytes:
    """Write an IDX file as its definition says."""
    return (
        bytes([0, 0, kind, values.ndim]) + struct.pack(f">{values.ndim}I", *values.shape) + values.tobytes()
    )


def test_the_sample_has_its_classes_in_equal_shares():
    sample = load_sample()
    assert (len(sample.X_train), len(sample.X_dev), len(sample.X_test)) == (4000, 500, 500)
    for Y, each in ((sample.Y_train, 400), (sample.Y_dev, 50), (sample.Y_test, 50)):
        assert np.bincount(Y).tolist() == [each] * 10
        assert (np.diff(Y) != 0).mean() > 0.8  # shuffled
    assert sample.X_train.max() == 1 and 0.1 < sample.X_train.mean() < 0.2
    assert sample.class_names == tuple("0123456789")


def test_the_samples_test_digits_do_not_depend_on_the_seed():
    one, other = load_sample(seed=1), load_sample(seed=2, dev_size=100)
    np.testing.assert_array_equal(one.X_test, other.X_test)
    assert len(other.X_dev) == 100 and not np.array_equal(one.X_dev[:100], other.X_dev)
    train = {x.tobytes() for x in one.X_train} | {x.tobytes() for x in one.X_dev}
    assert not train & {x.tobytes() for x in one.X_test}


def test_mnist_is_the_official_one(mnist_dir: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("MNIST_DIR", str(mnist_dir))
    mnist = load_mnist()
    assert (len(mnist.X_train), len(mnist.X_dev), len(mnist.X_test)) == (59_000, 1000, 10_000)
    assert mnist.Y_test[:10].tolist() == [7, 2, 1, 0, 4, 1, 4, 9, 5, 9]
    # the classes of the 60,000, as counted in LeCun's files, and in the same shares among the 1,000
    counts = np.array([5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949])
    dev = np.bincount(mnist.Y_dev)
    np.testing.assert_array_equal(np.bincount(mnist.Y_train) + dev, counts)
    assert np.abs(dev - counts / 60).max() <= 1
    assert mnist.X_train.mean() == pytest.approx(0.1307, abs=1e-4)  # the mean that everyone normalises with


def test_the_classic_takes_the_first_training_digits(mnist_dir: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("MNIST_DIR", str(mnist_dir))
    classic = load_mnist(train_size=42_000)
    assert (len(classic.X_train), len(classic.X_dev), len(classic.X_test)) == (41_000, 1000, 10_000)
    _, labels = read_digits(*(mnist_dir / MNIST.files[i].name for i in (3, 1)))
    found = np.bincount(classic.Y_train) + np.bincount(classic.Y_dev)
    np.testing.assert_array_equal(found, np.bincount(labels[:42_000]))
    for train_size in (0, -1, 60_001):
        with pytest.raises(DataError, match=f"train_size={train_size} does not fit: choose from 1 to 60,000"):
            load_mnist(train_size=train_size)


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_idx_files_are_read(tmp_path: Path, pack):
    values = np.arange(24, dtype=np.uint8).reshape(2, 3, 4)
    path = tmp_path / "values"
    path.write_bytes(pack(idx(values)))
    np.testing.assert_array_equal(read_idx(path), values)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "no IDX file of bytes: it begins with nothing"),
        (b"PK\3\4 and so on", "begins with 50 4b 03 04"),
        (idx(np.zeros(5, np.uint8), kind=0x0D), "begins with 00 00 0d 01, not with 00 00 08"),
        (idx(np.zeros((5, 28, 28), np.uint8))[:-1], "3,935 bytes, its header announces 3,936"),
        (idx(np.zeros((5, 28, 28), np.uint8)) + b"x", "3,937 bytes, its header announces 3,936"),
        (idx(np.zeros((5, 28, 28), np.uint8))[:10], "10 bytes"),
        (gzip.compress(idx(np.zeros((5, 28, 28), np.uint8)), mtime=0)[:-10], "broken gzip file"),
    ],
)
def test_broken_idx_files_are_refused(tmp_path: Path, content: bytes, words: str):
    path = tmp_path / "broken"
    path.write_bytes(content)
    with pytest.raises(DataError, match=f"broken .*{words}"):
        read_idx(path)


def test_idx_files_that_do_not_belong_together_are_refused(tmp_path: Path):
    pictures, labels = tmp_path / "pictures", tmp_path / "labels"
    pictures.write_bytes(idx(np.zeros((5, 28, 28), np.uint8)))
    labels.write_bytes(idx(np.arange(4, dtype=np.uint8)))
    with pytest.raises(DataError, match=r"labels has the shape \(4,\), but pictures holds 5 pictures"):
        read_digits(pictures, labels)
    labels.write_bytes(idx(np.array([1, 2, 3, 4, 10], np.uint8)))
    with pytest.raises(DataError, match="the label 10"):
        read_digits(pictures, labels)
    with pytest.raises(DataError, match=r"labels holds no 28x28 pictures: its shape is \(5,\)"):
        read_digits(labels, labels)
    with pytest.raises(DataError, match="missing cannot be read"):
        read_digits(tmp_path / "missing", labels)


@pytest.fixture
def folder(tmp_path: Path, digits) -> Path:
    """A folder with three CSV files of real digits, and others that are none."""
    rows = np.column_stack([digits[1], digits[0]])
    for name in ("train.csv", "mine & yours.csv"):
        np.savetxt(tmp_path / name, rows, fmt="%d", delimiter=",")
    (tmp_path / "mnist_test.CSV.gz").write_bytes(gzip.compress((tmp_path / "train.csv").read_bytes()))
    (tmp_path / "notes.txt").write_text("no digits")
    (tmp_path / "folder.csv").mkdir()
    return tmp_path


def test_the_list_has_the_sample_first_and_the_csv_files_last(folder: Path):
    keys = [source.key for source in list_sources(folder)]
    assert keys == [
        "sample",
        "mnist",
        "fashion-mnist",
        "mine%20%26%20yours.csv",
        "mnist_test.CSV.gz",
        "train.csv",
    ]
    assert len({source.label for source in list_sources(folder)}) == len(keys)


def test_every_csv_file_of_the_list_loads(folder: Path):
    for source in list_sources(folder)[3:]:
        assert not source.needs_download
        dataset = find_source(source.key, folder).load(seed=1, dev_size=10)
        np.testing.assert_array_equal(dataset.X_dev, load_csv(folder / "train.csv", 10, seed=1).X_dev)
        assert dataset.name == source.label


def test_the_sample_loads_from_the_list():
    np.testing.assert_array_equal(find_source("sample").load(seed=3).X_dev, load_sample(seed=3).X_dev)


def test_an_unknown_source_is_refused_with_the_known_ones(folder: Path):
    with pytest.raises(
        DataError, match="no source 'emnist': choose one of sample, mnist, fashion-mnist, mine.*train.csv"
    ):
        find_source("emnist", folder)


def test_the_list_tells_what_needs_a_download(cache: Path, folder: Path, monkeypatch: pytest.MonkeyPatch):
    def needed() -> set[str]:
        return {source.key for source in list_sources(folder) if source.needs_download}

    assert needed() == {"mnist", "fashion-mnist"}
    monkeypatch.setenv("MNIST_DIR", str(folder))
    assert needed() == {"fashion-mnist"}
    (cache / "fashion-mnist").mkdir(parents=True)
    for file in FASHION_MNIST.files:
        (cache / "fashion-mnist" / file.name).touch()
    assert needed() == set()


def test_the_list_passes_the_progress_on(cache: Path, monkeypatch: pytest.MonkeyPatch):
    seen = {}
    monkeypatch.setattr("data.loaders.load_mnist", lambda **options: seen.update(options))
    find_source("mnist").load(progress=print, seed=5)
    assert seen == {"progress": print, "seed": 5}
