"""A network in a file: it comes back the same, and whatever else is in a file is refused."""

import io
import pickle
from pathlib import Path

import numpy as np
import pytest

from nn import TwoLayerNN
from tests.toy import same_parameters, toy_digits, toy_net


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
