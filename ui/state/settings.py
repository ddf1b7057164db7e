"""Everything a visitor can set: each setting declared once, and all of them together as one value."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Literal, Self

from nn import Hyperparameters, TwoLayerNN
from nn.expert import load_expert
from nn.functions import ACTIVATIONS
from nn.hyperparameters import SCHEDULES
from nn.model import MAX_HIDDEN
from nn.optimizers import OPTIMIZERS
from nn.parameters import INITS

Value = str | int | float

EXPERT = "expert"
FULL_BATCH = "all"
MOST_LETTERS = 300  # of the name of a dataset


@dataclass(frozen=True)
class Setting:
    """One setting: the widget, the link, the clamp, the table of runs and the summary read all of it here."""

    name: str  # the key of its widget, its name in a link and its column in the table
    default: Value  # every value is of this type
    label: str
    help: str = ""
    widget: Literal["selectbox", "select_slider", "slider", "number_input", "toggle"] = "selectbox"
    options: tuple[Value, ...] = ()  # what can be chosen; numbers rise
    limits: tuple[float, float] | None = None  # of a number, instead of options
    step: float | None = None  # of a slider between limits
    names: Mapping[str, str] = field(default_factory=dict)  # of options on the page, where not as in a link
    former: Mapping[str, str] = field(default_factory=dict)  # of options in older links: what they are now
    after_reset: str = ""  # its name in 'Counts after Reset'; empty where a run can change it on its way
    words: Callable[[Any], str] = lambda value: ""  # how a value reads in a summary; empty for nothing

    def valid(self, said: object) -> Value:
        """
        Make a valid value of anything that a widget, a link or a forged message says.

        Parameters
        ----------
        said : object
            Of any type.

        Returns
        -------
        str, int, float or bool
            The value itself, or the nearest valid number; the default where that makes no sense.
        """
        if isinstance(self.default, str):
            text = self.former.get(said, said) if isinstance(said, str) else self.default
            return text[:MOST_LETTERS] if text in self.options or not self.options else self.default
        try:
            number = float(said)
        except (TypeError, ValueError, OverflowError):
            return self.default
        if math.isnan(number):
            return self.default
        if isinstance(self.default, bool):
            return number > 0
        low, high = self.limits or (self.options[0], self.options[-1])
        number = min(max(number, low), high)
        if self.options:
            return min(self.options, key=lambda option: abs(option - number))
        return round(number, 2) if isinstance(self.default, float) else int(number)

    def shown(self, value: Value) -> str:
        """Return what an option is called on the page."""
        return self.names.get(value, value) if isinstance(value, str) else f"{value:g}"

    def linked(self, value: Value) -> str:
        """Return how a value stands in a link."""
        return f"{value:g}" if isinstance(value, float | bool) else str(value)


@dataclass(frozen=True)
class Settings:
    """The digits, the network and how to train it: what the sidebar says and a run is made from."""

    dataset: str = "sample"  # a key of data.list_sources
    hidden_size: int = 10
    activation: str = "relu"
    init: str = "uniform"
    hyperparameters: Hyperparameters = Hyperparameters()
    distort: bool = False  # distort the training digits a little, differently each time they are seen

    @classmethod
    def from_values(cls, said: Mapping[str, object]) -> Self:
        """
        Make settings of what widgets or a link say.

        Parameters
        ----------
        said : mapping of str to anything
            By the names of the settings; what is missing or makes no sense is the default.
        """
        values = {name: setting.valid(said.get(name, setting.default)) for name, setting in SETTINGS.items()}
        training = {of.name: values.pop(of.name) for of in fields(Hyperparameters)}
        size = training["batch_size"]
        training["batch_size"] = None if size == FULL_BATCH else int(size)
        return cls(**values, hyperparameters=Hyperparameters(**training))

    def values(self) -> dict[str, Value]:
        """Return every setting as its widget holds it, by its name."""
        everything = vars(self) | vars(self.hyperparameters)
        everything["batch_size"] = str(everything["batch_size"] or FULL_BATCH)
        return {name: everything[name] for name in SETTINGS}

    def link(self) -> dict[str, str]:
        """Return what stands behind the question mark of a link: the settings that are not the defaults."""
        values = self.values()
        return {
            name: setting.linked(values[name])
            for name, setting in SETTINGS.items()
            if values[name] != setting.default
        }

    def in_words(self) -> str:
        """Say the network and its training, but for the digits and the seed, in one line."""
        values = self.values()
        return ", ".join(filter(None, (of.words(values[name]) for name, of in SETTINGS.items())))

    def waiting(self, run: Self) -> list[str]:
        """Name the settings, in words, that differ from those of a run and need a new one."""
        mine, its = self.values(), run.values()
        return [of.after_reset for name, of in SETTINGS.items() if of.after_reset and mine[name] != its[name]]

    def changing(self, run: Hyperparameters) -> Hyperparameters:
        """Return the hyperparameters, those kept from a run that it cannot change on its way."""
        kept = {of.name: getattr(run, of.name) for of in fields(run) if SETTINGS[of.name].after_reset}
        return self.hyperparameters.replace(**kept)

    @property
    def from_expert(self) -> bool:
        """Whether training starts from the expert's weights, and so with its hidden units."""
        return self.init == EXPERT

    def new_network(self) -> TwoLayerNN:
        """Make the network to train: an untrained one, or a copy of the expert."""
        if self.from_expert:
            return load_expert()
        return TwoLayerNN(
            hidden_size=self.hidden_size,
            activation=self.activation,
            init=self.init,
            seed=self.hyperparameters.seed,
        )


