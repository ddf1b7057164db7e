"""How fast a run is learning, told from the last few looks at it."""

import time
from collections import deque

from nn import Status, Trainer

LOOKS = 8  # remembered
SHORTEST = 0.2  # seconds that it takes to tell


class Pace:
    """Remembers when a run had come how far."""

    def __init__(self) -> None:
        self._seen: deque[tuple[float, int]] = deque(maxlen=LOOKS)

    def clear(self) -> None:
        """Forget what was seen: from now on it is another run."""
        self._seen.clear()

    def look(self, trainer: Trainer) -> float | None:
        """Return the iterations per second over the last few looks, or None while there are none to tell."""
        if trainer.status is not Status.RUNNING:
            self.clear()
            return None
        now = time.monotonic(), trainer.iteration
        self._seen.append(now)
        seconds, iterations = (new - old for new, old in zip(now, self._seen[0], strict=True))
        return iterations / seconds if seconds > SHORTEST else None
