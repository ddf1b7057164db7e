"""What a run has read of the pinned drawings on its way, and the ribbons that show it."""

import numpy as np

from nn import Trainer

MOST_PINS = 6
MOST_SEEN = 240  # moments remembered
COLUMNS = 160  # of a ribbon
BRIGHT = np.array([120, 232, 182])  # the green of one's own network, on black


class PinReadings:
    """
    The ten probabilities of each pinned drawing over the iterations of one run.

    They come from its checkpoints, and from its network whenever somebody looks.
    """

    def __init__(self) -> None:
        self._trainer: Trainer | None = None
        self._pins: list[np.ndarray] = []
        self._seen: dict[int, np.ndarray] = {}  # iteration -> (pins, 10)

    def follow(self, trainer: Trainer, pins: list[np.ndarray]) -> dict[int, np.ndarray]:
        """
        Read the pins with the network as it is, and as it was where that has not been done yet.

        Parameters
        ----------
        trainer : Trainer
        pins : list of (28, 28) floats in [0, 1], 1 or more

        Returns
        -------
        dict of int to (pins, 10) floats
            The probabilities by iteration, rising.
        """
        same_pins = len(pins) == len(self._pins) and all(map(_is, pins, self._pins))
        seen = dict(self._seen) if trainer is self._trainer and same_pins else {}
        X = np.stack(pins).reshape(len(pins), -1)
        now, net = trainer.iteration, trainer.net.copy()
        with np.errstate(all="ignore"):  # a network that has exploded reads nothing
            for iteration in trainer.checkpoints.iterations:
                if iteration not in seen:
                    then = trainer.checkpoints.nearest(iteration)
                    seen[then.iteration] = then.net.predict_proba(X)
            if now not in seen:
                seen[now] = net.predict_proba(X)
        seen = dict(sorted(seen.items()))
        while len(seen) > MOST_SEEN:
            seen = dict(list(seen.items())[::2]) | {now: seen[now]}
        # together, at the end: a click may start the page anew in another thread while this one ends
        self._trainer, self._pins, self._seen = trainer, list(pins), seen
        return seen


def ribbon(seen: dict[int, np.ndarray], pin: int, iterations: int) -> np.ndarray:
    """
    Paint the probabilities of one pin: a row a class, left to right over the iterations, bright is sure.

    Parameters
    ----------
    seen : dict of int to (pins, 10) floats
        From `PinReadings.follow`.
    pin : int
        Which one.
    iterations : int
        Where the ribbon ends; what has not come yet is grey.

    Returns
    -------
    (10, 160, 3) uint8
    """
    moments = np.array(list(seen))
    probabilities = np.nan_to_num(np.array([p[pin] for p in seen.values()]))  # (moments, 10)
    at = np.linspace(0, max(iterations, moments[-1]), COLUMNS)
    latest = np.searchsorted(moments, at, side="right") - 1  # the last moment before each column
    picture = np.sqrt(probabilities[latest.clip(0)].T)[:, :, None] * BRIGHT  # as the eye sees brightness
    picture[:, at > moments[-1]] = 60
    return picture.round().astype(np.uint8)


def settled_since(seen: dict[int, np.ndarray], pin: int) -> int:
    """Return the first iteration from which on a pin has always been read as it is now."""
    answers = np.array([probabilities[pin].argmax() for probabilities in seen.values()])
    others = np.flatnonzero(answers != answers[-1])
    return list(seen)[others[-1] + 1 if others.size else 0]


def _is(one: object, other: object) -> bool:
    return one is other
