"""The network: one digit worked by hand, how it starts, what it answers, what it keeps and refuses."""

import io
import pickle
import re
from pathlib import Path

import numpy as np
import pytest

from data import load_sample
from nn import History, TwoLayerNN
from nn.model import SLICE
from nn.parameters import Parameters
from tests.toy import same_parameters, toy_digits, toy_net, toy_trainer

# A network of 2 inputs, 2 hidden units and 2 classes. For the digit x = (1, 0.5) of class 0:
#   Z1 = (1*1 - 1*0.5 + 0, 0.5*1 + 0.5*0.5 - 0.5) = (0.5, 0.25), and relu leaves it as it is
#   Z2 = (2*0.5, 4*0.25) = (1, 1), so A2 = (1/2, 1/2) and the loss is log 2
HAND = Parameters(
    W1=np.array([[1, -1], [0.5, 0.5]]),
    b1=np.array([0, -0.5]),
    W2=np.array([[2.0, 0], [0, 4]]),
    b2=np.array([0.0, 0]),
)
X_HAND, Y_HAND = np.array([[1, 0.5]]), np.array([0])


def hand_net() -> TwoLayerNN:
    net = TwoLayerNN(2, 2, 2, dtype=np.float64)
    net.parameters = HAND
    return net


def test_forward_worked_by_hand():
    Z1, A1, Z2, A2 = hand_net().forward(X_HAND)
    np.testing.assert_allclose(Z1, [[0.5, 0.25]])
    np.testing.assert_allclose(A1, [[0.5, 0.25]])
    np.testing.assert_allclose(Z2, [[1, 1]])
    np.testing.assert_allclose(A2, [[0.5, 0.5]])
    assert hand_net().loss(X_HAND, Y_HAND) == pytest.approx(np.log(2))


def test_backward_worked_by_hand():
    # dZ2 = A2 - (1, 0) = (-1/2, 1/2);  dW2 = dZ2 A1^T;  dA1 = W2^T dZ2 = (-1, 2) = dZ1;  dW1 = dZ1 x^T
    net = hand_net()
    dW1, db1, dW2, db2 = net.backward(X_HAND, Y_HAND, net.forward(X_HAND))
    np.testing.assert_allclose(dW2, [[-0.25, -0.125], [0.25, 0.125]])
    np.testing.assert_allclose(db2, [-0.5, 0.5])
    np.testing.assert_allclose(dW1, [[-1, -0.5], [2, 1]])
    np.testing.assert_allclose(db1, [-1, 2])


def test_two_digits_worked_by_hand():
    # A second digit, (0, 1) of class 1: Z1 = (-1, 0), so no unit lets anything through and A2 = (1/2, 1/2);
    # dZ2 = (1/2, -1/2). With two digits each counts half: db2 cancels, the rest is half of the first's.
    net = hand_net()
    X, Y = np.array([[1, 0.5], [0, 1]]), np.array([0, 1])
    dW1, db1, dW2, db2 = net.backward(X, Y, net.forward(X))
    np.testing.assert_allclose(dW2, [[-0.125, -0.0625], [0.125, 0.0625]])
    np.testing.assert_allclose(db2, [0, 0])
    np.testing.assert_allclose(dW1, [[-0.5, -0.25], [1, 0.5]])
    np.testing.assert_allclose(db1, [-0.5, 1])


def test_one_step_of_gradient_descent_worked_by_hand():
    net = hand_net()
    net.train(X_HAND, Y_HAND, epochs=1, learning_rate=0.1)  # W - 0.1 dW
    np.testing.assert_allclose(net.W1, [[1.1, -0.95], [0.3, 0.4]])
    np.testing.assert_allclose(net.b1, [0.1, -0.7])
    np.testing.assert_allclose(net.W2, [[2.025, 0.0125], [-0.025, 3.9875]])
    np.testing.assert_allclose(net.b2, [0.05, -0.05])


