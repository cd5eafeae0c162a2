"""What repeated measurements say: percentiles of one, the median of several with its spread."""

import math
import statistics
from collections.abc import Iterable, Sequence
from typing import NamedTuple


def percentile(values: Iterable[float], share: float) -> float:
    """The smallest value that `share` of them (0 to 1) do not exceed: the nearest rank.

    Raise ValueError without values: a percentile of nothing would look like a fast answer.
    """
    ordered = sorted(values)
    if not ordered:
        raise ValueError("no values")
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


class Spread(NamedTuple):
    """Of several rounds: the middle one, and the ends."""

    median: float
    lowest: float
    highest: float

    def __str__(self) -> str:
        return f"{_short(self.median)} [{_short(self.lowest)}, {_short(self.highest)}]"


def spread(values: Sequence[float]) -> Spread:
    return Spread(statistics.median(values), min(values), max(values))


def ratios(ours: Sequence[float], theirs: Sequence[float]) -> Spread:
    """Round by round, so that what slowed the machine for a while slowed both."""
    return spread([one / other for one, other in zip(ours, theirs, strict=True)])


def _short(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"
