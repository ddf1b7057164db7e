"""Where a run of training stands."""

from enum import StrEnum


class Status(StrEnum):
    """Where a run stands."""

    READY = "ready"
    RUNNING = "running"
    PAUSED = "paused"
    FINISHED = "finished"
    DIVERGED = "diverged"
