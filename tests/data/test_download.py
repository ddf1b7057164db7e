"""The download, against a web server on this machine that serves MNIST's files, and serves them badly."""

import gzip
import io
import logging
import shutil
import socket
import threading
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pooch
import pytest

from data import DataError, load_mnist, load_sample
from data.dataset import Dataset
from data.download import download
from data.loaders import load_remote
from data.mnist import FASHION_MNIST, MNIST, needs_download

NAMES = {file.name for file in MNIST.files}


@pytest.fixture
def nowhere() -> str:
    """An address at which nothing listens."""
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{unused.getsockname()[1]}/"


def flipped(content: bytes) -> bytes:
    """Change one byte, and not the length."""
    return content[:-1] + bytes([content[-1] ^ 1])


def kept(cache: Path) -> set[str]:
    """Name all that lies in the cache, temporary files too."""
    return {path.name for path in cache.rglob("*") if path.is_file()}


def test_downloads_once_and_reports_each_byte(mirror, cache: Path, mnist_dir: Path):
    one, reports = mirror(), []
    assert needs_download(MNIST)
    paths = download(MNIST, [one.url], lambda here, total: reports.append((here, total)))
    assert [path.name for path in paths] == [file.name for file in MNIST.files]
    for path in paths:
        assert path.read_bytes() == (mnist_dir / path.name).read_bytes()
    assert kept(cache) == NAMES and not needs_download(MNIST)
    total = 9912422 + 28881 + 1648877 + 4542
    assert {report[1] for report in reports} == {total}
    assert reports[-1][0] == total and reports[0][0] == 4542
    assert sorted(reports) == reports and len(reports) > 100

    asked = len(one.requests)
    assert download(MNIST, [one.url]) == paths
    assert len(one.requests) == asked


def test_only_the_progress_is_told(mirror, cache: Path):
    """By itself pooch reports each file."""
    said = io.StringIO()
    handler = logging.StreamHandler(said)
    pooch.get_logger().addHandler(handler)
    try:
        with pytest.raises(DataError):
            download(MNIST, [mirror(spoil=flipped).url])
        download(MNIST, [mirror().url])
    finally:
        pooch.get_logger().removeHandler(handler)
    assert said.getvalue() == ""


def test_loads_the_same_from_a_mirror_and_from_a_folder(mirror, cache: Path, mnist_dir: Path, monkeypatch):
    downloaded = load_mnist(train_size=2000, dev_size=500, seed=4, mirrors=[mirror().url])
    monkeypatch.setenv("MNIST_DIR", str(mnist_dir))
    local = load_mnist(train_size=2000, dev_size=500, seed=4)
    for field in ("X_train", "Y_train", "X_dev", "Y_dev", "X_test", "Y_test"):
        np.testing.assert_array_equal(getattr(downloaded, field), getattr(local, field))


@pytest.mark.parametrize(
    ("faults", "words"),
    [
        ({"cut": True}, "broke off"),
        ({"spoil": flipped}, "sent wrong bytes"),
        ({"folder": Path("/proc/none")}, "have the file"),
    ],
)
def test_a_bad_mirror_leaves_nothing_behind(mirror, cache: Path, faults: dict, words: str):
    bad = mirror(**faults)
    with pytest.raises(
        DataError, match=f"MNIST could not be downloaded: 127.0.0.1.* {words}.*MNIST_DIR.*sample"
    ):
        download(MNIST, [bad.url])
    assert kept(cache) == set()
    assert isinstance(load_sample(), Dataset)


@pytest.mark.parametrize("faults", [{"cut": True}, {"spoil": flipped}, {"folder": Path("/proc/none")}])
def test_the_second_mirror_takes_over(mirror, cache: Path, faults: dict):
    bad, good = mirror(**faults), mirror()
    download(MNIST, [bad.url, good.url])
    assert kept(cache) == NAMES
    assert {request.split("/")[1] for request in bad.requests} == {
        MNIST.files[0].name
    }  # asked once, then given up


def test_the_second_mirror_takes_over_from_a_dead_one(mirror, cache: Path, nowhere: str):
    download(MNIST, [nowhere, mirror().url])
    assert kept(cache) == NAMES


