"""How many digits are computed at a time: so few that what is in between stays in the processor's cache."""

from collections.abc import Iterator

SLICE = 1024  # rows


def slices(n: int) -> Iterator[slice]:
    """Yield slices of at most `SLICE` rows that together cover n rows."""
    return (slice(start, min(start + SLICE, n)) for start in range(0, n, SLICE))
