"""A photograph on the page: it takes the canvas's place and is read like a drawing, or is refused."""

import io
import re

import numpy as np
import pytest
from PIL import Image, ImageDraw

from data import load_sample
from tests.doctor import Doctor
from tests.page import pixels

SAMPLE = load_sample()
DIGIT, LABEL = SAMPLE.X_test[0], SAMPLE.Y_test[0]


@pytest.fixture(scope="module")
def open_page() -> Doctor:
    """One page for tests that leave nothing behind but a photograph."""
    return Doctor()


@pytest.fixture
def page(open_page: Doctor) -> Doctor:
    """The page with an empty canvas and no photograph."""
    open_page.session.clear()
    open_page.app.session_state["photo_error"] = None
    open_page.app.get_by_key("photo").clear()
    return open_page.draw(np.zeros((280, 280), np.uint8))


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


def test_a_photograph_takes_the_canvas_place_and_is_read(page: Doctor):
    page.draw(pixels(SAMPLE.X_test[1])).photograph(photo_of(DIGIT))
    assert page.says("prediction") == str(LABEL)
    assert "From your photograph" in page.says("canvas_title")
    assert "dark ink on light paper" in page.app.success[0].value
    assert f"yours: {page.says('your_prediction')} " in page.alt("probabilities")
    assert "**centred by mass**" in page.says("stages")  # prepared like a drawing
    page.press("clear")
    assert page.says("canvas_title") == "**Draw a digit**" and page.says("prediction") == "–"


def test_what_is_said_of_a_photograph_goes_when_another_picture_takes_its_place(page: Doctor):
    assert page.photograph(photo_of(DIGIT)).app.success
    assert not page.show(SAMPLE.X_test[1]).app.success  # as 'Mistakes' shows a digit that is chosen there
    assert page.photograph(photo_of(DIGIT)).app.success
    assert not page.press("clear").app.success


def test_where_the_browser_gives_no_camera_the_page_says_what_to_do(page: Doctor):
    assert "No picture?" not in page.text()
    assert "only on https" in page.set("use_camera", True).text() and "upload it" in page.text()
    assert "No picture?" not in page.set("use_camera", False).text()
    assert "its camera here" in page.app.get_by_key("photo").label


def test_chalk_is_recognised_and_the_ink_can_be_switched(page: Doctor):
    page.photograph(photo_of(DIGIT, ink=230, paper=50))
    assert page.says("prediction") == str(LABEL)
    assert "light ink on a dark ground" in page.app.success[0].value
    found = page.session.exhibit.drawing.digit
    page.set("photo_ink", "dark ink on light")  # is taken at its word: the photograph is read again
    assert not page.app.success or "dark ink on light paper" in page.app.success[0].value
    assert page.app.error or not np.array_equal(page.session.exhibit.drawing.digit, found)
    page.set("photo_ink", "automatic")
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
