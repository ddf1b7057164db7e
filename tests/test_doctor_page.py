"""The page 'Digit doctor' as a visitor meets it: preparation, 'I am not sure', photographs, honest camera."""

import io
import json
import re

import numpy as np
import pytest
from PIL import Image, ImageDraw
from streamlit.testing.v1 import AppTest

from data import load_sample
from data.augment import distort
from data.doctor import complaints, shrunken, stages
from data.drawing import to_mnist
from nn import TwoLayerNN
from nn.shipped import REPORT, load_shipped
from tests.page import PATIENCE, SCRIPT, Page, pixels
from ui.session import Session

SAMPLE = load_sample()
DIGIT, LABEL = SAMPLE.X_test[0], SAMPLE.Y_test[0]
EXPERT = load_shipped()


class Doctor(Page):
    """A visitor whose first page is this one: the real script, with another page as the default."""

    def __init__(self, **link: str) -> None:
        code = SCRIPT.read_text().replace(", default=True", "")
        code = code.replace('url_path="doctor"', 'url_path="doctor", default=True')
        code = code.replace("Path(__file__)", f"Path({str(SCRIPT)!r})")
        self.app = AppTest.from_string(code, default_timeout=PATIENCE)
        self.app.query_params.update(link)
        self.look()

    @property
    def session(self) -> Session:
        return self.app.session_state["session"]

    def text(self) -> str:
        return "\n".join(item.value for item in (*self.app.markdown, *self.app.caption))

    def picture(self, key: str) -> str:
        """Return the address of the picture in a container, which is made from its content."""
        (item,) = (i for i in self.app.get_by_key(key) if i.type == "image")
        return item.proto.imgs[0].url

    def photograph(self, content: bytes, name: str = "photo.png") -> "Doctor":
        self.app.get_by_key("photo").clear().upload(name, content, "image/png")
        return self.look()

    def refusal(self) -> str:
        """Return the sentence that says why a photograph cannot be read; no other picture is on show."""
        (error,) = self.app.error
        assert self.session.exhibit is None and not self.app.success
        return error.value


@pytest.fixture(scope="module")
def open_page() -> Doctor:
    """One page for tests that leave nothing behind but a drawing or a photograph."""
    return Doctor()


@pytest.fixture
def page(open_page: Doctor) -> Doctor:
    """The page with an empty canvas, every switch as at the start."""
    open_page.session.clear()
    open_page.session.photo_error = open_page.session.photo_note = None
    open_page.app.get_by_key("photo").clear()
    open_page.set("raw", False).set("threshold", 0.8)
    return open_page.draw(np.zeros((280, 280), np.uint8))


def small_in_a_corner() -> np.ndarray:
    """Draw the digit 84 pixels wide, at the top left of the canvas."""
    canvas = np.zeros((280, 280), np.uint8)
    small = Image.fromarray(pixels(DIGIT)).resize((84, 84))
    canvas[:84, :84] = np.asarray(small)
    return canvas


def reading_of(net: TwoLayerNN, digit: np.ndarray) -> str:
    probabilities = net.predict_proba(digit.reshape(1, -1))[0]
    return f"**{probabilities.argmax()}** {probabilities.max():.0%}"


def photo_of(digit: np.ndarray, ink: int = 40, paper: int = 225) -> bytes:
    """Write a digit on a sheet, 600 by 450, lit from one side, and photograph it."""
    large = Image.fromarray(pixels(digit)).resize((240, 240), Image.Resampling.BICUBIC)
    cover = np.zeros((450, 600))
    cover[100:340, 170:410] = np.clip((np.asarray(large) / 255 - 0.25) / 0.5, 0, 1)
    light = np.linspace(1, 0.7, 600)
    return png(((paper + (ink - paper) * cover) * light).astype(np.uint8))


def png(picture: np.ndarray) -> bytes:
    file = io.BytesIO()
    Image.fromarray(picture).save(file, "PNG")
    return file.getvalue()


# ---- the doctor


def test_without_a_drawing_it_invites_to_draw(page: Doctor):
    assert "Draw a digit" in page.text() and "What was off" not in page.text()
    assert "**as drawn**" not in page.text()
    assert "What was off" in page.draw(pixels(DIGIT)).text()


def test_four_stages_with_what_both_networks_read_of_each(page: Doctor):
    canvas = small_in_a_corner()
    page.draw(canvas)
    words = page.says("stages")
    for name in ("as drawn", "cropped", "scaled to 20 pixels", "centred by mass"):
        assert f"**{name}**" in words
    pictures = [item.proto.imgs[0] for item in page.app.get_by_key("stages") if item.type == "image"]
    assert [picture.alt.split(".")[0] for picture in pictures] == [s.name for s in stages(canvas)]
    shown = re.findall(r":(violet|green)\[●\] (\*\*\d\*\* \d+%)", words)
    wanted = [
        (colour, reading_of(net, stage.picture))
        for stage in stages(canvas)
        for colour, net in (("violet", EXPERT), ("green", page.trainer.net))
    ]
    assert shown == wanted
    assert shown[-2][1].startswith(f"**{LABEL}**")  # prepared, the expert reads it


