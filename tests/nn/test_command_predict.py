"""The command predict: pictures of digits on any paper, in any format, and sheets with nothing on them."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw
from threadpoolctl import threadpool_limits

from data import load_sample
from data.drawing import to_mnist
from nn import TwoLayerNN
from nn.commands.predict import read_digit
from tests.terminal import run


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


def test_pictures_of_digits_are_read(model: Path, tmp_path: Path):
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
        seen = read_digit(str(tmp_path / f"{k}.png"))
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
def test_a_seven_is_a_seven_on_any_paper(model: Path, tmp_path: Path, name: str, picture: Image.Image):
    picture.save(tmp_path / name)
    read = read_digit(str(tmp_path / name))
    drawn = to_mnist(np.asarray(seven(0, 255)))
    differences = [np.abs(np.roll(read, rows, axis=0) - drawn).mean() for rows in (-1, 0, 1)]
    assert min(differences) < 0.02 and differences[1] < 0.05  # its centre may round to the next pixel
    answer = run("predict", tmp_path / name, "--model", model)
    assert answer.code == 0 and f"{name}: 7 " in answer.out


def test_the_shade_of_the_ink_can_be_said(model: Path, tmp_path: Path):
    chalk, pen = tmp_path / "chalk.png", tmp_path / "pen.png"
    seven(0, 255).save(chalk)
    seven(255, 0).save(pen)
    np.testing.assert_array_equal(read_digit(str(chalk)), read_digit(str(chalk), dark_on_light=False))
    np.testing.assert_array_equal(read_digit(str(pen)), read_digit(str(pen), dark_on_light=True))
    for path, shade in ((chalk, "light"), (pen, "dark")):
        right = run("predict", path, "--ink", shade, "--model", model)
        wrong = run("predict", path, "--ink", "light" if shade == "dark" else "dark", "--model", model)
        assert right.code == 0 and ": 7 " in right.out
        assert ": 7 " not in wrong.out


def test_a_small_picture_in_either_shade_is_the_same_digit(tmp_path: Path):
    grey = np.rint(load_sample().X_test[0].reshape(28, 28) * 255).astype(np.uint8)
    for name, picture in (("white", grey), ("black", 255 - grey)):
        Image.fromarray(picture).save(tmp_path / f"{name}.png")
        np.testing.assert_array_equal(read_digit(str(tmp_path / f"{name}.png")) * 255, grey)


def test_a_turned_photo_is_set_upright(tmp_path: Path):
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was turned: show it a quarter to the right
    seven(255, 0).rotate(90, expand=True).save(tmp_path / "phone.jpg", exif=exif, quality=95)
    upright = read_digit(str(tmp_path / "phone.jpg"))
    assert np.abs(upright - to_mnist(np.asarray(seven(0, 255)))).mean() < 0.03


def test_faint_pencil_is_full_ink(tmp_path: Path):
    seven(250, 200).save(tmp_path / "pencil.png")
    assert read_digit(str(tmp_path / "pencil.png")).max() > 0.98


def test_an_empty_sheet_with_a_shadow_is_blank(model: Path, tmp_path: Path):
    shadow = np.linspace(230, 240, 200).round().astype(np.uint8)
    Image.fromarray(np.tile(shadow, (260, 1))).save(tmp_path / "sheet.jpg")
    assert "No digit was found" in run("predict", tmp_path / "sheet.jpg", "--model", model).err


@pytest.mark.parametrize("shade", [0, 128, 255])
def test_pictures_without_a_digit_say_so_and_the_others_are_read(model: Path, tmp_path: Path, shade: int):
    Image.new("L", (50, 50), shade).save(tmp_path / "blank.png")
    Image.new("L", (28, 28), 255 * (shade > 127)).save(tmp_path / "small.png")
    Image.new("RGBA", (50, 50), (shade, shade, shade, 0)).save(tmp_path / "clear.png")
    seven(255, shade // 2).save(tmp_path / "seven.png")
    names = ("blank", "small", "clear", "seven")
    answer = run("predict", *(tmp_path / f"{name}.png" for name in names), "--model", model)
    assert answer.code == 2
    complaints = answer.err.splitlines()
    assert len(complaints) == 3 and all(
        f"{name}.png: " in line and words in line
        for name, words, line in zip(
            names, ("No digit", "blank", "fully transparent"), complaints, strict=False
        )
    )
    assert len(answer.out.splitlines()) == 1 and "seven.png: 7 " in answer.out
