"""The command line, as a person types it: what it prints, what it writes, and how it complains."""

import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw
from threadpoolctl import threadpool_limits

import nn.__main__ as command_line
from data import load_sample
from data.drawing import to_mnist
from nn import TwoLayerNN

ROOT = Path(__file__).parents[1]


class Answer:
    """What a command printed, and its exit code."""

    def __init__(self, code: int, out: str, err: str) -> None:
        self.code, self.out, self.err = code, out, err


@pytest.fixture
def run(capsys: pytest.CaptureFixture) -> Callable[..., Answer]:
    """Run a command in this process; starting a new one each time would take seconds."""

    def call(*arguments: object) -> Answer:
        capsys.readouterr()
        try:
            code = command_line.main([str(argument) for argument in arguments])
        except SystemExit as end:
            code = end.code
        return Answer(code, *capsys.readouterr())

    return call


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A network that reads most digits."""
    digits = load_sample()
    net = TwoLayerNN(hidden_size=64, init="he")
    with threadpool_limits(1, user_api="blas"):
        net.train(
            digits.X_train, digits.Y_train, epochs=8, learning_rate=0.002, batch_size=64, optimizer="adam"
        )
    assert net.evaluate(digits.X_test, digits.Y_test) > 0.9
    path = tmp_path_factory.mktemp("model") / "good.npz"
    net.save(path)
    return path


def digits_csv(path: Path, count: int = 40, header: bool = False) -> Path:
    """Write some real digits as a CSV file."""
    sample = load_sample()
    table = np.column_stack([sample.Y_train, np.rint(sample.X_train * 255)]).astype(int)[:count]
    names = "label," + ",".join(f"pixel{i}" for i in range(784))
    np.savetxt(path, table, fmt="%d", delimiter=",", header=names if header else "", comments="")
    return path


def accuracies(text: str) -> dict[str, float]:
    return {split: float(number) / 100 for split, number in re.findall(r"(train|dev|test) +([\d.]+)%", text)}


# train


def test_train_learns_reports_saves_and_draws(run: Callable[..., Answer], tmp_path: Path):
    saved, drawn = tmp_path / "my.npz", tmp_path / "curves.png"
    answer = run("train", "--iterations", 60, "--learning-rate", 0.3, "--save", saved, "--plot", drawn)
    assert answer.code == 0
    assert "60/60" in answer.err and re.search(r"train \d+\.\d%, dev \d+\.\d%", answer.err)
    digits, net = load_sample(), TwoLayerNN.load(saved)
    wanted = {
        "train": net.evaluate(
            digits.X_train, digits.Y_train
        ),  # the whole splits, of the network that was saved
        "dev": net.evaluate(digits.X_dev, digits.Y_dev),
        "test": net.evaluate(digits.X_test, digits.Y_test),
    }
    assert accuracies(answer.out) == pytest.approx(wanted, abs=0.00006)
    assert wanted["test"] > 0.55
    assert f"wrote {saved}" in answer.out and f"wrote {drawn}" in answer.out
    picture = np.asarray(Image.open(drawn).convert("RGB"), int)
    assert picture.shape[0] >= 600 and picture.shape[1] >= 800
    red = (picture[..., 0] - picture[..., 1:].max(axis=2)) > 80
    green = (picture[..., 1] - picture[..., [0, 2]].max(axis=2)) > 50
    assert red.sum() > 100 and green.sum() > 100  # wrong and right answers are marked


def test_every_option_reaches_the_network(run: Callable[..., Answer], tmp_path: Path):
    options = {
        "learning_rate": 0.01,
        "batch_size": 512,
        "optimizer": "adam",
        "l2": 0.01,
        "dropout": 0.2,
        "seed": 4,
    }
    arguments = [word for name, value in options.items() for word in (f"--{name.replace('_', '-')}", value)]
    arguments += ["--iterations", 16, "--hidden", 12, "--activation", "tanh", "--init", "xavier"]
    answer = run("train", *arguments, "--dev-size", 904, "--save", tmp_path / "my")
    assert answer.code == 0, answer.err
    digits = load_sample(dev_size=904)  # 3,596 are left: 8 batches an epoch
    net = TwoLayerNN(hidden_size=12, activation="tanh", init="xavier", seed=4)
    net.train(digits.X_train, digits.Y_train, epochs=2, X_dev=digits.X_dev, Y_dev=digits.Y_dev, **options)
    saved = TwoLayerNN.load(tmp_path / "my.npz")
    assert saved.activation == "tanh"
    for one, other in zip(saved.parameters, net.parameters, strict=True):
        np.testing.assert_array_equal(one, other)


def test_without_options_it_is_the_classic_run():
    options = command_line.parser().parse_args(["train"])
    classic = {
        "data": "sample",
        "learning_rate": 0.1,
        "iterations": 500,
        "hidden_size": 10,
        "activation": "relu",
        "init": "uniform",
        "batch_size": None,
        "optimizer": "gradient_descent",
        "l2": 0,
        "dropout": 0,
        "seed": 0,
    }
    assert {name: getattr(options, name) for name in classic} == classic


def test_a_csv_file_has_no_test_digits(run: Callable[..., Answer], tmp_path: Path):
    answer = run(
        "train", "--data", digits_csv(tmp_path / "mine.csv"), "--iterations", 5, "--plot", tmp_path / "a.pdf"
    )
    assert answer.code == 0
    assert "no test digits" in answer.out and set(accuracies(answer.out)) == {"train", "dev"}
    assert (tmp_path / "a.pdf").read_bytes().startswith(b"%PDF")


def test_mnist_by_name(run: Callable[..., Answer], mnist_dir: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("MNIST_DIR", str(mnist_dir))
    answer = run("train", "--data", "mnist", "--iterations", 2, "--batch-size", 100)
    assert answer.code == 0
    assert "of 59,000 digits" in answer.out and "of 10,000 digits" in answer.out


def test_kaggle_is_the_train_csv_in_the_data_folder(
    run: Callable[..., Answer], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    sources = command_line.list_sources
    monkeypatch.setattr(command_line, "list_sources", lambda: sources(tmp_path))
    find = command_line.find_source
    monkeypatch.setattr(command_line, "find_source", lambda key: find(key, tmp_path))
    answer = run("train", "--data", "kaggle", "--iterations", 2)
    assert answer.code == 2 and "no data/train.csv" in answer.err
    digits_csv(tmp_path / "train.csv", header=True)
    answer = run("train", "--data", "kaggle", "--iterations", 2)
    assert answer.code == 0 and "train.csv" in answer.out and "of 32 digits" in answer.out


def test_a_download_shows_its_progress(run: Callable[..., Answer], monkeypatch: pytest.MonkeyPatch):
    class Remote:
        needs_download = True

        def load(self, progress: Callable[[int, int], object], **options: int) -> object:
            progress(1_000_000, 4_000_000)
            progress(4_000_000, 4_000_000)
            return load_sample(**options)

    monkeypatch.setattr(command_line, "find_source", lambda key: Remote())
    answer = run("train", "--data", "mnist", "--iterations", 1)
    assert answer.code == 0 and "4.00M/4.00M" in answer.err


def test_a_diverged_run_says_what_to_do(run: Callable[..., Answer], tmp_path: Path):
    answer = run("train", "--learning-rate", 100, "--save", tmp_path / "my.npz", "--plot", tmp_path / "c.png")
    assert answer.code == 1
    assert "diverged" in answer.err and "Choose a learning rate below 100" in answer.err
    assert "Warning" not in answer.err
    assert not (tmp_path / "my.npz").exists() and (tmp_path / "c.png").exists()


@pytest.fixture
def started(tmp_path: Path) -> Iterator[subprocess.Popen]:
    """A long training in a process of its own."""
    command = [sys.executable, "-m", "nn", "train", "--iterations", "100000000", "--batch-size", "1"]
    process = subprocess.Popen(
        [*command, "--save", str(tmp_path / "my.npz")],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    yield process
    process.kill()
    process.wait()
    process.stdout.close()
    process.stderr.close()


def test_ctrl_c_stops_reports_and_saves(started: subprocess.Popen, tmp_path: Path):
    seen = b""
    while b"train " not in seen:  # the first accuracy: it is training
        seen += started.stderr.read1()
        assert started.poll() is None, seen
    started.send_signal(signal.SIGINT)
    out, err = started.communicate(timeout=60)
    assert started.returncode == 0, err
    assert b"Traceback" not in err
    assert re.search(r"stopped after [\d,]+ iterations", out.decode())
    assert set(accuracies(out.decode())) == {"train", "dev", "test"}
    assert TwoLayerNN.load(tmp_path / "my.npz").hidden_size == 10


def test_ctrl_c_anywhere_else_is_quiet(run: Callable[..., Answer], monkeypatch: pytest.MonkeyPatch):
    def interrupted(*arguments: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(command_line, "load", interrupted)
    answer = run("train")
    assert answer.code == 130 and answer.err == ""


# evaluate


def test_evaluate_says_the_same_as_train(run: Callable[..., Answer], tmp_path: Path):
    trained = run("train", "--iterations", 10, "--seed", 3, "--save", tmp_path / "my.npz")
    evaluated = run("evaluate", tmp_path / "my.npz")
    assert evaluated.code == 0
    assert accuracies(evaluated.out) == accuracies(trained.out) and len(accuracies(trained.out)) == 3


# predict


def test_pictures_of_digits_are_read(run: Callable[..., Answer], model: Path, tmp_path: Path):
    digits = load_sample()
    net = TwoLayerNN.load(model)
    for k in range(5):
        Image.fromarray(np.rint(digits.X_test[k].reshape(28, 28) * 255).astype(np.uint8)).save(
            tmp_path / f"{k}.png"
        )
    answer = run("predict", *(tmp_path / f"{k}.png" for k in range(5)), "--model", model)
    assert answer.code == 0
    lines = answer.out.splitlines()
    for k, line in enumerate(lines):
        seen = to_mnist(command_line.read_picture(str(tmp_path / f"{k}.png")))
        assert (
            np.abs(seen.ravel() - digits.X_test[k]).max() < 0.02
        )  # an MNIST picture comes through unchanged
        P = net.predict_proba(seen.reshape(1, -1))[0]
        first, second, third = np.argsort(-P)[:3]
        assert line == (
            f"{tmp_path / f'{k}.png'}: {first}  ({P[first]:.1%} sure; "
            f"then {second} {P[second]:.1%}, {third} {P[third]:.1%})"
        )
    assert len(lines) == 5


def seven(paper: int, ink: int) -> Image.Image:
    """A drawn 7 in two shades of grey."""
    picture = Image.new("L", (200, 260), paper)
    ImageDraw.Draw(picture).line([(50, 60), (150, 60), (90, 210)], fill=ink, width=18)
    return picture


def on_transparent(ink: int) -> Image.Image:
    return Image.merge("LA", [Image.new("L", (200, 260), ink), seven(0, 255)])


def scanned() -> Image.Image:
    """On paper with grain."""
    noise = np.random.default_rng(0).normal(scale=3, size=(260, 200))
    return Image.fromarray((np.asarray(seven(225, 40)) + noise).clip(0, 255).astype(np.uint8))


@pytest.mark.parametrize(
    ("name", "picture"),
    [
        ("chalk.png", seven(0, 255)),
        ("chalk.jpg", seven(10, 240)),
        ("pen.png", seven(255, 0)),
        ("pen.jpg", seven(240, 30)),
        ("pen.gif", seven(255, 0)),
        ("pen.bmp", seven(255, 0).convert("1")),
        ("blue.webp", Image.merge("RGB", [seven(255, 20), seven(255, 40), seven(255, 160)])),
        ("scan.png", scanned()),
        ("black_on_transparent.png", on_transparent(0)),
        ("white_on_transparent.png", on_transparent(255)),
        ("transparent.tiff", on_transparent(60).convert("RGBA")),
    ],
)
def test_a_seven_is_a_seven_on_any_paper(
    run: Callable[..., Answer], model: Path, tmp_path: Path, name: str, picture: Image.Image
):
    picture.save(tmp_path / name)
    read = to_mnist(command_line.read_picture(str(tmp_path / name)))
    assert np.abs(read - to_mnist(np.asarray(seven(0, 255)))).mean() < 0.04
    answer = run("predict", tmp_path / name, "--model", model)
    assert answer.code == 0 and f"{name}: 7 " in answer.out


def test_the_shade_of_the_ink_can_be_said(tmp_path: Path):
    path = tmp_path / "frame.png"
    picture = seven(0, 255)
    ImageDraw.Draw(picture).rectangle(
        (0, 0, 199, 259), outline=255, width=3
    )  # a white frame: paper, it seems
    picture.save(path)
    wrong = command_line.read_picture(str(path))
    assert wrong[100, 20] == 255  # the dark inside is taken for ink
    picture.crop((3, 3, 197, 257)).save(path)
    np.testing.assert_array_equal(
        command_line.read_picture(str(path)), command_line.read_picture(str(path), "light")
    )
    assert not command_line.read_picture(str(path), "dark").any()


def test_a_turned_photo_is_set_upright(tmp_path: Path):
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was turned: show it a quarter to the right
    seven(255, 0).rotate(90, expand=True).save(tmp_path / "phone.jpg", exif=exif, quality=95)
    upright = to_mnist(command_line.read_picture(str(tmp_path / "phone.jpg")))
    assert np.abs(upright - to_mnist(np.asarray(seven(0, 255)))).mean() < 0.03


def test_faint_pencil_is_full_ink(tmp_path: Path):
    seven(250, 200).save(tmp_path / "pencil.png")
    assert command_line.read_picture(str(tmp_path / "pencil.png")).max() == 255


def test_an_empty_sheet_with_a_shadow_is_blank(run: Callable[..., Answer], model: Path, tmp_path: Path):
    shadow = np.linspace(230, 240, 200).round().astype(np.uint8)
    Image.fromarray(np.tile(shadow, (260, 1))).save(tmp_path / "sheet.jpg")
    assert "blank" in run("predict", tmp_path / "sheet.jpg", "--model", model).out


@pytest.mark.parametrize("shade", [0, 128, 255])
def test_a_blank_picture_says_so(run: Callable[..., Answer], model: Path, tmp_path: Path, shade: int):
    Image.new("L", (50, 50), shade).save(tmp_path / "blank.png")
    Image.new("RGBA", (50, 50), (shade, shade, shade, 0)).save(tmp_path / "clear.png")
    answer = run("predict", tmp_path / "blank.png", tmp_path / "clear.png", "--model", model)
    assert answer.code == 0
    assert answer.out.count("blank, there is nothing to read") == 2


# Complaints


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
        (["predict", "TMP/broken.csv", "--model", "MODEL"], "broken.csv is no picture that can be read"),
        (["predict", "TMP", "--model", "MODEL"], "directory"),
        (["predict", "TMP/broken.csv", "--model", "nowhere.npz"], "There is no network nowhere.npz"),
    ],
)
def test_complaints_are_one_sentence_and_no_traceback(
    run: Callable[..., Answer],
    model: Path,
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
        arguments = [a.replace("TMP", str(tmp_path)).replace("MODEL", str(model)) for a in arguments]
    before = set(tmp_path.iterdir())
    answer = run(*arguments)
    assert answer.code == 2 and answer.out == ""
    assert says in answer.err and len(answer.err.splitlines()) == 1 and "Traceback" not in answer.err
    assert set(tmp_path.iterdir()) == before


def test_a_network_for_other_pictures_is_refused(run: Callable[..., Answer], tmp_path: Path):
    TwoLayerNN(100, 5, 10).save(tmp_path / "small.npz")
    answer = run("evaluate", tmp_path / "small.npz")
    assert answer.code == 2 and "X has shape (4000, 784); it needs (digits, 100)" in answer.err


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
