"""How it got there, as a visitor meets it: rewind and fork, the book of runs, pins, and ten seeds."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from data import load_sample
from nn import Hyperparameters, Trainer, TwoLayerNN
from tests.page import PATIENCE, SCRIPT, Page, pixels
from tests.toy import same_parameters, toy_digits, toy_net
from ui.charts import RUNS, accuracy_chart
from ui.presence import Presence, left
from ui.ribbons import MOST_SEEN, Ribbons, ribbon, settled_since
from ui.run import Run
from ui.runs import MOST_BYTES, MOST_RUNS, RunBook
from ui.seed_fan import SEEDS, SeedFan
from ui.server import pool
from ui.session import Session
from ui.settings import Settings

SAMPLE = load_sample()
DIGITS = [pixels(digit) for digit in SAMPLE.X_test[::60]]


class RunsPage(Page):
    """A visitor whose first page is this one: the real script, with another page as the default."""

    def __init__(self, view: str = "Rewind", **link: str) -> None:
        code = SCRIPT.read_text().replace(", default=True", "")
        code = code.replace('url_path="runs"', 'url_path="runs", default=True')
        code = code.replace("Path(__file__)", f"Path({str(SCRIPT)!r})")
        self.app = AppTest.from_string(code, default_timeout=PATIENCE)
        self.app.query_params.update(link)
        self.app.session_state["runs_view"] = view
        self.look()

    @property
    def session(self) -> Session:
        return self.app.session_state["session"]

    def view(self, name: str) -> "RunsPage":
        return self.set("runs_view", name)

    def text(self) -> str:
        return "\n".join(item.value for item in (*self.app.markdown, *self.app.caption))

    def table(self) -> pd.DataFrame:
        return self.app.dataframe[0].value

    def disabled(self, key: str) -> bool:
        return self.app.button(key=key).disabled


def toy_run(iterations: int = 0, **settings: object) -> Run:
    """A run on toy digits that has come so far."""
    hyperparameters = Hyperparameters(iterations=10_000, **settings)
    run = Run(Settings(), toy_digits(), Trainer(toy_net(), toy_digits(), hyperparameters))
    object.__setattr__(run, "dataset", SAMPLE)
    for _ in range(iterations):
        run.step()
    return run


# ---- rewind and fork


def test_before_training_there_is_no_past():
    with RunsPage() as page:
        assert "no past yet" in page.text() and page.shown("no_past") == 0


def test_rewinding_shows_the_network_as_it_was_and_back_again():
    with RunsPage(iterations="60", seed="3") as page:
        end = page.draw(DIGITS[0]).train_to_the_end().trainer
        last, reading = end.net.parameters, page.alt("probabilities")
        moments = end.checkpoints.iterations
        assert page.shown("rewind") == 60 and len(moments) > 3
        page.set("rewind", moments[1])
        again = Trainer(TwoLayerNN(seed=3), SAMPLE, Hyperparameters(iterations=60, seed=3))
        for _ in range(moments[1]):
            again.step()
        assert same_parameters(page.trainer.net, again.net)
        assert page.iteration() == moments[1] and "Looking back" in page.says("status")
        assert page.alt("probabilities") != reading
        page.set("rewind", moments[2])  # further, from where one looks back
        assert page.iteration() == moments[2]
        page.press("back_to_end")
        assert page.trainer is end and page.trainer.net.parameters is last
        assert page.alt("probabilities") == reading and "Finished" in page.says("status")
        assert [run.name for run in page.session.book.runs] == ["Run 1"]  # looking is no run


def test_a_fork_is_an_uninterrupted_run_with_the_same_change():
    with RunsPage(iterations="50") as page:
        page.train_to_the_end()
        moment = page.trainer.checkpoints.iterations[2]
        page.set("rewind", moment).set("learning_rate", 0.5).train_to_the_end()
        uninterrupted = Trainer(TwoLayerNN(seed=0), SAMPLE, Hyperparameters(iterations=50))
        for _ in range(moment):
            uninterrupted.step()
        uninterrupted.hyperparameters = uninterrupted.hyperparameters.replace(learning_rate=0.5)
        uninterrupted.train()
        assert same_parameters(page.trainer.net, uninterrupted.net)
        assert page.iteration() == 50 and len(page.session.book.runs) == 2
        assert page.session.book.runs[1].name == f"Run 2 from Run 1 at {moment}"
        assert f"left another at iteration {moment}" in page.text()


def test_the_fork_is_a_second_curve_on_the_same_chart():
    one, other = toy_run(12), toy_run(4, learning_rate=0.5)
    chart = accuracy_chart(other.trainer.history, 20, one.trainer.history)
    of = {name: chart.data[chart.data["run"] == name] for name in RUNS}
    assert of[RUNS[0]]["iteration"].max() == 4 and of[RUNS[1]]["iteration"].max() == 12
    held_out = of[RUNS[1]][of[RUNS[1]]["digits"] == "held out"]
    assert list(held_out["value"]) == one.trainer.history.dev_accuracy
    dashes = chart.spec["encoding"]["strokeDash"]["scale"]
    assert dashes["domain"] == list(RUNS) and dashes["range"][0] != dashes["range"][1]


def test_rewinding_is_off_while_it_learns():
    with RunsPage(iterations="10000") as page:
        page.press("train").wait(lambda page: page.iteration() > 5)
        assert "Pause, then drag back" in page.text()
        page.press("train")
        assert page.shown("rewind") == page.iteration()


# ---- the book


def test_paused_and_finished_runs_join_the_table():
    with RunsPage("Runs", iterations="20") as page:
        assert "No runs yet" in page.text()
        page.press("step").press("reset").set("hidden_size", 20).set("seed", 4).train_to_the_end()
        table = page.table()
        assert list(table["run"]) == ["Run 2", "Run 1"] and list(table["iterations"]) == [20, 1]
        assert list(table["hidden_size"]) == [20, 10] and list(table["seed"]) == [4, 0]
        assert table["held-out accuracy"][0] == page.trainer.history.points[-1].dev_accuracy
        assert 0 <= table["seconds"][0] == round(page.trainer.seconds, 1)
        best = max(page.session.book.runs, key=lambda run: run.trainer.history.points[-1].dev_accuracy)
        assert list(table[table["best"] == "★"]["run"]) == [best.name]
        assert "Run 1 " in page.alt("runs_chart") and "Run 2 " in page.alt("runs_chart")


def test_a_run_can_be_named_restored_and_deleted():
    with RunsPage("Runs", iterations="6") as page:
        first = page.set("learning_rate", 0.5).train_to_the_end().trainer
        page.press("reset").set("learning_rate", 0.01).set("hidden_size", 12).train_to_the_end()
        page.set("run", "Run 1").set("run_name", "  the fast   one ")
        assert list(page.table()["run"]) == ["Run 2", "the fast one"] and page.shown("run") == "the fast one"
        page.press("restore_run")
        assert page.trainer is first and page.iteration() == 6
        assert (page.shown("learning_rate"), page.shown("hidden_size")) == (0.5, 10)
        assert "after Reset" not in page.says("status") and page.disabled("restore_run")
        page.set("run", "Run 2").press("delete_run")
        assert list(page.table()["run"]) == ["the fast one"] and page.trainer is first
        page.press("delete_run")  # the one on show: starts anew
        assert page.iteration() == 0 and "No runs yet" in page.text()


def test_a_setting_after_the_end_does_not_rewrite_what_was_learned_with():
    with RunsPage("Runs", iterations="5") as page:
        page.train_to_the_end().set("learning_rate", 3.0)
        assert list(page.table()["learning_rate"]) == [0.1]


def test_a_name_is_refused_where_it_says_nothing_or_is_taken():
    book = RunBook()
    one, other = toy_run(1), toy_run(1)
    book.note(one), book.note(other)
    book.rename(other, "   "), book.rename(other, "Run 1")
    assert other.name == "Run 2"
    book.rename(other, "x" * 100)
    assert other.name == "x" * 40


def test_the_book_is_bounded_and_keeps_the_best():
    book, best = RunBook(), toy_run(40)
    for run in [best, *(toy_run(1) for _ in range(MOST_RUNS + 3))]:
        book.note(run)
        book.note(run)  # twice is once
    assert len(book.runs) == MOST_RUNS and best in book.runs
    assert book.runs[-1].name == f"Run {MOST_RUNS + 4}"


def test_the_checkpoints_of_all_runs_together_are_bounded(monkeypatch: pytest.MonkeyPatch):
    def real_run(seed: int) -> Run:
        settings = Settings(hyperparameters=Hyperparameters(iterations=60, seed=seed))
        trainer = Trainer(settings.new_network(), SAMPLE, settings.hyperparameters)
        trainer.train()
        return Run(settings, SAMPLE, trainer)

    book, runs = RunBook(), [real_run(seed) for seed in range(4)]
    most = sum(run.size for run in runs) // 2
    monkeypatch.setattr("ui.runs.MOST_BYTES", most)
    for run in runs:
        book.note(run)
    assert sum(run.size for run in book.runs) <= most < MOST_BYTES
    assert len(runs[0].trainer.checkpoints) == 1 < len(runs[-1].trainer.checkpoints)  # the oldest first
    assert runs[0].trainer.checkpoints.iterations == [60]


def test_a_second_file_of_ones_own_drops_the_runs_on_the_first():
    def upload(name: str) -> Run:
        run = toy_run(1)
        run.settings, run.dataset = (
            replace(run.settings, dataset=f"upload:{name}"),
            object.__new__(type(SAMPLE)),
        )
        object.__setattr__(run.dataset, "name", name)
        return run

    book, sample, first, second = RunBook(), toy_run(1), upload("one.csv"), upload("two.csv")
    for run in (sample, first, second):
        book.note(run)
    assert book.runs == [sample, second]


def test_time_is_counted_while_it_trains_and_no_longer():
    run = toy_run(50)
    seconds = run.trainer.seconds
    assert 0 < seconds < 60
    run.trainer.measure()
    assert run.trainer.seconds == seconds == run.trainer.fork().seconds


# ---- pinned drawings


def test_pins_up_to_six_and_unpins():
    with RunsPage("Pins", iterations="10") as page:
        assert page.disabled("pin_here")  # nothing is drawn
        for digit in DIGITS[:6]:
            page.draw(digit).press("pin_here")
            assert page.disabled("pin_here")  # it is pinned already
        assert len(page.session.pins) == 6
        assert page.draw(DIGITS[6]).disabled("pin_here")  # no room
        second = page.session.pins[1]
        page.press("unpin_0")
        assert len(page.session.pins) == 5 and page.session.pins[0] is second
        assert not page.disabled("pin_here")


def test_the_ribbon_is_what_the_network_read_at_each_moment():
    with RunsPage("Pins", iterations="30") as page:
        page.draw(DIGITS[0]).press("pin_here").train_to_the_end()
        (pin,), trainer = page.session.pins, page.trainer
        seen = Ribbons().follow(trainer, [pin])
        again = Trainer(TwoLayerNN(seed=0), SAMPLE, Hyperparameters(iterations=30))
        for iteration, probabilities in seen.items():
            while again.iteration < iteration:
                again.step()
            np.testing.assert_array_equal(probabilities, again.net.predict_proba(pin.reshape(1, -1)))
        assert set(seen) >= set(trainer.checkpoints.iterations) and list(seen) == sorted(seen)
        answer, since = seen[30][0].argmax(), settled_since(seen, 0)
        assert all(p[0].argmax() == answer for k, p in seen.items() if k >= since)
        earlier = [k for k in seen if k < since]
        assert not earlier or seen[earlier[-1]][0].argmax() != answer
        assert f"**{answer}** {seen[30][0].max():.0%}" in page.text()


def test_a_ribbon_holds_each_moment_until_the_next_and_ends_grey():
    certain = np.eye(10)
    seen = {0: certain[[3]], 50: certain[[7]]}
    picture = ribbon(seen, 0, 100)
    bright = picture.astype(int).sum(axis=2) > 200
    assert picture.shape == (10, 160, 3)
    assert bright[3, :75].all() and not bright[:3].any() and not bright[3, 80:].any()
    assert (picture[:, 100:] == 60).all() and not (picture[:, :75] == 60).any()


def test_what_is_remembered_for_the_ribbons_is_bounded():
    run, ribbons, pins = toy_run(), Ribbons(), [np.full((2, 3), 0.5, np.float32)]
    for k in range(MOST_SEEN + 60):
        run.trainer.step()
        seen = ribbons.follow(run.trainer, pins)
        assert list(seen)[-1] == k + 1 and len(seen) <= MOST_SEEN
    assert list(ribbons.follow(toy_run(2).trainer, pins))[-1] == 2  # another run, another story


# ---- ten seeds


def test_ten_seeds_are_trained_together_and_stopped():
    with RunsPage("Ten seeds", iterations="10000") as page:
        page.press("fan_start").wait(lambda page: min(t.iteration for t in page.session.fan.trainers) > 3)
        fan = page.session.fan
        assert len(fan.trainers) == SEEDS and page.disabled("fan_start")
        assert all(trainer.dataset is page.session.dataset for trainer in fan.trainers)
        assert page.iteration() == 0  # one's own run is left alone
        page.press("fan_stop")
        stopped = [trainer.iteration for trainer in fan.trainers]
        assert page.look().session.fan is fan and [t.iteration for t in fan.trainers] == stopped
        page.press("fan_stop").wait(lambda page: fan.trainers[0].iteration > stopped[0])  # goes on
        page.press("fan_stop")
        assert not fan.running and "points is luck" in page.text()


@pytest.mark.parametrize("optimizer", ["gradient_descent", "adam"])
def test_the_band_is_that_of_ten_runs_by_themselves(optimizer: str):
    settings = Settings(
        hidden_size=4,
        hyperparameters=Hyperparameters(iterations=6, batch_size=64, seed=5, optimizer=optimizer),
    )
    fan = SeedFan(Run(settings, SAMPLE, Trainer(settings.new_network(), SAMPLE, settings.hyperparameters)))
    for trainer in fan.trainers:
        trainer.train()
    alone = []
    for seed in range(5, 15):
        net = TwoLayerNN(hidden_size=4, seed=seed)
        Trainer(net, SAMPLE, settings.hyperparameters.replace(seed=seed)).train()
        alone.append(net.evaluate(SAMPLE.X_dev, SAMPLE.Y_dev))
    assert fan.accuracies() == alone and fan.over and fan.progress == 1
    last = fan.band().iloc[-1]
    assert (last["lowest"], last["highest"]) == (min(alone), max(alone))
    assert last["median"] == np.median(alone) and last["iteration"] == 6
    assert not any(len(trainer.checkpoints) for trainer in fan.trainers)


def test_the_fan_says_why_there_is_none():
    with RunsPage("Ten seeds", hidden_size="300") as page:
        assert page.disabled("fan_start") and "256 hidden units" in page.text()
    with RunsPage("Ten seeds", init="shipped") as page:
        assert page.disabled("fan_start") and "nothing is left to chance" in page.text()


def test_runs_that_explode_are_left_out_of_the_band():
    with RunsPage("Ten seeds", iterations="40", learning_rate="10") as page:
        page.press("fan_start").wait(lambda page: page.session.fan.over)
        diverged = [t for t in page.session.fan.trainers if t.status == "diverged"]
        assert diverged and ("exploded" in page.text())
        assert len(page.session.fan.accuracies()) == SEEDS - len(diverged)


def test_the_fan_stops_when_its_page_has_gone():
    with RunsPage("Ten seeds", iterations="10000") as page:
        page.press("fan_start")
        left(Presence(page.session))
        assert all(trainer in pool()._left for trainer in page.session.fan.trainers)
        page.session.fan.stop()