def test_dropout_and_l2_worked_by_hand():
    # Unit 2 left out and unit 1 doubled: A1 = (1, 0), Z2 = (2, 0), A2 = (s, 1 - s), s = 1 / (1 + e^-2).
    # dZ2 = (s - 1, 1 - s);  dA1 = (2(s - 1), 4(1 - s)) * (2, 0) = (4(s - 1), 0). L2 of 0.5 adds W / 2.
    net, keep, s = hand_net(), np.array([[2.0, 0]]), 1 / (1 + np.exp(-2))
    forward = net.forward(X_HAND, keep)
    dW1, db1, dW2, db2 = net.backward(X_HAND, Y_HAND, forward, keep, l2=0.5)
    np.testing.assert_allclose(forward.A2, [[s, 1 - s]])
    np.testing.assert_allclose(dW2, [[s - 1 + 1, 0], [1 - s, 2]])
    np.testing.assert_allclose(db2, [s - 1, 1 - s])
    np.testing.assert_allclose(dW1, [[4 * (s - 1) + 0.5, 2 * (s - 1) - 0.5], [0.25, 0.25]])
    np.testing.assert_allclose(db1, [4 * (s - 1), 0])
    # the squares of W1 add up to 2.5, those of W2 to 20: the penalty is 0.5 / 2 * 22.5
    assert net.loss(X_HAND, Y_HAND, l2=0.5) == pytest.approx(np.log(2) + 5.625)


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


def test_float64_is_kept():
    net = toy_net(dtype=np.float64)
    net.train(*toy_digits(dtype=np.float64)[:2], epochs=2)
    assert {array.dtype for array in net.parameters} == {np.dtype(np.float64)}


@pytest.mark.parametrize("dtype", [np.float64, np.float16, np.int64])
def test_a_float32_network_stays_one_whatever_it_is_taught(dtype: type):
    X, Y = toy_digits()[:2]
    net = toy_net()
    net.train(X.astype(dtype), Y, epochs=2, learning_rate=np.float64(0.1), l2=np.float64(0.01))
    assert {array.dtype for array in net.parameters} == {np.dtype(np.float32)}


def test_answers_worked_by_hand():
    net = hand_net()
    net.parameters = HAND._replace(b2=np.array([0, np.log(3)]))  # Z2 = (1, 1 + log 3): odds of 1 to 3
    np.testing.assert_allclose(net.predict_proba(X_HAND), [[0.25, 0.75]])
    np.testing.assert_array_equal(net.predict(X_HAND), [1])


def test_accuracy_is_the_share_of_right_answers():
    X, Y = toy_digits()[:2]
    net = toy_net()
    right = sum(int(net.predict(X[i : i + 1])[0]) == Y[i] for i in range(len(Y)))
    assert 0 < right < len(Y)
    assert net.evaluate(X, Y) == right / len(Y)


def test_many_rows_are_answered_like_few():
    rng = np.random.default_rng(0)
    X, Y = rng.random((2 * SLICE + 100, 784)), rng.integers(10, size=2 * SLICE + 100)
    net = TwoLayerNN(dtype=np.float64)
    np.testing.assert_allclose(net.predict_proba(X), net.forward(X).A2, rtol=1e-10)
    one_by_one = -np.log(net.forward(X).A2[np.arange(len(Y)), Y])
    assert net.loss(X, Y) == pytest.approx(one_by_one.mean())


def test_no_rows_give_no_answers():
    net = TwoLayerNN()
    assert net.predict_proba(np.empty((0, 784))).shape == (0, 10)
    assert net.predict(np.empty((0, 784))).shape == (0,)


def test_train_returns_the_history_and_learns_real_digits():
    digits = load_sample()
    net = TwoLayerNN()
    before = net.evaluate(digits.X_dev, digits.Y_dev)
    history = net.train(digits.X_train, digits.Y_train, epochs=120, learning_rate=0.3)
    assert isinstance(history, History)
    assert history.iteration[0] == 0 and history.iteration[-1] == 120
    assert before < 0.3 and net.evaluate(digits.X_dev, digits.Y_dev) > 0.7


def test_train_counts_epochs_in_batches_too():
    X, Y = toy_digits(train=50)[:2]
    history = toy_net().train(X, Y, epochs=3, batch_size=16)  # 4 batches, the last of 2 digits
    assert history.iteration[-1] == 12 and len(history.epoch_losses) == 3


def test_train_is_what_a_trainer_does():
    digits = toy_digits()
    net, trainer = toy_net(), toy_trainer(digits, iterations=12, batch_size=16, optimizer="adam", seed=5)
    options = {"batch_size": 16, "optimizer": "adam", "seed": 5}
    history = net.train(*digits[:2], epochs=3, X_dev=digits.X_dev, Y_dev=digits.Y_dev, **options)
    assert history.points == trainer.train().points
    assert same_parameters(net, trainer.net)


