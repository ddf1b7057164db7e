"""How it got there, 'Ten seeds': trained together, stopped, and held against ten runs by themselves."""

import numpy as np
import pytest

from nn import Hyperparameters, Trainer, TwoLayerNN
from tests.engine import trainer_of
from tests.runs import SAMPLE, RunsPage
from ui.live.visit import Visit
from ui.state.run import Run
from ui.state.seeds import SEEDS, SeedRuns
from ui.state.settings import Settings


def test_ten_seeds_are_trained_together_and_stopped():
    with RunsPage("Ten seeds", iterations="10000") as page:
        page.press("seeds_start").wait(lambda page: min(t.iteration for t in page.session.seeds.trainers) > 3)
        seeds = page.session.seeds
        assert len(seeds.trainers) == SEEDS and page.disabled("seeds_start")
        assert seeds.dataset is page.session.dataset
        assert page.iteration() == 0  # one's own run is left alone
        page.press("seeds_stop")
        stopped = [trainer.iteration for trainer in seeds.trainers]
        assert page.look().session.seeds is seeds and [t.iteration for t in seeds.trainers] == stopped
        page.press("seeds_stop").wait(lambda page: seeds.trainers[0].iteration > stopped[0])  # goes on
        page.press("seeds_stop")
        assert not seeds.running and "points is luck" in page.text()


@pytest.mark.parametrize("optimizer", ["gradient_descent", "adam"])
def test_the_band_is_that_of_ten_runs_by_themselves(optimizer: str):
    settings = Settings(
        hidden_size=4,
        hyperparameters=Hyperparameters(iterations=6, batch_size=64, seed=5, optimizer=optimizer),
    )
    seeds = SeedRuns(Run(settings, SAMPLE))
    for trainer in seeds.trainers:
        trainer_of(trainer).train()
    alone = []
    for seed in range(5, 15):
        net = TwoLayerNN(hidden_size=4, seed=seed)
        Trainer(net, SAMPLE, settings.hyperparameters.replace(seed=seed)).train()
        alone.append(net.evaluate(SAMPLE.X_dev, SAMPLE.Y_dev))
    assert seeds.accuracies() == alone and seeds.over and seeds.progress == 1
    last = seeds.band().iloc[-1]
    assert (last["lowest"], last["highest"]) == (min(alone), max(alone))
    assert last["median"] == np.median(alone) and last["iteration"] == 6
    assert not any(trainer.checkpoint_iterations for trainer in seeds.trainers)


def test_the_page_says_why_there_is_none():
    with RunsPage("Ten seeds", hidden_size="300") as page:
        assert page.disabled("seeds_start") and "256 hidden units" in page.text()
    with RunsPage("Ten seeds", init="expert") as page:
        assert page.disabled("seeds_start") and "nothing is random" in page.text()


def test_runs_that_explode_are_left_out_of_the_band():
    with RunsPage("Ten seeds", iterations="40", learning_rate="10") as page:
        page.press("seeds_start").wait(lambda page: page.session.seeds.over)
        diverged = [t for t in page.session.seeds.trainers if t.status == "diverged"]
        assert diverged and ("exploded" in page.text())
        assert len(page.session.seeds.accuracies()) == SEEDS - len(diverged)


def test_the_seeds_stop_when_its_page_has_gone():
    with RunsPage("Ten seeds", iterations="10000") as page:
        page.press("seeds_start")
        visit, seeds = Visit(page.session), page.session.seeds
        assert seeds.running
        visit.go_away()
        assert not seeds.running
        visit.come_back()
        assert all(trainer.status == "running" for trainer in seeds.trainers)
        seeds.stop()
