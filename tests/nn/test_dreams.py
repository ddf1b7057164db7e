"""Dreams are pictures that the network reads as it should, and blends go straight from one to another."""

import numpy as np
import pytest
from threadpoolctl import threadpool_limits

from data import load_sample
from nn import TwoLayerNN
from nn.expert import load_expert
from nn.explain.dreams import GREY, blend, dream, log_odds

DIGITS = range(10)

threadpool_limits(1, user_api="blas")  # as page and command line do: small matrices go slower with two


@pytest.fixture(scope="module")
def sample():
    return load_sample()


@pytest.fixture(scope="module")
def net(sample) -> TwoLayerNN:
    """A network that has learned a little."""
    net = TwoLayerNN(hidden_size=32, init="he")
    net.train(sample.X_train[:2000], sample.Y_train[:2000], 3, 0.005, batch_size=50, optimizer="adam")
    assert net.evaluate(sample.X_dev, sample.Y_dev) > 0.8
    return net


@pytest.mark.parametrize("activation", ["relu", "tanh", "sigmoid"])
def test_gradient_by_the_pixels_agrees_with_central_differences(activation: str, sample):
    net = TwoLayerNN(hidden_size=12, activation=activation, seed=1, dtype=np.float64)
    X, Y = sample.X_dev[:3].astype(float), sample.Y_dev[:3]
    gradient = log_odds(net, X, Y).gradient
    for row in range(3):
        for pixel in range(5, 784, 111):
            up, down = X[row : row + 1].copy(), X[row : row + 1].copy()
            up[0, pixel] += 1e-5
            down[0, pixel] -= 1e-5
            p_up, p_down = (net.predict_proba(x)[0, Y[row]] for x in (up, down))
            expected = (np.log(p_up / (1 - p_up)) - np.log(p_down / (1 - p_down))) / 2e-5
            assert gradient[row, pixel] == pytest.approx(expected, rel=1e-5, abs=1e-7)


def test_the_gradient_does_not_fade_when_the_network_is_sure():
    net = TwoLayerNN(input_size=4, hidden_size=3, init="he")
    net.parameters = net.parameters._replace(b2=np.eye(10, dtype=np.float32)[0] * 80)  # 1 - p = 1e-35
    X, Y = np.full((1, 4), 0.5, np.float32), np.array([0])
    assert net.predict_proba(X)[0, 0] == 1
    assert np.abs(log_odds(net, X, Y).gradient).max() > 0.1


def test_every_dream_is_read_as_its_digit_more_surely_than_what_it_began_with(net: TwoLayerNN):
    pictures = dream(net, DIGITS)
    assert pictures.shape == (10, 784) and pictures.dtype == np.float32
    assert pictures.min() >= 0 and pictures.max() <= 1
    sure = net.predict_proba(pictures)[DIGITS, DIGITS]
    start = net.predict_proba(np.full((10, 784), GREY, np.float32))[DIGITS, DIGITS]
    assert sure.min() > 0.95
    assert (sure > start).all()
    assert len(np.unique(pictures, axis=0)) == 10


def test_a_dream_is_the_same_every_time_and_alone_as_among_others(net: TwoLayerNN):
    three = dream(net, 3)
    assert three.shape == (784,)
    np.testing.assert_array_equal(three, dream(net, 3))
    np.testing.assert_allclose(three, dream(net, DIGITS)[3], atol=1e-3)


def test_smoothing_makes_neighbouring_pixels_alike(net: TwoLayerNN):
    def roughness(smoothing: int) -> float:
        pictures = dream(net, DIGITS, smoothing=smoothing).reshape(-1, 28, 28)
        return np.abs(np.diff(pictures, axis=2)).mean() / pictures.mean()

    assert roughness(3) < 0.5 * roughness(0)


def test_decay_takes_ink_away(net: TwoLayerNN):
    assert dream(net, DIGITS, decay=0.2).mean() < dream(net, DIGITS, decay=0.02).mean()


def test_a_dream_goes_on_from_an_earlier_one(net: TwoLayerNN):
    once = dream(net, DIGITS, steps=3)
    on = dream(net, DIGITS, steps=10, start=once)
    assert (log_odds(net, on, DIGITS).value > log_odds(net, once, DIGITS).value).all()
    np.testing.assert_array_equal(dream(net, DIGITS, steps=0, start=once), once)


def test_a_network_without_any_slope_dreams_of_nothing():
    """All weights zero: no pixel matters, the grey just fades, and nothing becomes NaN."""
    net = TwoLayerNN(hidden_size=4)
    net.parameters = net.parameters._make(np.zeros_like(array) for array in net.parameters)
    picture = dream(net, 5, steps=100)
    assert np.isfinite(picture).all() and picture.max() < 0.001


def test_a_blend_goes_straight_from_one_picture_to_the_other(net: TwoLayerNN, sample):
    a, b = sample.X_dev[0], sample.X_dev[1]
    walk = blend(net, a, b, count=5)
    np.testing.assert_array_equal(walk.shares, [0, 0.25, 0.5, 0.75, 1])
    np.testing.assert_array_equal(walk.pictures[0], a)
    np.testing.assert_array_equal(walk.pictures[4], b)
    np.testing.assert_allclose(walk.pictures[1], a + (b - a) / 4, atol=1e-6)
    assert walk.probabilities.shape == (5, 10)
    np.testing.assert_allclose(walk.probabilities, net.predict_proba(walk.pictures))
    np.testing.assert_allclose(walk.probabilities.sum(axis=1), 1, atol=1e-5)


def test_what_does_not_fit_is_refused_in_a_sentence(net: TwoLayerNN):
    with pytest.raises(ValueError, match="label 11"):
        dream(net, 11)
    with pytest.raises(ValueError, match="a picture for each digit"):
        dream(net, [1, 2], start=np.zeros(784))
    with pytest.raises(ValueError, match="6 pixels"):
        dream(TwoLayerNN(input_size=6), 1)
    with pytest.raises(ValueError, match="count is 1"):
        blend(net, np.zeros(784), np.zeros(784), count=1)


def test_every_dream_of_the_expert_convinces_it():
    net = load_expert()
    for steps in (20, 40, 60):
        assert net.predict_proba(dream(net, range(10), steps)).diagonal().min() > 0.99


def test_the_log_odds_are_the_log_of_the_odds():
    net = TwoLayerNN(seed=3, dtype=np.float64)
    X, Y = np.random.default_rng(0).random((5, 784)), np.arange(5)
    p = net.predict_proba(X)[np.arange(5), Y]
    np.testing.assert_allclose(log_odds(net, X, Y).value, np.log(p / (1 - p)), rtol=1e-9)
