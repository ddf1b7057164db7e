"""A two-layer neural network from scratch: NumPy and the standard library, nothing else."""

from importlib import import_module

_HOMES = {
    "History": "nn.history",
    "Hyperparameters": "nn.hyperparameters",
    "Status": "nn.run",
    "Trainer": "nn.training",
    "TwoLayerNN": "nn.two_layer",
}
__all__ = list(_HOMES)


def __getattr__(name: str) -> object:
    """Import a class where it is first asked for: whoever wants the mathematics loads no training."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
