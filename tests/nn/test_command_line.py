"""The command line: how it complains, and how it starts."""

import subprocess
import sys
from pathlib import Path

import pytest

from nn.expert import WEIGHTS
from tests.terminal import ROOT, run


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ([], "train,evaluate,predict"),
        (["fly"], "'fly'"),
        (["train", "--hidden", "ten"], "--hidden: invalid int value: 'ten'"),
        (["train", "--hidden", "0"], "hidden_size is 0; choose 1 to 1024"),
        (["train", "--hidden", "5000"], "hidden_size is 5000"),
        (["train", "--learning-rate", "-1"], "learning_rate is -1.0"),
        (["train", "--learning-rate", "nan"], "learning_rate is nan"),
        (["train", "--iterations", "0"], "iterations is 0"),
        (["train", "--batch-size", "0"], "batch_size is 0"),
        (["train", "--dropout", "1"], "dropout is 1.0"),
        (["train", "--l2", "-1"], "l2 is -1.0"),
        (["train", "--seed", "-1"], "seed is -1"),
        (["train", "--optimizer", "sgd"], "invalid choice: 'sgd'"),
        (["train", "--dev-size", "0"], "0 of 4,500 digits cannot be held out"),
        (["train", "--data", "letters"], "no source 'letters': choose one of sample, mnist"),
        (["train", "--data", "nowhere.csv"], "nowhere.csv cannot be read"),
        (["train", "--data", "TMP/broken.csv"], "broken.csv"),
        (["train", "--save", "nowhere/my.npz"], "nowhere/my.npz cannot be written"),
        (["train", "--save", "TMP"], None),
        (["train", "--plot", "curves.xyz"], "curves.xyz is no name for a picture"),
        (["train", "--plot", "nowhere/curves.png"], "nowhere/curves.png cannot be written"),
        (["evaluate"], "required: model"),
        (["evaluate", "nowhere.npz"], "There is no network nowhere.npz"),
        (["evaluate", "TMP/broken.csv"], "broken.csv: This is not a saved network"),
        (["predict", "--model", "MODEL"], "required: pictures"),
        (["predict", "nowhere.png", "--model", "MODEL"], "nowhere.png: No such file"),
        (
            ["predict", "TMP/broken.csv", "--model", "MODEL"],
            "broken.csv: The picture is no picture of",
        ),
        (["predict", "TMP", "--model", "MODEL"], "directory"),
        (["predict", "TMP/broken.csv", "--model", "nowhere.npz"], "There is no network nowhere.npz"),
    ],
)
def test_complaints_are_one_sentence_and_no_traceback(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    arguments: list[str],
    says: str | None,
):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "broken.csv").write_text("hello, world\n")
    if says is None:  # a folder where a file is wanted
        (tmp_path / "TMP.npz").mkdir()
        says = "TMP.npz cannot be written"
    else:
        arguments = [a.replace("TMP", str(tmp_path)).replace("MODEL", str(WEIGHTS)) for a in arguments]
    before = set(tmp_path.iterdir())
    answer = run(*arguments)
    assert answer.code == 2 and answer.out == ""
    assert says in answer.err and len(answer.err.splitlines()) == 1 and "Traceback" not in answer.err
    assert set(tmp_path.iterdir()) == before


def test_it_starts_from_a_shell():
    ended = subprocess.run([sys.executable, "-m", "nn", "--help"], cwd=ROOT, capture_output=True, text=True)
    assert ended.returncode == 0 and all(word in ended.stdout for word in ("train", "evaluate", "predict"))
    ended = subprocess.run(
        [sys.executable, "-m", "nn", "evaluate", "x.npz"], cwd=ROOT, capture_output=True, text=True
    )
    assert ended.returncode == 2 and len(ended.stderr.splitlines()) == 1


def test_drawing_waits_until_it_is_wanted():
    code = "import sys, nn.__main__; print({'matplotlib', 'streamlit', 'mlxtend'} & set(sys.modules))"
    ended = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert ended.stdout == "set()\n"
