"""Keep and share: files that go out come in again, others are refused, and links reopen the lesson."""

import io
import pickle
import subprocess
import sys
import zipfile

import numpy as np
import pandas as pd
import pytest

from data import load_sample
from nn import TwoLayerNN
from tests.runs import RunsPage
from tests.toy import same_parameters
from tests.ui.test_reproduce import ROOT
from ui.history.keep import history_csv, lesson_link, read_network, write_network

SAMPLE = load_sample()


def npz(**arrays: object) -> bytes:
    """A file with a network's arrays, some of them replaced, or left out where None."""
    net = TwoLayerNN(hidden_size=4)
    everything = {"activation": "relu", **net.parameters._asdict()} | arrays
    file = io.BytesIO()
    np.savez_compressed(file, **{name: array for name, array in everything.items() if array is not None})
    return file.getvalue()


@pytest.mark.parametrize("hidden", [1, 10, 1024])
def test_what_is_saved_can_be_loaded(hidden: int):
    net = TwoLayerNN(hidden_size=hidden, activation="tanh", seed=5)
    again = read_network(write_network(net))
    assert same_parameters(net, again) and again.activation == "tanh"


def test_float64_becomes_float32():
    again = read_network(write_network(TwoLayerNN(hidden_size=4, dtype=np.float64)))
    assert again.W1.dtype == np.float32 and same_parameters(again, TwoLayerNN(hidden_size=4))


def with_nan() -> np.ndarray:
    W1 = TwoLayerNN(hidden_size=4).W1.copy()
    W1[2, 300] = np.nan
    return W1


class Bomb:
    def __reduce__(self) -> tuple:
        return exec, ("raise SystemExit('a pickle was opened')",)


