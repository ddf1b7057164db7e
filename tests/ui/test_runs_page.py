"""How it got there, 'Runs': runs side by side, named, restored and deleted, within bounds."""

from dataclasses import replace

import pandas as pd
import pytest

from nn import Hyperparameters
from tests.engine import trained, trainer_of
from tests.runs import SAMPLE, RunsPage, toy_run
from ui.state.run import Run
from ui.state.runs import MOST_BYTES, MOST_RUNS, Runs
from ui.state.settings import Settings


def table_on(page: RunsPage) -> pd.DataFrame:
    return page.app.dataframe[0].value


def test_paused_and_finished_runs_join_the_table():
    with RunsPage("Runs", iterations="20") as page:
        assert "No runs yet" in page.text()
        page.press("step").press("reset").set("hidden_size", 20).set("seed", 4).train_to_the_end()
        table = table_on(page)
        assert list(table["run"]) == ["Run 2", "Run 1"] and list(table["iterations"]) == [20, 1]
        assert list(table["hidden_size"]) == [20, 10] and list(table["seed"]) == [4, 0]
        assert table["held-out accuracy"][0] == page.trainer.history.points[-1].dev_accuracy
        assert 0 <= table["seconds"][0] == round(page.trainer.seconds, 1)
        best = max(page.session.runs.runs, key=lambda run: run.trainer.history.points[-1].dev_accuracy)
        assert list(table[table["best"] == "★"]["run"]) == [best.name]
        assert "Run 1 " in page.alt("runs_chart") and "Run 2 " in page.alt("runs_chart")


def test_a_run_under_way_is_listed_and_grows():
    with RunsPage("Runs", iterations="10000") as page:
        page.press("train").wait(lambda page: page.app.dataframe)
        assert "No runs yet" not in page.text()
        first = table_on(page).iloc[0]
        assert (first["run"], first["status"]) == ("Run 1", "running") and page.shown("run") == "Run 1"
        page.wait(lambda page: table_on(page)["iterations"][0] > first["iterations"])
        page.set("run", "Run 1").set("run_name", "mine")
        assert list(table_on(page)["run"]) == ["mine"] and "mine " in page.alt("runs_chart")
        page.press("train")
        assert list(table_on(page)["status"]) == ["paused"] and list(table_on(page)["run"]) == ["mine"]
        page.press("train").press("delete_run")  # starts anew
        assert page.iteration() == 0 and "No runs yet" in page.text()


def test_the_first_moment_of_the_first_run_is_told_in_words(monkeypatch: pytest.MonkeyPatch):
    with RunsPage("Runs", iterations="10000") as page:
        still = trainer_of(page.trainer)
        monkeypatch.setattr(still, "advance", lambda seconds: None)  # its first iteration takes long
        assert "The first run has begun" in page.press("train").text() and not page.app.dataframe


def test_a_run_that_had_to_go_for_another_can_not_be_chosen_any_more(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("ui.state.runs.MOST_RUNS", 2)
    with RunsPage("Runs", iterations="10000", learning_rate="0.0001") as page:
        page.press("step").press("reset").set("learning_rate", 0.5).press("step")
        gone = next(run.name for run in page.session.runs.runs if run not in page.session.runs.best())
        page.set("run", gone).press("reset").press("train").wait(lambda page: page.iteration() > 3)
        assert gone not in list(table_on(page)["run"]) and len(table_on(page)) == 2
        assert page.shown("run") in list(table_on(page)["run"])


def test_a_run_can_be_named_restored_and_deleted():
    with RunsPage("Runs", iterations="6") as page:
        first = page.set("learning_rate", 0.5).train_to_the_end().trainer
        page.press("reset").set("learning_rate", 0.01).set("hidden_size", 12).train_to_the_end()
        page.set("run", "Run 1").set("run_name", "  the fast   one ")
        assert (
            list(table_on(page)["run"]) == ["Run 2", "the fast one"] and page.shown("run") == "the fast one"
        )
        page.press("restore_run")
        assert page.trainer is first and page.iteration() == 6
        assert (page.shown("learning_rate"), page.shown("hidden_size")) == (0.5, 10)
        assert "after Reset" not in page.says("status") and page.disabled("restore_run")
        page.set("run", "Run 2").press("delete_run")
        assert list(table_on(page)["run"]) == ["the fast one"] and page.trainer is first
        page.press("delete_run")  # the one on show: starts anew
        assert page.iteration() == 0 and "No runs yet" in page.text()


def test_a_setting_after_the_end_does_not_rewrite_what_was_learned_with():
    with RunsPage("Runs", iterations="5") as page:
        page.train_to_the_end().set("learning_rate", 3.0)
        assert list(table_on(page)["learning_rate"]) == [0.1]


def test_a_name_is_refused_where_it_says_nothing_or_is_taken():
    runs = Runs()
    one, other = toy_run(1), toy_run(1)
    runs.note(one), runs.note(other)
    runs.rename(other, "   "), runs.rename(other, "Run 1")
    assert other.name == "Run 2"
    runs.rename(other, "x" * 100)
    assert other.name == "x" * 40


def test_the_runs_are_bounded_and_the_best_is_among_them():
    runs, best = Runs(), toy_run(40)
    for run in [best, *(toy_run(1) for _ in range(MOST_RUNS + 3))]:
        runs.note(run)
        runs.note(run)  # twice is once
    assert len(runs.runs) == MOST_RUNS and best in runs.runs
    assert runs.runs[-1].name == f"Run {MOST_RUNS + 4}"


def test_the_checkpoints_of_all_runs_together_are_bounded(monkeypatch: pytest.MonkeyPatch):
    def real_run(seed: int) -> Run:
        settings = Settings(hyperparameters=Hyperparameters(iterations=60, seed=seed))
        run = Run(settings, SAMPLE)
        trained(run.trainer)
        return run

    kept, runs = Runs(), [real_run(seed) for seed in range(4)]
    most = sum(run.size for run in runs) // 2
    monkeypatch.setattr("ui.state.runs.MOST_BYTES", most)
    for run in runs:
        kept.note(run)
    assert sum(run.size for run in kept.runs) <= most < MOST_BYTES
    assert len(runs[0].checkpoint_iterations) == 1 < len(runs[-1].checkpoint_iterations)  # the oldest first
    assert runs[0].checkpoint_iterations == [60]


def test_a_second_file_of_ones_own_drops_the_runs_on_the_first():
    def upload(name: str) -> Run:
        run = toy_run(1)
        run.settings, run.dataset = (
            replace(run.settings, dataset=f"upload:{name}"),
            object.__new__(type(SAMPLE)),
        )
        object.__setattr__(run.dataset, "name", name)
        return run

    runs, sample, first, second = Runs(), toy_run(1), upload("one.csv"), upload("two.csv")
    for run in (sample, first, second):
        runs.note(run)
    assert runs.runs == [sample, second]


def test_time_is_counted_while_it_trains_and_no_longer():
    run = toy_run(50)
    seconds, trainer = run.trainer.seconds, trainer_of(run.trainer)
    assert 0 < seconds < 60
    trainer.measure()
    assert run.trainer.seconds == seconds == trainer.fork().seconds
