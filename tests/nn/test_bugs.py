"""Every exhibit of the bug museum shows its symptom, and the same experiment without the bug does not."""

import gc
import pickle
import weakref
from types import SimpleNamespace

import numpy as np
import pytest
from threadpoolctl import threadpool_limits

from data import load_sample
from nn import Status, Trainer
from nn.explain.bugs import BUGS, MOST_DIGITS, MOST_HELD_OUT, Experiment, OverflowingNN
from nn.functions import softmax

GUESSING = np.log(10)

threadpool_limits(1, user_api="blas")  # as page and command line do: small matrices go slower with two


@pytest.fixture(scope="module")
def dataset():
    return load_sample()


@pytest.fixture(scope="module")
def small(dataset):
    """500 digits to train on: most symptoms need no more."""
    return SimpleNamespace(
        X_train=dataset.X_train[:500],
        Y_train=dataset.Y_train[:500],
        X_dev=dataset.X_dev[:300],
        Y_dev=dataset.Y_dev[:300],
    )


def trained(experiment: Experiment, iterations: int) -> Trainer:
    trainer = experiment.trainer()
    trainer.hyperparameters = trainer.hyperparameters.replace(iterations=iterations)
    trainer.train()
    return trainer


def losses(trainer: Trainer) -> np.ndarray:
    return np.array(trainer.history.train_loss)


def test_there_are_six():
    assert list(BUGS) == ["undivided", "zeros", "shuffled", "too_fast", "overflow", "inverted"]
    assert all(bug.key == key for key, bug in BUGS.items())


@pytest.mark.parametrize("bug", BUGS.values(), ids=BUGS)
def test_without_its_bug_every_experiment_learns(bug, small):
    iterations = 100 if bug.hyperparameters.optimizer == "adam" else 300
    trainer = trained(bug.healthy(small), iterations)
    assert trainer.status is Status.FINISHED
    assert losses(trainer)[-1] < 0.9
    assert trainer.history.dev_accuracy[-1] > 0.6


@pytest.mark.parametrize("bug", BUGS.values(), ids=BUGS)
def test_a_bounded_copy_is_used_so_that_the_dataset_is_left_as_it_was_and_can_go(bug):
    sample = load_sample()
    many = SimpleNamespace(
        X_train=sample.X_train.copy(),
        Y_train=sample.Y_train.copy(),
        X_dev=np.tile(sample.X_dev, (3, 1)),
        Y_dev=np.tile(sample.Y_dev, 3),
    )
    before = pickle.dumps(many)
    experiments = bug.healthy(many), bug.experiment(many)
    trainers = [experiment.trainer() for experiment in experiments]
    assert pickle.dumps(many) == before
    for experiment in experiments:
        X, Y, X_dev, Y_dev = experiment.digits
        assert len(X) == len(Y) == MOST_DIGITS and len(X_dev) == len(Y_dev) == MOST_HELD_OUT
    arrays = [weakref.ref(array) for array in vars(many).values()]
    del many
    gc.collect()
    assert [array() for array in arrays] == [None] * 4
    assert all(trainer.step() is None and trainer.iteration == 1 for trainer in trainers)


@pytest.mark.parametrize("bug", BUGS.values(), ids=BUGS)
def test_the_same_bug_data_and_seed_give_the_same_experiment_again(bug, small):
    for setup in (bug.healthy, bug.experiment):
        first, again, other = setup(small, 3), setup(small, 3), setup(small, 4)
        assert type(first.net) is type(again.net) and first.see is again.see
        assert first.hyperparameters == again.hyperparameters
        for one, two in zip(
            first.net.parameters + first.digits, again.net.parameters + again.digits, strict=True
        ):
            np.testing.assert_array_equal(one, two)
        assert first.hyperparameters != other.hyperparameters
        sent = pickle.loads(pickle.dumps(first))
        np.testing.assert_array_equal(sent.see(small.X_dev), first.see(small.X_dev))


def test_undivided_pixels_start_with_a_huge_loss_and_end_in_guessing(small):
    bug = BUGS["undivided"]
    for seed in range(3):
        trainer = trained(bug.experiment(small, seed), 60)
        assert losses(trainer)[0] > 50 * losses(bug.healthy(small, seed).trainer())[0]
        assert trainer.status is Status.DIVERGED or losses(trainer)[-1] > 0.9 * GUESSING
        assert trainer.history.dev_accuracy[-1] < 0.3
    experiment = bug.experiment(small)
    assert experiment.digits.X_train.max() == 255
    np.testing.assert_array_equal(
        experiment.see(small.X_dev), experiment.digits.X_dev
    )  # and so is the drawing