def bomb() -> bytes:
    """A zip of a few kilobytes that would be 40 MB."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("W1.npy", bytes(40_000_000))
    return file.getvalue()


BAD = {
    "text": (b"label,pixel0\n7,0\n", "not an .npz file"),
    "nothing": (b"", "not an .npz file"),
    "cut off": (npz()[:-30], "not an .npz file"),
    "pickle": (pickle.dumps(Bomb()), "not an .npz file"),
    "pickle inside": (npz(W1=np.array([Bomb()], dtype=object)), "not a saved network"),
    "zip of something else": (npz(W1=None, b1=None), "has no array 'W1"),
    "NaN": (npz(W1=with_nan()), "not finite"),
    "infinity": (npz(b2=np.full(10, np.inf)), "not finite"),
    "too large for float32": (npz(b2=np.full(10, 1e300)), "float32"),
    "too large to answer": (npz(W1=np.full((4, 784), 3e38, np.float32)), "answers overflow"),
    "whole numbers": (npz(b2=np.arange(10)), "weights are floats"),
    "arrays that do not fit": (npz(b1=np.zeros(5)), "do not fit"),
    "unknown activation": (npz(activation="gelu"), "gelu"),
    "too many hidden units": (
        npz(W1=np.zeros((1025, 784)), b1=np.zeros(1025), W2=np.zeros((10, 1025))),
        "1,025 hidden units",
    ),
    "other pixels": (write_network(TwoLayerNN(100, 4)), "100 numbers into 10 classes"),
    "other classes": (write_network(TwoLayerNN(784, 4, 3)), "784 numbers into 3 classes"),
    "much in little": (bomb(), "Unpacked"),
    "too large": (bytes(21_000_000), "21 MB"),
}


@pytest.mark.parametrize(("content", "words"), BAD.values(), ids=BAD)
def test_anything_else_is_refused_in_words(content: bytes, words: str):
    with pytest.raises(ValueError, match=words):
        read_network(content)


def upload(page: RunsPage, name: str, content: bytes) -> RunsPage:
    page.app.get_by_key("load_network").clear().upload(name, content, "application/octet-stream")
    return page.look()


def test_a_refused_file_leaves_the_page_as_it_was():
    with RunsPage("Keep and share") as page:
        trainer = page.press("step").trainer
        upload(page, "broken.npz", BAD["NaN"][0])
        (error,) = page.app.error
        assert "broken.npz" in error.value and "not finite" in error.value
        assert page.trainer is trainer and page.press("step").iteration() == 2
        upload(page, "fine.npz", npz())
        assert not page.app.error and page.trainer is not trainer


def test_a_loaded_network_is_a_run_that_goes_on_from_its_weights():
    net = TwoLayerNN(hidden_size=33, activation="sigmoid", seed=8)
    net.train(SAMPLE.X_train, SAMPLE.Y_train, epochs=30, learning_rate=1.0)
    with RunsPage("Keep and share", learning_rate="0.5") as page:
        old = page.press("step").trainer
        upload(page, "mine.npz", write_network(net))
        assert same_parameters(page.trainer.net, net) and page.iteration() == 0
        assert "mine.npz" in page.says("status") and "untrained" not in page.says("status")
        assert (page.shown("hidden_size"), page.shown("activation")) == (33, "sigmoid")
        assert page.trainer.hyperparameters.learning_rate == 0.5
        assert [run.trainer for run in page.session.runs.runs] == [old, page.trainer]
        page.set("hidden_size", 20)  # must not throw the loaded weights away
        assert same_parameters(page.trainer.net, net) and "Counts after Reset" in page.says("status")
        page.press("step")
        assert page.iteration() == 1 and any("mine.npz" in item.value for item in page.app.info)
        page.press("reset")
        assert same_parameters(page.trainer.net, TwoLayerNN(hidden_size=20, activation="sigmoid"))
        assert "untrained" in page.says("status")


def test_history_is_a_table_of_all_measurements():
    with RunsPage("Keep and share", iterations="8") as page:
        history = page.train_to_the_end().trainer.history
        table = pd.read_csv(io.StringIO(history_csv(history)))
        assert list(table["iteration"]) == history.iteration
        assert list(table["dev_accuracy"]) == history.dev_accuracy
        assert list(table["train_loss"]) == pytest.approx(history.train_loss, rel=1e-12)


def test_the_script_on_the_page_repeats_the_run_on_the_page():
    with RunsPage("Keep and share", iterations="10000", hidden_size="12", seed="4") as page:
        page.press("train").wait(lambda page: page.iteration() > 8)
        assert not any("Hyperparameters" in code.value for code in page.app.code)
        page.set("learning_rate", 0.4).wait(lambda page: page.iteration() > 20).press("train")
        page.set("read_script", True)
        (program,) = (code.value for code in page.app.code if "Hyperparameters" in code.value)
        assert "learning_rate=0.1," in program and "learning_rate=0.4," in program
        assert str(page.trainer.history.points[-1].dev_accuracy) in program
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr


def test_the_page_computes_nothing_until_a_file_is_asked_for(monkeypatch: pytest.MonkeyPatch):
    with RunsPage("Keep and share", iterations="4") as page:
        page.train_to_the_end()
        asked = []
        monkeypatch.setattr("ui.history.keep.script", lambda run: asked.append(run) or "# a script")
        monkeypatch.setattr("ui.history.keep.notebook", lambda run: asked.append(run) or "{}")
        points = len(page.trainer.history)
        page.look().look()
        assert not asked and len(page.trainer.history) == points
        assert "# a script" in [code.value for code in page.set("read_script", True).app.code]
        assert asked == [page.session.run]


def test_the_link_carries_all_settings():
    lesson = {"hidden_size": "33", "optimizer": "adam", "seed": "42", "dropout": "0.35"}
    with RunsPage("Keep and share", **lesson) as page:
        (link,) = (code.value for code in page.app.code if code.value.startswith("http"))
        query = dict(part.split("=") for part in link.split("?")[1].split("&"))
        assert query == lesson


@pytest.mark.parametrize(
    ("address", "query", "link"),
    [
        ("http://school:8501/runs", {"seed": "7"}, "http://school:8501/?seed=7"),
        ("https://school.org/digits/runs", {}, "https://school.org/digits/"),
        ("http://school:8501/", {"dataset": "my file.csv"}, "http://school:8501/?dataset=my+file.csv"),
        (None, {"seed": "7"}, "http://localhost:8501/?seed=7"),
    ],
)
def test_the_link_opens_the_first_page(address: str | None, query: dict[str, str], link: str):
    assert lesson_link(address, query) == link
