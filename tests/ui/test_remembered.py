"""Nothing is computed twice while what it depends on is the same."""

import numpy as np
import pytest

from nn import TwoLayerNN
from ui.shared.remembered import previous, remembered


class Counted:
    """Computes a list with one number more each time."""

    def __init__(self) -> None:
        self.times = 0

    def __call__(self) -> list[int]:
        self.times += 1
        return [self.times]


@pytest.fixture
def ask():
    compute = Counted()
    return lambda *depends_on: remembered(f"counted_{id(compute)}", depends_on, compute)


def test_the_same_network_digit_and_number_are_not_computed_again(ask):
    net, digit = TwoLayerNN(), np.eye(28, dtype=np.float32)
    first = ask(net.parameters, digit, 3, "why", None)
    assert ask(net.copy().parameters, digit.copy(), 3, "why", None) is first == [1]


@pytest.mark.parametrize("place", range(4))
def test_whatever_changes_is_computed_anew_and_then_kept(ask, place: int):
    net, large = TwoLayerNN(), np.zeros((2, 784))
    old = [net.parameters, np.eye(28), 3, large]
    new = [*old]
    new[place] = [net.parameters._replace(b1=net.b1 + 1), np.ones((28, 28)), 4, large.copy()][place]
    assert ask(*old) == [1]
    again = ask(*new)
    assert again == [2] and ask(*new) is again
    assert ask(*old) == [3]  # of each key the last result is kept, no more


def test_one_thing_more_is_a_change(ask):
    assert ask() == [1] and ask(1) == [2]
    assert ask(1, 2) == [3] and ask(1, 2) == [3]


def test_the_previous_result_can_be_built_upon():
    assert previous("never computed") is None
    remembered("built_upon", (1,), lambda: "first")
    assert previous("built_upon") == "first"