def test_with_zero_weights_all_hidden_units_stay_alike_and_the_network_guesses(small):
    trainer = trained(BUGS["zeros"].experiment(small), 60)
    W1, b1, W2, _ = trainer.net.parameters
    assert trainer.iteration == 60
    assert not np.ptp(W1, axis=0).any() and not np.ptp(b1) and not np.ptp(W2, axis=1).any()
    np.testing.assert_allclose(losses(trainer), GUESSING, atol=0.02)
    assert trainer.net.predict_proba(small.X_dev).max() < 0.2


def test_shuffled_labels_are_learned_by_heart_and_nothing_else_is_learned(small):
    experiment = BUGS["shuffled"].experiment(small)
    truth = small.Y_train
    assert (np.bincount(experiment.digits.Y_train) == np.bincount(truth)).all()
    assert np.mean(experiment.digits.Y_train == truth) < 0.15
    trainer = trained(experiment, 150)
    last = trainer.history.points[-1]
    assert last.train_accuracy > 0.9
    assert last.dev_accuracy < 0.2
    assert last.dev_loss > 1.5 * GUESSING  # surely wrong is worse than guessing


def test_a_rate_far_too_high_starts_well_then_jumps_and_ends_in_dead_units(small):
    bug = BUGS["too_fast"]
    for seed in range(3):
        trainer = trained(bug.experiment(small, seed), 300)
        assert losses(trainer)[0] == losses(bug.healthy(small, seed).trainer())[0]
        rises = np.diff(losses(trainer)) > 0
        assert rises[:20].any()
        assert trainer.history.dev_accuracy[-1] < 0.4
        A1 = trainer.net.forward(small.X_train).A1
        assert np.count_nonzero(A1.max(axis=0) == 0) >= 3  # of 10 units
    assert not (np.diff(losses(trained(bug.healthy(small), 60))) > 0)[:20].any()


def test_a_softmax_that_overflows_learns_well_and_breaks_off_from_one_step_to_the_next(small):
    bug = BUGS["overflow"]
    trainer = trained(bug.experiment(small), 400)
    assert trainer.status is Status.DIVERGED and 20 < trainer.iteration < 400
    assert trainer.history.dev_accuracy[-1] > 0.6  # it had learned
    X = trainer.dataset.X_train
    Z2 = trainer.net.forward(X).Z2
    assert Z2.max() > 88.73  # e^88.73 > 3.403e38, float32's largest
    largest, probabilities = Z2.max(axis=1), trainer.net.predict_proba(X)
    assert (
        np.isnan(probabilities[largest > 88.73]).any(axis=1).all()
    )  # it really overflows, and where it should
    np.testing.assert_allclose(probabilities[largest < 88], softmax(Z2[largest < 88]), atol=1e-5)
    cured = bug.healthy(small).net
    cured.parameters = trainer.net.parameters
    assert np.isfinite(cured.predict_proba(X)).all()


def test_the_overflowing_network_stays_one_when_it_is_copied_and_equals_the_other_on_small_numbers(small):
    experiment = BUGS["overflow"].experiment(small)
    assert type(experiment.net) is type(experiment.net.copy()) is OverflowingNN
    assert type(experiment.trainer().rewound(0).net) is OverflowingNN
    healthy = BUGS["overflow"].healthy(small)
    np.testing.assert_allclose(
        experiment.net.predict_proba(small.X_dev), healthy.net.predict_proba(small.X_dev), atol=1e-6
    )


def test_an_inverted_canvas_spoils_no_curve_but_every_drawing(small):
    bug = BUGS["inverted"]
    experiment = bug.experiment(small)
    trainer = trained(experiment, 300)
    assert trainer.history.points == trained(bug.healthy(small), 300).history.points
    assert trainer.net.evaluate(small.X_dev, small.Y_dev) > 0.6
    drawn = experiment.see(small.X_dev)
    np.testing.assert_array_equal(drawn + small.X_dev, 1)
    assert trainer.net.evaluate(drawn, small.Y_dev) < 0.2
    np.testing.assert_array_equal(bug.healthy(small).see(small.X_dev[0]), small.X_dev[0])


def test_works_without_held_out_digits(small):
    small = SimpleNamespace(**{**vars(small), "X_dev": None, "Y_dev": None})
    for bug in BUGS.values():
        assert bug.experiment(small).trainer().iteration == 0