def test_says_what_was_off_for_a_small_drawing_in_a_corner(page: Doctor):
    text = page.draw(small_in_a_corner()).text()
    assert "What was off" in text and "Nothing is off" not in text
    assert "too far left" in text and "up" in text and "Small: your digit is" in text
    assert all(f"- {complaint}" in text for complaint in complaints(small_in_a_corner()))
    text = page.draw(pixels(DIGIT)).text()
    assert "too far" not in text and "Small:" not in text


def test_the_switch_feeds_both_networks_the_raw_canvas(page: Doctor):
    canvas = small_in_a_corner()

    def readings(digit: np.ndarray) -> list[str]:
        both = (EXPERT, page.trainer.net)
        return [reading_of(net, digit).replace("*", "") for net in both]

    def shown() -> list[str]:
        return re.findall(r"(?:expert|yours): (\d \d+%)", page.alt("probabilities"))

    assert readings(shrunken(canvas)) != readings(to_mnist(canvas))
    seen = page.draw(canvas).picture("network_sees")
    assert shown() == readings(to_mnist(canvas))
    page.set("raw", True)
    assert shown() == readings(shrunken(canvas)) and page.picture("network_sees") != seen
    assert page.says("prediction") == readings(shrunken(canvas))[0][0]
    assert "scaled to 20 pixels" in page.says("stages")  # what preparation would do is still told
    page.set("raw", False)
    assert shown() == readings(to_mnist(canvas)) and page.picture("network_sees") == seen


# ---- not a digit


def prices(page: Doctor) -> tuple[list[str], list[str]]:
    """Return the percentages told of the expert and of the visitor's network."""
    lines = page.text().split("\n")
    expert = next(line for line in lines if "**Expert**" in line)
    yours = next(line for line in lines if "**Yours**" in line)
    return re.findall(r"\*\*([\d.]+%)\*\*", expert), re.findall(r"\*\*([\d.]+%)\*\*", yours)


@pytest.mark.parametrize("threshold", [0.0, 0.5, 0.8, 0.99])
def test_the_price_is_the_measured_one(page: Doctor, threshold: float):
    page.set("threshold", threshold)
    price = min(json.loads(REPORT.read_text())["reject"], key=lambda p: abs(p["threshold"] - threshold))
    assert price["threshold"] == pytest.approx(threshold, abs=0.006)
    expert, yours = prices(page)
    assert expert == [f"{price['refused']:.2%}", f"{price['right']:.2%}"]
    probabilities = page.trainer.net.predict_proba(SAMPLE.X_test)
    kept = probabilities.max(axis=1) >= threshold
    right = (probabilities.argmax(axis=1) == SAMPLE.Y_test)[kept]
    if kept.any():
        assert yours == [f"{1 - kept.mean():.2%}", f"{right.mean():.2%}"]
    else:
        assert "refuses all of them" in page.text()


def test_the_slider_decides_what_is_not_sure_beside_the_canvas(page: Doctor):
    canvas = np.zeros((280, 280), np.uint8)
    canvas[60:220, 60:220] = 255  # a filled square is no digit
    sure = EXPERT.predict_proba(to_mnist(canvas).reshape(1, -1))[0].max()
    assert 0.02 < sure < 0.97
    page.draw(canvas)
    for threshold, unsure in ((round(sure + 0.02, 2), True), (round(sure - 0.02, 2), False)):
        captions = [
            line for line in page.set("threshold", threshold).says("reading").split("\n") if "sure" in line
        ]
        assert (f":orange[**not sure**: {sure:.0%}]" in captions) == unsure
        assert (f"{sure:.0%} sure" in captions) == (not unsure)


# ---- a photograph


def test_a_photograph_takes_the_canvas_place_and_is_read(page: Doctor):
    page.draw(pixels(SAMPLE.X_test[1])).photograph(photo_of(DIGIT))
    assert page.says("prediction") == str(LABEL)
    assert "From your photograph" in page.says("canvas_title")
    assert "dark ink on light paper" in page.app.success[0].value
    assert f"yours: {page.says('your_prediction')} " in page.alt("probabilities")
    assert "**centred by mass**" in page.says("stages")  # the same road as a drawing
    page.press("clear")
    assert page.says("canvas_title") == "**Draw a digit**" and page.says("prediction") == "–"