_ALL = (  # in the order of the sidebar
    Setting("dataset", Settings.dataset, "Digits to learn", after_reset="data"),
    Setting(
        "learning_rate",
        Hyperparameters.learning_rate,
        "Learning rate",
        "How far each step goes. Too small: it crawls. Too large: it jumps over the goal.",
        "select_slider",
        options=(  # 0.0001 to 10, eleven to a decade; {:.3g} makes 0.3 of 0.30000000000000004
            *(
                float(f"{digit * 10.0**power:.3g}")
                for power in range(-4, 1)
                for digit in (1, 1.5, 2, 2.5, 3, 4, 5, 6, 7, 8, 9)
            ),
            10.0,
        ),
        words=lambda rate: f"learning rate {rate:g}",
    ),
    Setting(
        "iterations",
        Hyperparameters.iterations,
        "Iterations",
        "How many steps to train. One step changes every weight once.",
        "slider",
        limits=(1, 10_000),
        words=lambda number: f"{number:,} iterations",
    ),
    Setting(
        "hidden_size",
        Settings.hidden_size,
        "Hidden units · after reset",
        "Each one learns a 28x28 pattern to look for. More can learn more, and take longer.",
        "number_input",
        limits=(1, MAX_HIDDEN),
        after_reset="hidden units",
        words=lambda units: f"{units} hidden units",
    ),
    Setting(
        "schedule",
        Hyperparameters.schedule,
        "Learning rate over time",
        "Constant: the same from beginning to end. Cosine: it falls to zero at the last iteration; "
        "large steps first, fine ones at the end.",
        options=tuple(SCHEDULES),
        names={"cosine": "cosine, down to zero"},
        words=lambda schedule: "" if schedule == "constant" else f"{schedule} schedule",
    ),
    Setting(
        "batch_size",
        FULL_BATCH,
        "Digits at each step (batch size)",
        "'All' looks at every digit before each step. A few: noisier steps, but many more.",
        "select_slider",
        options=("1", "8", "16", "32", "64", "128", "256", "512", "1024", FULL_BATCH),
        names={FULL_BATCH: "all (full batch)"},
        words=lambda size: "full batch" if size == FULL_BATCH else f"batches of {size}",
    ),
    Setting(
        "l2",
        Hyperparameters.l2,
        "Weight decay (L2)",
        "Pulls large weights towards 0, against learning by heart.",
        "select_slider",
        options=(0.0, 1e-5, 3e-5, 1e-4, 3e-4, 1e-3, 3e-3, 1e-2, 3e-2, 1e-1),
        words=lambda l2: f"weight decay {l2:g}" if l2 else "",
    ),
    Setting(
        "dropout",
        Hyperparameters.dropout,
        "Dropout",
        "Share of hidden units switched off at random in each step, against learning by heart.",
        "slider",
        limits=(0.0, 0.9),
        step=0.05,
        words=lambda share: f"dropout {share:g}" if share else "",
    ),
    Setting(
        "distort",
        Settings.distort,
        "Distort the training digits",
        "Bend, turn and thicken each digit a bit, differently each time: against learning by heart.",
        "toggle",
        words=lambda on: "distorted digits" if on else "",
    ),
    Setting(
        "optimizer",
        Hyperparameters.optimizer,
        "Optimizer",
        "How a slope becomes a step.",
        options=tuple(OPTIMIZERS),
        names={"gradient_descent": "gradient descent", "rmsprop": "RMSprop", "adam": "Adam"},
        after_reset="optimizer",
        words=lambda name: SETTINGS["optimizer"].shown(name),
    ),
    Setting(
        "activation",
        Settings.activation,
        "Activation",
        "What a hidden unit does with its sum. ReLU keeps it if it is above 0.",
        options=tuple(ACTIVATIONS),
        names={"relu": "ReLU"},
        after_reset="activation",
        words=lambda name: SETTINGS["activation"].shown(name),
    ),
    Setting(
        "init",
        Settings.init,
        "Starting weights",
        "How the random weights are drawn before training.",
        options=(*INITS, EXPERT),
        names={
            "uniform": "uniform ±0.5 (classic)",
            "he": "He",
            "xavier": "Xavier",
            EXPERT: "the expert's, to go on from there",
        },
        former={"shipped": EXPERT},
        after_reset="starting weights",
        words=lambda name: f"{name} start",
    ),
    Setting(
        "seed",
        Hyperparameters.seed,
        "Seed",
        "Picks the random numbers: the same seed makes the same run.",
        "number_input",
        limits=(0, 999_999),
        after_reset="seed",
    ),
)
SETTINGS = {setting.name: setting for setting in _ALL}

CLASSIC = Settings()
MODERN = Settings(
    hidden_size=128,
    init="he",
    hyperparameters=Hyperparameters(
        learning_rate=0.006,
        schedule="cosine",
        iterations=7376,  # four epochs of MNIST, 1,000 held out: 4 x 59,000 / 32, rounded up
        batch_size=32,
        optimizer="adam",
        dropout=0.1,
    ),
)
