"""Visits: who is kept and for how long, what is paused when a page is closed, and goes on when it returns."""

import pytest

from server import visits as module
from server.visits import Visits


class Guest:
    """A visitor that notes what it is told."""

    def __init__(self) -> None:
        self.told: list[str] = []

    def go_away(self) -> None:
        self.told.append("away")

    def come_back(self) -> None:
        self.told.append("back")

    def put_away(self) -> None:
        self.told.append("put away")


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    now = [0.0]
    monkeypatch.setattr(module.time, "monotonic", lambda: now[0])
    return now


def test_the_visits_used_last_are_kept(monkeypatch: pytest.MonkeyPatch, clock: list[float]):
    monkeypatch.setattr(module, "VISITS", 3)
    visits, guests = Visits(), [Guest() for _ in range(5)]
    tokens = [visits.open(guest) for guest in guests[:3]]
    assert len(set(tokens)) == 3 and min(map(len, tokens)) >= 32
    assert visits.enter(tokens[0]) is guests[0]  # has an open socket
    clock[0] = 1
    visits.find(tokens[1])
    visits.open(guests[3])
    clock[0] = 2
    visits.open(guests[4])
    assert [guest.told for guest in guests] == [[], ["put away"], ["put away"], [], []]
    assert visits.find(tokens[0]) is guests[0] and visits.find(tokens[1]) is None and len(visits) == 3


@pytest.mark.parametrize("forged", [None, 7, ["x"], {}, "x" * 100_000, b"x"])
def test_a_forged_token_finds_nobody(forged: object):
    visits = Visits()
    visits.open(Guest())
    assert visits.find(forged) is None


def test_a_closed_page_is_away_then_put_away_then_forgotten(clock: list[float]):
    visits, guest, looking = Visits(), Guest(), Guest()
    token, other = visits.open(guest), visits.open(looking)
    visits.page_opened(token)
    visits.page_opened(other)
    clock[0] = 5000
    visits.sweep()
    assert guest.told == []  # its page is open
    visits.page_closed(token)
    for seconds, told in ((29, []), (31, ["away"]), (1799, ["away"]), (1801, ["away", "put away"])):
        clock[0] = 5000 + seconds
        visits.sweep()
        assert guest.told == told
    clock[0] = 5000 + 7201
    visits.sweep()
    assert visits.find(token) is None and visits.find(other) is looking and looking.told == []


def test_a_page_that_returns_goes_on(clock: list[float]):
    visits, guest = Visits(), Guest()
    token = visits.open(guest)
    visits.page_opened(token)
    visits.page_closed(token)
    clock[0] = 20
    visits.page_opened(token)  # a short loss of Wi-Fi
    visits.page_closed(token)
    clock[0] = 45
    visits.sweep()
    assert guest.told == []
    clock[0] = 51
    visits.sweep()
    visits.page_opened(token)
    assert guest.told == ["away", "back"]


def test_an_open_socket_keeps_a_visit(clock: list[float]):
    visits, guest = Visits(), Guest()
    token = visits.open(guest)
    visits.enter(token)
    clock[0] = 10_000
    visits.sweep()
    assert guest.told == []
    visits.leave(token)
    clock[0] = 10_031
    visits.sweep()
    assert guest.told == ["away"]


def test_a_fifth_socket_is_refused():
    visits, guest = Visits(), Guest()
    token = visits.open(guest)
    assert [visits.enter(token) for _ in range(5)] == [guest] * 4 + [None]
    visits.leave(token)
    assert visits.enter(token) is guest


def test_one_visit_that_fails_does_not_keep_the_others_waiting(clock: list[float]):
    visits, broken, guest = Visits(), Guest(), Guest()
    broken.go_away = lambda: 1 / 0
    for one in (broken, guest):
        visits.open(one)
    clock[0] = 31
    visits.sweep()
    assert guest.told == ["away"]


def test_a_page_that_returns_as_its_visit_is_being_paused_goes_on(clock: list[float]):
    visits, guest = Visits(), Guest()
    token = visits.open(guest)

    def slow_go_away() -> None:
        visits.page_opened(token)  # meanwhile
        guest.told.append("away")

    guest.go_away = slow_go_away
    clock[0] = 31
    visits.sweep()
    assert guest.told[-1] == "back"
