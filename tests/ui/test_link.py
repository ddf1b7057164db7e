"""Links: whatever an address says, the page gets settings that make sense, and writes them back."""

from types import SimpleNamespace

import pytest

from nn import Hyperparameters
from ui.sidebar.settings import update_link
from ui.state.settings import MODERN, SETTINGS, Setting, Settings

DEFAULT = Settings().values()


def open_link(query: dict[str, str]) -> dict[str, object]:
    return Settings.from_values(query).values()


class Address:
    """Stands for `st.query_params`."""

    def __init__(self, **query: str) -> None:
        self.query = query
        self.written = 0

    def to_dict(self) -> dict[str, str]:
        return dict(self.query)

    def from_dict(self, query: dict[str, str]) -> None:
        self.query, self.written = dict(query), self.written + 1


@pytest.fixture
def address(monkeypatch: pytest.MonkeyPatch) -> Address:
    address = Address()
    monkeypatch.setattr("ui.sidebar.settings.st", SimpleNamespace(query_params=address))
    return address


def test_an_empty_link_is_the_defaults():
    assert open_link({}) == DEFAULT


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("learning_rate", "0.3", 0.3),
        ("learning_rate", "0.11", 0.1),
        ("learning_rate", "0", 0.0001),
        ("learning_rate", "-7", 0.0001),
        ("learning_rate", "1e6", 10.0),
        ("iterations", "12", 12),
        ("iterations", " 12.9 ", 12),
        ("iterations", "0", 1),
        ("iterations", "1e9", 10_000),
        ("iterations", "inf", 10_000),
        ("iterations", "9" * 400, 10_000),
        ("hidden_size", "1025", 1024),
        ("hidden_size", "-inf", 1),
        ("l2", "0.002", 0.001),
        ("l2", "5", 0.1),
        ("dropout", "0.95", 0.9),
        ("dropout", "-0.1", 0.0),
        ("seed", "1234567", 999_999),
        ("batch_size", "64", "64"),
        ("batch_size", "all", "all"),
        ("optimizer", "adam", "adam"),
        ("activation", "tanh", "tanh"),
        ("init", "xavier", "xavier"),
        ("init", "expert", "expert"),
        ("init", "shipped", "expert"),  # as it was called in older links
        ("schedule", "cosine", "cosine"),
        ("distort", "1", True),
        ("distort", "0", False),
        ("dataset", "mine%20.csv", "mine%20.csv"),
    ],
)
def test_a_value_is_brought_into_its_range(name: str, text: str, value: object):
    assert open_link({name: text}) == DEFAULT | {name: value}


@pytest.mark.parametrize("text", ["nonsense", "", "nan", "0x10", "1,5", "None", "１２x", "<b>"])
def test_nonsense_is_ignored(text: str):
    everything = dict.fromkeys(SETTINGS, text)
    del everything["dataset"]  # whether there is such a file, the page finds out
    assert open_link(everything) == DEFAULT
    assert open_link({"unknown": text}) == DEFAULT


@pytest.mark.parametrize(
    "settings",
    [
        Settings(),
        MODERN,
        Settings(
            "train.csv",
            33,
            "sigmoid",
            "xavier",
            Hyperparameters(0.007, 9999, 1, "rmsprop", 3e-5, 0.55, 42, "cosine"),
            True,
        ),
    ],
)
def test_what_is_written_is_read_again(address: Address, settings: Settings):
    update_link(settings)
    assert open_link(address.query) == settings.values()


@pytest.mark.parametrize("setting", SETTINGS.values(), ids=SETTINGS)
def test_every_option_survives_the_link(setting: Setting):
    for option in setting.options or setting.limits or (setting.default,):
        link = Settings.from_values({setting.name: option}).link()
        assert open_link(link) == DEFAULT | {setting.name: option}


def test_defaults_are_left_out_and_nothing_is_written_twice(address: Address):
    address.query = {"utm_source": "mail"}
    update_link(Settings(hidden_size=20))
    update_link(Settings(hidden_size=20))
    assert address.query == {"hidden_size": "20"} and address.written == 1
    update_link(Settings())
    assert address.query == {} and address.written == 2
