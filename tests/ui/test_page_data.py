"""The digits on the page: sources that are there, that are not, and the visitor's own files, good and bad."""

import gzip
import struct
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import numpy as np
import pytest

import data
import server.datasets
import ui.sidebar.data
from data.mnist import FASHION_MNIST
from server.datasets import datasets
from tests.csv_files import csv
from tests.page import Page, pixels


@pytest.fixture(autouse=True)
def _forget(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Keep what one test has loaded, and from where, from the next one."""
    monkeypatch.setenv("DIGITS_CACHE", str(tmp_path / "cache"))
    datasets.cache_clear()
    yield
    datasets.cache_clear()


@pytest.fixture
def offline(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No files here, and no way out: every request ends at a port that nobody listens on."""
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")


def idx(values: np.ndarray) -> bytes:
    """Write an IDX file, gzipped."""
    header = bytes([0, 0, 8, values.ndim]) + struct.pack(f">{values.ndim}I", *values.shape)
    return gzip.compress(header + values.tobytes())


@pytest.fixture
def fashion(digits, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder with Fashion-MNIST's four files; what is in them are digits, which does not matter here."""
    X, Y = (np.concatenate([array] * 40) for array in digits)
    for file in FASHION_MNIST.files:
        (tmp_path / file.name).write_bytes(idx(Y if "labels" in file.name else X.reshape(-1, 28, 28)))
    monkeypatch.setenv("FASHION_MNIST_DIR", str(tmp_path))


def test_all_of_mnist(mnist_dir: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("MNIST_DIR", str(mnist_dir))
    with Page(dataset="mnist", batch_size="64") as page:
        assert len(page.session.dataset.X_train) == 59_000 and page.link["dataset"] == "mnist"
        assert page.press("step").iteration() == 1
    with Page(dataset="mnist") as other:  # loaded once, shared by all
        assert other.session.dataset is page.session.dataset


def test_digits_that_cannot_be_had_are_told_and_the_sample_goes_on(offline: None):
    with Page() as page:
        page.press("step").set("dataset", "mnist")
        (error,) = page.app.error
        assert "MNIST could not be downloaded" in error.value and "use the sample" in error.value
        assert page.iteration() == 1 and page.press("step").iteration() == 2
        assert "dataset" not in page.link
        assert page.app.button(key="retry")
        page.set("dataset", "sample")
        assert not page.app.error and page.iteration() == 2


def test_trying_again_finds_digits_that_have_come(
    offline: None, mnist_dir: Path, monkeypatch: pytest.MonkeyPatch
):
    with Page(dataset="mnist") as page:
        assert page.app.error and len(page.session.dataset.X_train) == 4000
        page.press("retry")
        assert page.app.error
        monkeypatch.setenv("MNIST_DIR", str(mnist_dir))
        page.press("retry")
        assert not page.app.error and len(page.session.dataset.X_train) == 59_000


def test_a_folder_that_lacks_files_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("MNIST_DIR", str(tmp_path))
    with Page(dataset="mnist") as page:
        assert "MNIST_DIR names the folder" in page.app.error[0].value
        assert page.press("step").iteration() == 1


@pytest.mark.parametrize("name", ["gone.csv", "upload:mine.csv", "../../etc/passwd", "", "x" * 3000])
def test_a_link_to_digits_that_are_not_here_opens_the_sample(name: str):
    with Page(dataset=name) as page:
        assert page.shown("dataset") == "sample" and page.link == {}
        assert page.press("step").iteration() == 1


def test_clothes_are_called_by_their_names(fashion: None, digits):
    with Page(dataset="fashion-mnist") as page:
        page.draw(pixels(digits[0][0] / 255))
        assert page.says("your_prediction") in FASHION_MNIST.class_names
        assert any(name in page.alt("probabilities") for name in FASHION_MNIST.class_names)
        page.set("dataset", "sample").press("reset")
        assert page.says("your_prediction") in set("0123456789")


@pytest.mark.parametrize(("name", "pack"), [("mine.csv", bytes), ("mine.csv.gz", gzip.compress)])
def test_an_uploaded_file_is_learned(digits, name: str, pack):
    with Page() as page:
        page.upload(name, pack(csv(digits)))
        assert not page.app.error and page.shown("dataset") == f"upload:{name}"
        assert len(page.session.dataset.X_train) == 48 and "Ready" in page.says("status")
        assert page.train_to_the_end().number("train_accuracy") > 0.8
        page.set("dataset", "sample")
        assert "after Reset" in page.says("status") and "data" in page.says("status")
        page.press("reset")
        assert len(page.session.dataset.X_train) == 4000
        page.set("dataset", f"upload:{name}")
        assert len(page.session.dataset.X_train) == 48


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b"label,pixel0\n1,2\n", "785"),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 9, "bad.csv"),
        (b"once upon a time\nthere was no digit\n", "bad.csv"),
    ],
)
def test_a_file_that_is_no_digits_is_told_and_the_page_goes_on(content: bytes, words: str, digits):
    with Page() as page:
        page.press("step").upload("bad.csv", content)
        (error,) = page.app.error
        assert "bad.csv" in error.value and words in error.value
        assert page.shown("dataset") == "sample" and page.press("step").iteration() == 2
        page.upload("good.csv", csv(digits))
        assert not page.app.error and page.shown("dataset") == "upload:good.csv"


