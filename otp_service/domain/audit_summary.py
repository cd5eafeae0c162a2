"""A summary: the audit's figures over whole hours or days, in all and stretch by stretch."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from otp_service.domain.audit_figures import (
    Counters,
    Figures,
    WaitingTime,
    figures_by_country,
    figures_of,
    waiting_times,
)
from otp_service.domain.audit_query import Period, require_order
from otp_service.domain.errors import InvalidRequestError


class Granularity(StrEnum):
    HOUR = "hour"
    DAY = "day"


_LENGTH_MS = {Granularity.HOUR: 3_600_000, Granularity.DAY: 86_400_000}
# Hours are kept for 15 days (adapters/lua/audit.lua), days as long as the events.
_LONGEST = {Granularity.HOUR: 15 * 24, Granularity.DAY: 400}
_USUAL = {Granularity.HOUR: 24, Granularity.DAY: 30}


@dataclass(frozen=True, slots=True)
class SummaryRange:
    """`count` whole hours or UTC days; `first` is the first one's number since the Unix epoch."""

    by: Granularity
    first: int
    count: int

    @property
    def since_ms(self) -> int:
        return self.first * _LENGTH_MS[self.by]

    @property
    def until_ms(self) -> int:
        return (self.first + self.count) * _LENGTH_MS[self.by]

    @property
    def starts_ms(self) -> list[int]:
        length_ms = _LENGTH_MS[self.by]
        return [number * length_ms for number in range(self.first, self.first + self.count)]


@dataclass(frozen=True, slots=True)
class Stretch:
    """The figures of some time; `start_ms` is Unix milliseconds."""

    start_ms: int
    figures: Figures
    to_delivery: WaitingTime
    to_login: WaitingTime


@dataclass(frozen=True, slots=True)
class Summary:
    """`countries` by ISO 3166-1 code; waiting times are not counted by country."""

    range: SummaryRange
    total: Stretch
    stretches: tuple[Stretch, ...]
    countries: dict[str, Figures]


def summary_range(by: str, period: Period, now_ms: int) -> SummaryRange:
    """The hours or days that the period touches; else the last 24 hours, or 30 days, until now.

    Raise InvalidRequestError.
    """
    if by not in list(Granularity):
        raise InvalidRequestError(f"by must be one of: {', '.join(Granularity)}.")
    granularity = Granularity(by)
    length_ms = _LENGTH_MS[granularity]
    until_ms = now_ms + 1 if period.until_ms is None else period.until_ms
    end = -(-until_ms // length_ms)
    first = max(0, end - _USUAL[granularity])
    if period.since_ms is not None:
        require_order(period.since_ms, until_ms)
        first = period.since_ms // length_ms
    longest = _LONGEST[granularity]
    if end - first > longest:
        raise InvalidRequestError(f"A summary by {by} covers at most {longest} {by}s.")
    return SummaryRange(granularity, first, end - first)


def summary_of(range_: SummaryRange, counters: Sequence[Counters]) -> Summary:
    """`counters`: those of each hour or day of the range, in its order."""
    total: Counter[str] = Counter()
    for one in counters:
        for name, count in one.items():
            total[name] += count
    starts = zip(range_.starts_ms, counters, strict=True)
    return Summary(
        range_,
        _stretch(range_.since_ms, total),
        tuple(_stretch(start_ms, one) for start_ms, one in starts),
        figures_by_country(total),
    )


def _stretch(start_ms: int, counters: Counters) -> Stretch:
    return Stretch(start_ms, figures_of(counters), *waiting_times(counters))
