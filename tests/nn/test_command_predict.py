"""The command predict: pictures of digits on any paper, in any format, and sheets with nothing on them."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw
from threadpoolctl import threadpool_limits

from data import load_sample
from data.drawing import to_mnist
from nn import TwoLayerNN
from nn.commands.predict import read_picture
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
        seen = to_mnist(read_picture(str(tmp_path / f"{k}.png")))
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
    read = to_mnist(read_picture(str(tmp_path / name)))
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
    wrong = read_picture(str(path))
    assert wrong[100, 20] == 255  # the dark inside is taken for ink
    picture.crop((3, 3, 197, 257)).save(path)
    np.testing.assert_array_equal(read_picture(str(path)), read_picture(str(path), "light"))
    assert not read_picture(str(path), "dark").any()


def test_a_turned_photo_is_set_upright(tmp_path: Path):
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was turned: show it a quarter to the right
    seven(255, 0).rotate(90, expand=True).save(tmp_path / "phone.jpg", exif=exif, quality=95)
    upright = to_mnist(read_picture(str(tmp_path / "phone.jpg")))
    assert np.abs(upright - to_mnist(np.asarray(seven(0, 255)))).mean() < 0.03


def test_faint_pencil_is_full_ink(tmp_path: Path):
    seven(250, 200).save(tmp_path / "pencil.png")
    assert read_picture(str(tmp_path / "pencil.png")).max() == 255


def test_an_empty_sheet_with_a_shadow_is_blank(model: Path, tmp_path: Path):
    shadow = np.linspace(230, 240, 200).round().astype(np.uint8)
    Image.fromarray(np.tile(shadow, (260, 1))).save(tmp_path / "sheet.jpg")
    assert "blank" in run("predict", tmp_path / "sheet.jpg", "--model", model).out


@pytest.mark.parametrize("shade", [0, 128, 255])
def test_a_blank_picture_says_so(model: Path, tmp_path: Path, shade: int):
    Image.new("L", (50, 50), shade).save(tmp_path / "blank.png")
    Image.new("RGBA", (50, 50), (shade, shade, shade, 0)).save(tmp_path / "clear.png")
    answer = run("predict", tmp_path / "blank.png", tmp_path / "clear.png", "--model", model)
    assert answer.code == 0
    assert answer.out.count("blank, there is nothing to read") == 2