def test_a_file_of_too_many_digits_is_told_with_their_number(digits, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(server.datasets, "MOST_DIGITS", 59)
    with Page() as page:
        page.upload("mine.csv", csv(digits))
        (error,) = page.app.error
        assert error.value.startswith("mine.csv has 60 digits; at most 59 are taken: keep fewer")
        assert page.shown("dataset") == "sample" and page.press("step").iteration() == 1


def test_a_corrected_file_of_the_list_is_noticed(digits, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    X, Y = digits
    for module in (server.datasets, ui.sidebar.data):
        for name in {"find_source", "list_sources"} & set(vars(module)):
            monkeypatch.setattr(module, name, partial(getattr(data, name), folder=tmp_path))
    (tmp_path / "train.csv").write_bytes(csv((X[:40], Y[:40])))
    with Page(dataset="train.csv") as page:
        assert len(page.session.dataset.X_train) == 32
        page.press("step")
        (tmp_path / "train.csv").write_bytes(csv(digits))
        assert "data" in page.look().says("status") and page.iteration() == 1  # counts after Reset
        assert len(page.press("reset").session.dataset.X_train) == 48 and not page.app.error
        (tmp_path / "train.csv").write_bytes(b"spoilt")
        (error,) = page.look().app.error
        assert "train.csv" in error.value and page.press("step").iteration() == 1
        (tmp_path / "train.csv").unlink()
        assert page.look().press("step").iteration() == 2 and page.shown("dataset") == "train.csv"


def test_an_uploaded_file_is_its_visitors_alone(digits):
    with Page() as one, Page() as other:
        one.upload("mine.csv", csv(digits))
        assert "mine.csv (your upload)" in one.app.get_by_key("dataset").options
        assert not any("mine.csv" in option for option in other.look().app.get_by_key("dataset").options)


def test_a_corrected_file_of_the_same_name_takes_the_first_ones_place(digits):
    X, Y = digits
    with Page() as page:
        page.upload("mine.csv", csv(digits)).upload("mine.csv", csv((X[:40], Y[:40])))
        assert len(page.session.dataset.X_train) == 32
        page.press("step").upload("mine.csv", csv(digits))
        assert "data" in page.says("status") and page.iteration() == 1  # counts after Reset
        assert len(page.press("reset").session.dataset.X_train) == 48


def test_an_upload_in_the_middle_of_a_run_waits_for_a_reset(digits):
    with Page() as page:
        page.press("step").upload("mine.csv", csv(digits))
        assert "after Reset" in page.says("status") and page.iteration() == 1
        assert len(page.press("reset").session.dataset.X_train) == 48