def test_what_arrived_before_the_mirror_broke_is_kept_and_the_rest_fetched(mirror, cache: Path):
    bad = mirror(spoil=lambda content: content if len(content) < 100_000 else flipped(content))
    with pytest.raises(DataError, match="sent wrong bytes"):
        download(MNIST, [bad.url])
    assert kept(cache) == {"t10k-labels-idx1-ubyte.gz", "train-labels-idx1-ubyte.gz"}
    assert needs_download(MNIST)
    good = mirror()
    download(MNIST, [good.url])
    assert kept(cache) == NAMES
    assert not any("labels" in request for request in good.requests)


def test_no_mirror_answers(cache: Path, nowhere: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with pytest.raises(DataError, match="does not answer; 127.0.0.1:.* does not answer. Check the network"):
        download(MNIST, [nowhere, nowhere])
    assert kept(cache) == set()


def test_a_mirror_that_is_silent_is_given_up(cache: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with socket.create_server(("127.0.0.1", 0)) as silent:  # takes the call and never says a word
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/"
        with pytest.raises(DataError, match="does not answer"):
            download(MNIST, [url], patience=0.2)
    assert kept(cache) == set()


def test_a_file_that_was_damaged_in_the_cache_is_fetched_again(mirror, cache: Path, mnist_dir: Path):
    good = mirror()
    damaged = download(MNIST, [good.url])[0]
    damaged.write_bytes(b"half")
    download(MNIST, [good.url])
    assert damaged.read_bytes() == (mnist_dir / damaged.name).read_bytes()


def test_two_visitors_may_download_at_once(mirror, cache: Path, mnist_dir: Path):
    def slowly(content: bytes) -> bytes:
        time.sleep(0.05)  # so that the two overlap
        return content

    url, results = mirror(spoil=slowly).url, []
    visitors = [threading.Thread(target=lambda: results.append(download(MNIST, [url]))) for _ in range(2)]
    for visitor in visitors:
        visitor.start()
    for visitor in visitors:
        visitor.join()
    assert len(results) == 2
    assert kept(cache) == NAMES
    for path in results[0]:
        assert path.read_bytes() == (mnist_dir / path.name).read_bytes()


def test_a_cache_that_cannot_be_written(mirror, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cache: Path):
    occupied = tmp_path / "a file"
    occupied.write_text("no folder")
    monkeypatch.setenv("DIGITS_CACHE", str(occupied))
    with pytest.raises(DataError, match="could not be stored in .*a file.*set DIGITS_CACHE"):
        download(MNIST, [mirror().url])


def test_fashion_mnist_goes_the_same_way(mirror, cache: Path):
    # MNIST's files stand in for Fashion-MNIST's, which have the same names and the same format
    fashion = replace(FASHION_MNIST, files=MNIST.files)
    dataset = load_remote(fashion, train_size=1000, dev_size=100, mirrors=[mirror().url])
    assert dataset.name == "Fashion-MNIST"
    assert dataset.class_names[0] == "T-shirt/top" and dataset.class_names[9] == "Ankle boot"
    assert len(dataset.X_train) == 900 and len(dataset.X_test) == 10_000
    assert (cache / "fashion-mnist").is_dir()


def test_fashion_mnist_refuses_mnists_files(mirror, cache: Path):
    with pytest.raises(
        DataError, match="Fashion-MNIST could not be downloaded.*wrong bytes.*FASHION_MNIST_DIR"
    ):
        download(FASHION_MNIST, [mirror().url])


def test_reads_unpacked_files(mnist_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    for number, name in enumerate(sorted(NAMES)):
        if number % 2:
            shutil.copy(mnist_dir / name, tmp_path)
        else:
            unpacked = gzip.decompress((mnist_dir / name).read_bytes())
            (tmp_path / name.removesuffix(".gz").replace("-idx", ".idx")).write_bytes(unpacked)
    monkeypatch.setenv("MNIST_DIR", str(tmp_path))
    assert load_mnist(train_size=100, dev_size=10).X_test.shape == (10_000, 784)


def test_mnist_dir_without_the_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("MNIST_DIR", str(tmp_path))
    with pytest.raises(
        DataError, match="MNIST_DIR names the folder .*, but there is no t10k-labels-idx1-ubyte.gz"
    ):
        load_mnist()
