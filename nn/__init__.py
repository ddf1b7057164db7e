"""A two-layer neural network from scratch: NumPy and the standard library, nothing else."""

from nn.history import History
from nn.hyperparameters import Hyperparameters
from nn.model import TwoLayerNN
from nn.status import Status
from nn.training import Trainer

__all__ = ["History", "Hyperparameters", "Status", "Trainer", "TwoLayerNN"]
