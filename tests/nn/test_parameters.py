"""How a network starts: its shapes and dtypes, the size of its first weights, and what is refused."""

import numpy as np
import pytest

from nn import TwoLayerNN
from tests.toy import same_parameters


def test_a_new_network_is_the_classic_one():
    net = TwoLayerNN()
    assert [array.shape for array in net.parameters] == [(10, 784), (10,), (10, 10), (10,)]
    assert {array.dtype for array in net.parameters} == {np.dtype(np.float32)}
    assert (net.input_size, net.hidden_size, net.output_size, net.activation) == (784, 10, 10, "relu")


def test_uniform_starts_within_a_half():
    net = TwoLayerNN(hidden_size=100)
    for array in net.parameters:
        assert np.abs(array).max() <= 0.5 and array.std() > 0.2  # sqrt(1 / 12) = 0.29
    assert abs(net.W1.mean()) < 0.005 and net.W1.std() == pytest.approx(12**-0.5, rel=0.01)


def test_he_starts_with_variance_2_over_inputs():
    net = TwoLayerNN(hidden_size=512, init="he")
    assert net.W1.var() == pytest.approx(2 / 784, rel=0.02)
    assert net.W2.var() == pytest.approx(2 / 512, rel=0.1)
    assert not net.b1.any() and not net.b2.any()


def test_xavier_starts_within_its_limit():
    net = TwoLayerNN(hidden_size=200, init="xavier")
    for W in (net.W1, net.W2):
        limit = np.sqrt(6 / sum(W.shape))
        assert np.abs(W).max() <= limit * 1.000001 and np.abs(W).max() > 0.98 * limit
    assert not net.b1.any() and not net.b2.any()


@pytest.mark.parametrize("init", ["uniform", "he", "xavier"])
def test_the_seed_decides_the_start(init: str):
    assert same_parameters(TwoLayerNN(init=init, seed=3), TwoLayerNN(init=init, seed=3))
    assert not same_parameters(TwoLayerNN(init=init, seed=3), TwoLayerNN(init=init, seed=4))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"hidden_size": 0}, "hidden_size is 0; choose 1 to 1024"),
        ({"hidden_size": 1025}, "hidden_size is 1025"),
        ({"hidden_size": 2.5}, "hidden_size is 2.5"),
        ({"hidden_size": "10"}, "hidden_size is '10'"),
        ({"input_size": 0}, "input_size is 0"),
        ({"output_size": 1}, "output_size 1"),
        ({"activation": "step"}, "activation is 'step'; choose one of relu, tanh, sigmoid"),
        ({"init": "zeros"}, "init is 'zeros'; choose one of uniform, he, xavier"),
        ({"seed": -1}, "seed is -1"),
        ({"dtype": np.int32}, "int32.*; choose numpy.float32"),
    ],
)
def test_a_network_that_cannot_be_is_refused(options: dict, message: str):
    with pytest.raises(ValueError, match=message):
        TwoLayerNN(**options)


@pytest.mark.parametrize("hidden", [1, 1024])
def test_the_smallest_and_the_largest_network_answer(hidden: int):
    assert TwoLayerNN(hidden_size=hidden).predict(np.ones((2, 784))).shape == (2,)