def test_a_copy_learns_on_its_own():
    net = toy_net()
    twin = net.copy()
    assert same_parameters(net, twin)
    twin.train(*toy_digits()[:2], epochs=1)
    assert same_parameters(net, toy_net()) and not same_parameters(net, twin)


def test_an_update_leaves_the_old_arrays_alone():
    trainer = toy_trainer()
    held = trainer.net.parameters
    before = [array.copy() for array in held]
    trainer.step()
    assert trainer.net.parameters is not held
    assert all(np.array_equal(a, b) for a, b in zip(held, before, strict=True))


# Saved networks


@pytest.mark.parametrize("activation", ["relu", "tanh", "sigmoid"])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_saved_network_answers_the_same(tmp_path: Path, activation: str, dtype: type):
    X = np.random.default_rng(0).random((50, 784))
    net = TwoLayerNN(hidden_size=7, activation=activation, seed=9, dtype=dtype)
    net.save(tmp_path / "my.npz")
    loaded = TwoLayerNN.load(tmp_path / "my.npz")
    np.testing.assert_array_equal(loaded.predict_proba(X), net.predict_proba(X))
    assert loaded.activation == activation and loaded.W1.dtype == dtype and same_parameters(loaded, net)


def test_save_adds_the_ending_and_writes_into_open_files(tmp_path: Path):
    toy_net().save(tmp_path / "my")
    assert same_parameters(TwoLayerNN.load(str(tmp_path / "my.npz")), toy_net())
    file = io.BytesIO()
    toy_net().save(file)
    file.seek(0)
    assert same_parameters(TwoLayerNN.load(file), toy_net())


def test_a_loaded_network_goes_on_learning(tmp_path: Path):
    X, Y = toy_digits()[:2]
    net = toy_net()
    net.save(tmp_path / "my.npz")
    loaded = TwoLayerNN.load(tmp_path / "my.npz")
    net.train(X, Y, epochs=5)
    loaded.train(X, Y, epochs=5)
    assert same_parameters(net, loaded)


class Bomb:
    """Unpickled, it would write a file."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple:
        return Path.touch, (self.path,)


def saved(path: Path, **changes: object) -> Path:
    """Write a small network's file with some arrays changed, or left out where None."""
    arrays = {"activation": "relu"} | toy_net().parameters._asdict() | changes
    np.savez(path, **{name: array for name, array in arrays.items() if array is not None})
    return path


def test_pickles_are_refused_and_never_opened(tmp_path: Path):
    bomb = Bomb(tmp_path / "exploded")
    (tmp_path / "plain.npz").write_bytes(pickle.dumps(bomb))
    np.save(tmp_path / "array.npy", np.array([bomb]), allow_pickle=True)
    saved(tmp_path / "inside.npz", W1=np.array([bomb]))
    for name in ("plain.npz", "array.npy", "inside.npz"):
        with pytest.raises(ValueError, match="not a saved network"):
            TwoLayerNN.load(tmp_path / name)
    assert not (tmp_path / "exploded").exists()


def test_files_of_other_kinds_are_refused(tmp_path: Path):
    whole = saved(tmp_path / "whole.npz").read_bytes()
    middle = len(whole) // 2
    np.savez_compressed(tmp_path / "packed.npz", W1=np.random.default_rng(0).random((50, 50)))
    packed = bytearray((tmp_path / "packed.npz").read_bytes())
    packed[200:260] = b"\xff" * 60
    array = io.BytesIO()
    np.save(array, np.zeros(3))
    wrong = [b"", b"hello\n", array.getvalue(), whole[:middle], whole[:-30], bytes(packed)]
    for content in wrong:
        (tmp_path / "wrong.npz").write_bytes(content)
        with pytest.raises(ValueError, match="not a saved network"):
            TwoLayerNN.load(tmp_path / "wrong.npz")


def test_a_file_that_is_not_there_is_named(tmp_path: Path):
    with pytest.raises(FileNotFoundError, match=r"nowhere\.npz"):
        TwoLayerNN.load(tmp_path / "nowhere.npz")