def test_chalk_is_found_out_and_the_ink_can_be_switched(page: Doctor):
    page.photograph(photo_of(DIGIT, ink=230, paper=50))
    assert page.says("prediction") == str(LABEL)
    assert "light ink on a dark ground" in page.app.success[0].value
    found = page.session.exhibit.drawing.digit
    page.set("photo_ink", "dark ink on light")  # is taken at its word: the photograph is read again
    assert not page.app.success or "dark ink on light paper" in page.app.success[0].value
    assert page.app.error or not np.array_equal(page.session.exhibit.drawing.digit, found)
    page.set("photo_ink", "find out")
    np.testing.assert_array_equal(page.session.exhibit.drawing.digit, found)


def blank_paper() -> bytes:
    return png(np.full((300, 400), 230, np.uint8))


def too_large() -> bytes:
    file = io.BytesIO()
    Image.new("1", (6000, 4000)).save(file, "PNG")
    return file.getvalue()


def transparent() -> bytes:
    return png(np.zeros((300, 400, 4), np.uint8))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"once upon a time", "no picture of a known format"),
        (photo_of(DIGIT)[:500], "broken"),
        (b"", "empty"),
        (blank_paper(), "No digit was found"),
        (too_large(), "6,000 x 4,000"),
        (transparent(), "transparent"),
    ],
    ids=["no picture", "broken", "empty", "blank", "too large", "transparent"],
)
def test_a_picture_that_is_no_good_is_refused_in_a_sentence(page: Doctor, content: bytes, words: str):
    page.photograph(content)
    assert words in page.refusal()
    page.photograph(photo_of(DIGIT))  # and the next one is read
    assert page.says("prediction") == str(LABEL) and not page.app.error


def test_a_letter_in_a_photograph_is_read_like_a_drawing(page: Doctor):
    sheet = Image.new("L", (600, 450), 230)
    ImageDraw.Draw(sheet).line([(200, 350), (200, 100), (300, 250), (400, 100), (400, 350)], 30, 28)
    page.photograph(png(np.asarray(sheet)))
    assert page.session.exhibit.drawing.surface == "photo" and re.fullmatch(r"\d", page.says("prediction"))


# ---- the honest camera


def test_the_honest_camera_counts_identical_digits_of_the_data_on_show(cache):
    with Doctor() as page:
        assert "identical" not in page.text()
        page.press("honest_camera")
        bytes_of = np.rint(SAMPLE.X_test * 255).astype(np.uint8).reshape(-1, 28, 28)
        same = sum(np.array_equal(np.rint(to_mnist(digit) * 255), digit) for digit in bytes_of)
        assert same > 0.99 * len(bytes_of)
        told = f"**{same:,} of {len(bytes_of):,}** digits of {SAMPLE.name} come back identical"
        assert told in page.text() and told in page.look().text()


def test_the_honest_camera_takes_all_of_mnist_where_it_is_at_hand(mnist_dir, monkeypatch):
    monkeypatch.setenv("MNIST_DIR", str(mnist_dir))
    with Doctor() as page:
        assert "**9,997 of 10,000** digits of" in page.press("honest_camera").text()


# ---- the expert as a start, and distorted digits


def test_training_starts_from_the_experts_weights():
    with Doctor(init="shipped", iterations="20", learning_rate="0.001") as page:
        page.draw(pixels(DIGIT))
        np.testing.assert_array_equal(page.trainer.net.W1, EXPERT.W1)
        assert page.says("your_prediction") == page.says("prediction") == str(LABEL)
        assert "untrained" not in page.says("reading") + page.says("status")
        assert "learned before (the expert)" in page.says("status")
        page.press("step")
        assert not np.array_equal(page.trainer.net.W1, EXPERT.W1)
        np.testing.assert_array_equal(page.session.expert.W1, EXPERT.W1)  # a copy is trained, not the expert


def test_the_switch_distorts_the_digits_of_a_run_under_way():
    with Doctor(batch_size="16", iterations="10000") as page:
        assert page.trainer.distort is None
        page.press("train").wait(lambda page: page.iteration() > 5)
        net = page.trainer.net
        page.set("distort", True)
        assert page.trainer.distort is distort and page.trainer.net is net and page.link["distort"] == "1"
        changed = page.trainer.iteration
        page.wait(lambda page: page.iteration() > changed + 5)
        assert page.set("distort", False).trainer.distort is None


def test_a_distorted_step_is_another_step():
    with Doctor(batch_size="16") as plain, Doctor(batch_size="16", distort="1") as bent:
        np.testing.assert_array_equal(plain.trainer.net.W1, bent.trainer.net.W1)
        plain.press("step"), bent.press("step")
        assert not np.array_equal(plain.trainer.net.W1, bent.trainer.net.W1)
