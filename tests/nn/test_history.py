"""What is remembered of a run: in order, in bounded memory, the first and the last always."""

import copy

import pytest

from nn.history import MOST, History, Measurement


def history_of(iterations: range) -> History:
    history = History()
    for i in iterations:
        history.add(Measurement(i, i + 0.1, i + 0.2, i + 0.3, i + 0.4))
    return history


def test_each_curve_is_a_list():
    history = history_of(range(0, 30, 10))
    assert history.iteration == [0, 10, 20]
    assert history.train_loss == [0.1, 10.1, 20.1]
    assert history.train_accuracy == [0.2, 10.2, 20.2]
    assert history.dev_loss == [0.3, 10.3, 20.3]
    assert history.dev_accuracy == [0.4, 10.4, 20.4]
    assert len(history) == 3


def test_a_new_history_is_empty():
    history = History()
    assert len(history) == 0 and history.iteration == [] and history.sampled(10) == []


def test_measuring_again_at_the_same_iteration_replaces():
    history = history_of(range(3))
    history.add(Measurement(2, 9, 9, 9, 9))
    assert history.iteration == [0, 1, 2] and history.train_loss[-1] == 9


@pytest.mark.parametrize("count", [1, MOST - 1, MOST, MOST + 1, 2 * MOST, 5 * MOST + 7])
def test_memory_is_bounded_and_both_ends_are_kept(count: int):
    history = History()
    for i in range(count):
        history.add(Measurement(i, 0, 0, 0, 0))
        assert len(history) <= MOST
        assert history.points[-1].iteration == i
    assert history.points[0].iteration == 0
    assert len(history) == count if count <= MOST else len(history) >= MOST / 2


@pytest.mark.parametrize("count", [MOST + 2, 3 * MOST, 5 * MOST + 7])
def test_what_is_kept_stays_even_over_the_whole_run(count: int):
    iterations = history_of(range(count)).iteration
    gaps = [later - earlier for earlier, later in zip(iterations, iterations[1:], strict=False)]
    assert len(set(gaps[:-1])) == 1 and gaps[-1] <= gaps[0] <= 8


@pytest.mark.parametrize("most", [2, 3, 7, 200])
def test_a_sample_is_even_and_has_both_ends(most: int):
    history = history_of(range(1001))
    sample = [point.iteration for point in history.sampled(most)]
    gaps = [later - earlier for earlier, later in zip(sample, sample[1:], strict=False)]
    assert len(sample) == most and sample[0] == 0 and sample[-1] == 1000
    assert max(gaps) - min(gaps) <= 1


def test_a_sample_of_few_is_all():
    history = history_of(range(5))
    assert history.sampled(5) == history.points == history.sampled(6)
    assert history.sampled(6) is not history.points


def test_a_list_that_was_handed_out_does_not_change_under_the_reader():
    history = history_of(range(3))
    held = history.points
    history.add(Measurement(3, 0, 0, 0, 0))
    history.add(Measurement(3, 1, 0, 0, 0))
    assert [point.iteration for point in held] == [0, 1, 2]


def test_a_copy_goes_on_by_itself():
    history, longer = history_of(range(2 * MOST)), history_of(range(4 * MOST))
    twin, before = copy.copy(history), list(history.points)
    for i in range(2 * MOST, 4 * MOST):
        twin.add(Measurement(i, i + 0.1, i + 0.2, i + 0.3, i + 0.4))
    assert history.points == before and twin.points == longer.points