@pytest.mark.parametrize("name", ["W1", "b1", "W2", "b2", "activation"])
def test_a_missing_array_is_named(tmp_path: Path, name: str):
    with pytest.raises(ValueError, match=f"no array '.*{name}"):
        TwoLayerNN.load(saved(tmp_path / "my.npz", **{name: None}))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"W1": np.zeros(6)}, r"W1 \(6,\)"),
        ({"W1": np.zeros((5, 0))}, r"W1 \(5, 0\)"),
        ({"b1": np.zeros(4)}, r"b1 \(4,\)"),
        ({"b1": np.zeros((5, 1))}, r"b1 \(5, 1\)"),
        ({"W2": np.zeros((5, 3))}, r"W2 \(5, 3\)"),
        ({"b2": np.float64(0)}, r"b2 \(\)"),
        ({"W2": np.zeros((1, 5)), "b2": np.zeros(1)}, r"W2 \(1, 5\)"),
        ({"W2": np.full((3, 5), np.nan)}, "W2 .* not finite"),
        ({"b1": np.array([0, 0, np.inf, 0, 0])}, "b1 .* not finite"),
        ({"W1": np.zeros((5, 6), int)}, "W1 .* int64"),
        ({"b2": np.zeros(3, complex)}, "b2 .* complex128"),
        ({"b2": np.array(["a", "b", "c"])}, "b2 .* <U1"),
        ({"activation": "swish"}, "activation is 'swish'; choose one of relu, tanh, sigmoid"),
    ],
)
def test_arrays_that_make_no_network_are_refused(tmp_path: Path, changes: dict, message: str):
    with pytest.raises(ValueError, match=message):
        TwoLayerNN.load(saved(tmp_path / "my.npz", **changes))


# Messages


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


@pytest.mark.parametrize(
    ("X", "message"),
    [
        (np.zeros((28, 28)), "X has shape (28, 28); it needs (digits, 784)"),
        (np.zeros(784), "X has shape (784,)"),
        (np.zeros((1, 28, 28)), "X has shape (1, 28, 28)"),
        ([["one"]], "X is no table of numbers"),
        ([[1, 2], [3]], "X is no table of numbers"),
        (None, "X has shape ()"),
    ],
)
def test_digits_that_do_not_fit_are_refused(X: object, message: str):
    for use in (TwoLayerNN().predict, TwoLayerNN().predict_proba):
        with pytest.raises(ValueError, match=re.escape(message)):
            use(X)


@pytest.mark.parametrize(
    ("Y", "message"),
    [
        ([0, 1], "Y has shape (2,); it needs one label for each of the 3 rows"),
        ([[0], [1], [2]], "Y has shape (3, 1)"),
        ([0.0, 1.0, 2.0], "Y holds float64 values"),
        ([0, 1, 10], "the label 10; labels go from 0 to 9"),
        ([0, -1, 3], "the label -1"),
        (["a", "b", "c"], "Y holds <U1 values"),
    ],
)
def test_labels_that_do_not_fit_are_refused(Y: list, message: str):
    net, X = TwoLayerNN(), np.zeros((3, 784))
    for use in (net.evaluate, net.loss, net.train):
        with pytest.raises(ValueError, match=re.escape(message)):
            use(X, Y)


def test_nothing_to_learn_from_is_refused():
    for use in (TwoLayerNN().train, TwoLayerNN().evaluate):
        with pytest.raises(ValueError, match="empty; give at least one digit"):
            use(np.empty((0, 784)), np.empty(0, int))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"epochs": 0}, "epochs is 0"),
        ({"epochs": 2.5}, "epochs is 2.5"),
        ({"learning_rate": 0}, "learning_rate is 0"),
        ({"batch_size": 0}, "batch_size is 0"),
        ({"optimizer": "sgd"}, "optimizer is 'sgd'"),
        ({"X_dev": np.zeros((2, 6))}, "X_dev and Y_dev belong together"),
        ({"X_dev": np.zeros((2, 7)), "Y_dev": [0, 1]}, r"X has shape \(2, 7\)"),
    ],
)
def test_training_that_cannot_be_is_refused(options: dict, message: str):
    net = toy_net()
    with pytest.raises(ValueError, match=message):
        net.train(*toy_digits()[:2], **options)
    assert same_parameters(net, toy_net())
