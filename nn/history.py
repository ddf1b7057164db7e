"""What is remembered of a training run: loss and accuracy along the way, in bounded memory."""

from typing import NamedTuple

MOST = 2000  # points kept; a chart shows a tenth of that


class Measurement(NamedTuple):
    """The network's loss (mean cross-entropy in nats) and accuracy (0 to 1) after so many iterations."""

    iteration: int
    train_loss: float
    train_accuracy: float
    dev_loss: float
    dev_accuracy: float


class History:
    """
    The measurements of a run, in order, from iteration 0 on.

    Attributes
    ----------
    points : list of Measurement
        When they would be more than 2,000, every second one goes, and from then on every second new one:
        they stay evenly spread over the run. The last is always there. The list is never changed in place,
        so that a reader may hold it, and a shallow copy of a history goes on by itself.
    """

    def __init__(self) -> None:
        self.points: list[Measurement] = []
        self._added = 0  # measurements so far
        self._stride = 1  # one in so many of them is kept

    def add(self, point: Measurement) -> None:
        """Append a measurement; one of the same iteration is replaced."""
        points = self.points
        if points and points[-1].iteration == point.iteration:
            self.points = [*points[:-1], point]
            return
        if points and (self._added - 1) % self._stride:
            points = points[:-1]  # it was there only as the last
        if len(points) >= MOST:
            points = points[::2]
            self._stride *= 2
        self.points = [*points, point]
        self._added += 1

    def sampled(self, most: int) -> list[Measurement]:
        """
        Choose at most so many points, evenly, the first and the last among them.

        Parameters
        ----------
        most : int, 2 or more

        Returns
        -------
        list of Measurement
        """
        points = self.points
        if len(points) <= most:
            return list(points)
        last = len(points) - 1
        return [points[round(k * last / (most - 1))] for k in range(most)]

    def __len__(self) -> int:
        """Count the measurements."""
        return len(self.points)

    @property
    def iteration(self) -> list[int]:
        """The iterations measured."""
        return [point.iteration for point in self.points]

    @property
    def train_loss(self) -> list[float]:
        """Loss on training digits."""
        return [point.train_loss for point in self.points]

    @property
    def train_accuracy(self) -> list[float]:
        """Accuracy on training digits."""
        return [point.train_accuracy for point in self.points]

    @property
    def dev_loss(self) -> list[float]:
        """Loss on held-out digits."""
        return [point.dev_loss for point in self.points]

    @property
    def dev_accuracy(self) -> list[float]:
        """Accuracy on held-out digits."""
        return [point.dev_accuracy for point in self.points]
