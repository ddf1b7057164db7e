"""How it got there, 'Rewind': the network as it was, and on from there in another way."""

from nn import Hyperparameters, Trainer, TwoLayerNN
from tests.runs import DIGITS, SAMPLE, RunsPage, toy_run
from tests.toy import same_parameters
from ui.shared.curves import RUNS, accuracy_chart


def test_before_training_there_is_no_past():
    with RunsPage() as page:
        assert "no past yet" in page.text() and page.shown("no_past") == 0


def test_rewinding_shows_the_network_as_it_was_and_back_again():
    with RunsPage(iterations="60", seed="3") as page:
        end = page.draw(DIGITS[0]).train_to_the_end().trainer
        last, reading = end.net, page.alt("probabilities")
        moments = end.checkpoint_iterations
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
        assert page.trainer is end and same_parameters(end.net, last)
        assert page.alt("probabilities") == reading and "Finished" in page.says("status")
        assert [run.name for run in page.session.runs.runs] == ["Run 1"]  # looking is no run


def test_a_fork_is_an_uninterrupted_run_with_the_same_change():
    with RunsPage(iterations="50") as page:
        page.train_to_the_end()
        moment = page.trainer.checkpoint_iterations[2]
        page.set("rewind", moment).set("learning_rate", 0.5).train_to_the_end()
        uninterrupted = Trainer(TwoLayerNN(seed=0), SAMPLE, Hyperparameters(iterations=50))
        for _ in range(moment):
            uninterrupted.step()
        uninterrupted.hyperparameters = uninterrupted.hyperparameters.replace(learning_rate=0.5)
        uninterrupted.train()
        assert same_parameters(page.trainer.net, uninterrupted.net)
        assert page.iteration() == 50 and len(page.session.runs.runs) == 2
        assert page.session.runs.runs[1].name == f"Run 2 from Run 1 at {moment}"
        assert f"branched off another one at iteration {moment}" in page.text()


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
