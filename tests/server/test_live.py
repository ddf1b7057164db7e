"""The socket as a browser, a forger and an impatient hand meet it."""

import http.client
import json
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import uvicorn
from starlette.applications import Starlette
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from data.drawing import to_mnist
from nn.expert import load_expert
from server.live import SIDE, Look, News, Visits, live_routes, reading, whole

EXPERT = load_expert()
POINTS = [(0, 2.4, 0.1, 2.4, 0.1), (1, 2.3, 0.2, 2.3, 0.2), (2, 2.2, 0.3, 2.2, 0.3)]


class Guest:
    """Reads with the expert, and has a run that the test moves."""

    def __init__(self) -> None:
        self.stands = Look("a", 0, 500, "ready", POINTS[:1])
        self.frames: list[int] = []

    def read(self, frame: np.ndarray) -> dict:
        self.frames.append(int(frame[-1, -1]))
        digit = to_mnist(frame)
        said = None if digit is None else EXPERT.predict_proba(digit.reshape(1, 784))[0]
        return reading(digit, said, None)

    def look(self) -> Look:
        return self.stands


def seven(mark: int = 0) -> bytes:
    frame = np.zeros((SIDE, SIDE), np.uint8)
    frame[30:42, 40:100] = 255
    for row in range(42, 120):
        frame[row, 90 - row // 3 : 102 - row // 3] = 255
    frame[-1, -1] = mark
    return frame.tobytes()


@pytest.fixture
def guest() -> Guest:
    return Guest()


@pytest.fixture
def visits() -> Visits:
    return Visits()


class Page:
    """The routes, served by uvicorn as the app serves them."""

    def __init__(self, host: str, visits: Visits) -> None:
        self.host, self.visits = host, visits

    def open(self, query: str, origin: str | None = None, headers: dict[str, str] | None = None):
        return connect(
            f"ws://{self.host}/live?{query}",
            origin=origin,
            additional_headers=headers,
            proxy=None,
            close_timeout=5,
        )

    def enter(self, guest: Guest) -> ClientConnection:
        return self.open(f"visit={self.visits.open(guest)}", f"http://{self.host}")

    def refuses(self, query: str, origin: str | None = None) -> bool:
        try:
            with self.open(query, origin):
                return False
        except InvalidStatus as refused:
            return refused.response.status_code == 403

    def get(self, path: str) -> tuple[int, dict[str, str]]:
        connection = http.client.HTTPConnection(self.host)
        connection.request("GET", path)
        response = connection.getresponse()
        response.read()
        connection.close()
        return response.status, {name.lower(): value for name, value in response.getheaders()}


@pytest.fixture
def page(visits: Visits, tmp_path: Path) -> Iterator[Page]:
    (tmp_path / "main.js").write_text("export const x = 1;")
    (tmp_path / "live.css").write_text("p { color: red; }")
    (tmp_path / "component.py").write_text("SECRET = 1")
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        app = Starlette(routes=live_routes(visits, tmp_path))
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning", ws_per_message_deflate=False))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        while not server.started:
            time.sleep(0.01)
        yield Page(f"127.0.0.1:{listening.getsockname()[1]}", visits)
        server.should_exit = True
        thread.join()


def answer(session, key: str) -> dict:
    """Return the next message of a kind."""
    while True:
        message = json.loads(session.recv(timeout=10))
        if key in message:
            return message[key]


def test_frames_are_read_in_order(page: Page, visits: Visits, guest: Guest):
    with page.enter(guest) as session:
        for mark in range(5):
            session.send(seven(mark))
            said = answer(session, "reading")
            assert len(said["expert"]) == 10 and abs(sum(said["expert"]) - 1) < 1e-4
            assert int(np.argmax(said["expert"])) == 7
            assert said["yours"] is None and len(said["sees"]) == 1048  # 784 bytes in base64
    assert guest.frames == [0, 1, 2, 3, 4]


def test_a_blank_frame_is_read_as_nothing(page: Page, visits: Visits, guest: Guest):
    with page.enter(guest) as session:
        session.send(bytes(SIDE * SIDE))
        assert answer(session, "reading") == {"expert": None, "yours": None, "sees": None}


@pytest.mark.parametrize("sent", [b"", bytes(19_599), bytes(19_601), bytes(200_000), "seven", '{"frame": 1}'])
def test_anything_else_is_answered_with_a_close(page: Page, visits: Visits, guest: Guest, sent: str | bytes):
    token = visits.open(guest)
    with page.open(f"visit={token}") as session:
        session.send(sent)
        with pytest.raises(ConnectionClosed) as closed:
            answer(session, "reading")
        assert closed.value.rcvd.code == 1003
    assert visits.find(token) is guest
    with page.open(f"visit={token}") as session:  # nothing is lost
        session.send(seven())
        assert answer(session, "reading")["expert"]


@pytest.mark.parametrize("token", ["", "visit=", "visit=x", "visit=%00", "other=1"])
def test_a_wrong_token_is_refused(page: Page, visits: Visits, guest: Guest, token: str):
    visits.open(guest)
    assert page.refuses(token)


def test_only_the_own_page_may_open_a_socket(page: Page, visits: Visits, guest: Guest):
    query, own = f"visit={visits.open(guest)}", f"http://{page.host}"
    for foreign in (
        *(
            "http://127.0.0.1:1",
            "http://evil.example",
            f"{own}.evil.example",
            f"http://evil.example/{page.host}",
        ),
        *("null", "", "http://[evil"),
    ):
        assert page.refuses(query, foreign), foreign
    proxied = {"X-Forwarded-Host": "digits.school:8443"}
    for origin, headers in [(own, None), (None, None), ("https://digits.school:8443", proxied)]:
        with page.open(query, origin, headers) as session:
            assert answer(session, "run")["id"] == "a"


def test_a_fifth_socket_is_refused_until_one_closes(page: Page, visits: Visits, guest: Guest):
    query, deadline = f"visit={visits.open(guest)}", time.monotonic() + 5
    with page.open(query), page.open(query), page.open(query):
        with page.open(query):
            assert page.refuses(query)
        session = None
        while session is None:  # the server notices that one has closed
            try:
                session = page.open(query)
            except InvalidStatus:
                assert time.monotonic() < deadline
                time.sleep(0.01)
        with session:
            assert answer(session, "run")["id"] == "a"


def test_the_run_is_sent_whole_and_then_what_is_new(page: Page, visits: Visits, guest: Guest):
    with page.enter(guest) as session:
        assert answer(session, "run") == whole(guest.stands)
        guest.stands = Look("a", 2, 500, "running", POINTS, 12.0, "Learning.")
        assert answer(session, "run") == {
            "id": "a",
            "iteration": 2,
            "iterations": 500,
            "status": "running",
            "pace": 12.0,
            "advice": "Learning.",
            "points": [list(point) for point in POINTS[1:]],
        }
        guest.stands = Look("b", 0, 500, "ready", POINTS[:1], parent=POINTS)
        other = answer(session, "run")
        assert other["full"] and other["parent"] == [list(point) for point in POINTS]


def test_news_are_sent_ten_times_a_second_at_most(page: Page, visits: Visits, guest: Guest):
    stop = threading.Event()

    def move() -> None:
        while not stop.wait(0.005):
            guest.stands = guest.stands._replace(iteration=guest.stands.iteration + 1)

    mover = threading.Thread(target=move)
    mover.start()
    try:
        with page.enter(guest) as session:
            answer(session, "run")
            start = time.monotonic()
            for _ in range(5):
                answer(session, "run")
            assert time.monotonic() - start > 0.45
    finally:
        stop.set()
        mover.join()


def test_news_without_a_change_is_no_news():
    news, look = News(), Look("a", 2, 500, "paused", POINTS)
    assert news.since(None) is None
    assert news.since(look)["run"]["full"]
    assert news.since(look) is None
    assert news.since(look._replace(points=list(POINTS))) is None
    assert "full" not in news.since(look._replace(status="running"))["run"]
    assert news.since(look._replace(points=POINTS[:2]))["run"]["full"]  # the same run, taken back
    shown = reading(np.zeros(784), np.full(10, 0.1), None)
    assert news.since(look._replace(points=POINTS[:2], exhibit=shown, status="running"))["exhibit"] == shown


def test_a_long_curve_is_sent_with_its_ends():
    points = [(k, 1.0, 0.5, 1.0, 0.5) for k in range(2000)]
    sent = [point[0] for point in whole(Look("a", 1999, 5000, "paused", points, parent=points))["points"]]
    assert len(sent) == 1000 and sent[0] == 0 and sent[-1] == 1999
    assert all(1 <= after - before <= 3 for before, after in zip(sent, sent[1:], strict=False))


def test_numbers_that_json_does_not_know_become_null():
    inf, nan = float("inf"), float("nan")
    message = whole(Look("a", 1, 5, "diverged", [(0, 2.3, 0.1, nan, nan), (1, inf, 0.1, -inf, 0.1)]))
    assert json.loads(json.dumps(message, allow_nan=False))["points"] == [
        [0, 2.3, 0.1, None, None],
        [1, None, 0.1, None, 0.1],
    ]
    assert reading(np.ones((28, 28)), np.full(10, 0.1), np.full(10, nan))["yours"] is None


def test_only_scripts_and_styles_are_served(page: Page):
    status, headers = page.get("/live/js/main.js")
    assert status == 200 and headers["content-type"].startswith("text/javascript")
    assert headers["cache-control"] == "no-cache"
    assert page.get("/live/js/live.css")[1]["content-type"].startswith("text/css")
    for path in ("component.py", "", "none.js", "../main.js", "%2e%2e/main.js"):
        assert page.get(f"/live/js/{path}")[0] == 404


def test_a_flood_of_frames_is_read_at_its_own_pace(page: Page, guest: Guest):
    with page.enter(guest) as session:
        start = time.monotonic()
        for k in range(1000):
            session.send(seven(1 + k % 250))
        session.send(bytes(SIDE * SIDE))
        while answer(session, "reading")["expert"]:
            pass
        spent = time.monotonic() - start
    assert guest.frames[-1] == 0  # the newest is never left out
    assert len(guest.frames) <= 30 + 30 * spent + 1


def test_a_frame_is_answered_within_milliseconds(page: Page, guest: Guest):
    times = []
    with page.enter(guest) as session:
        for k in range(20):
            start = time.perf_counter()
            session.send(seven(k))
            answer(session, "reading")
            times.append(time.perf_counter() - start)
            time.sleep(0.02)
    print(f"frame to reading: median {1000 * np.median(times):.1f} ms")
    assert np.median(times) < 0.05
    assert guest.frames == list(range(20))


def test_an_error_of_the_visit_closes_the_socket_and_is_logged(
    page: Page, guest: Guest, caplog: pytest.LogCaptureFixture
):
    def fail(frame: np.ndarray) -> dict:
        raise ArithmeticError("no weights")

    guest.read = fail
    with page.enter(guest) as session:
        session.send(seven())
        with pytest.raises(ConnectionClosed) as closed:
            answer(session, "reading")
    assert closed.value.rcvd.code == 1011
    assert "no weights" in caplog.text
