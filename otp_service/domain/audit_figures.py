"""The audit's counters, read as figures: what became of messages and attempts, and how fast.

adapters/lua/audit.lua writes the counters in the same step as the events they count: as
`event|reason|country`, and as `to_delivery|bucket|` and `to_login|bucket|` for waiting times.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from otp_service.domain.audit import AuditEvent, RefusalReason

Counters: TypeAlias = Mapping[str, int]

# Bucket b holds durations in (100 ms * 1.25^(b-1), 100 ms * 1.25^b]; bucket 0 all shorter ones.
_FIRST_BUCKET_S = 0.1
_BUCKET_RATIO = 1.25
_WAITS = ("to_delivery", "to_login")

_FIGURE_OF: dict[str, str] = {
    AuditEvent.SEND_REQUESTED: "requested",
    AuditEvent.RESEND_REQUESTED: "requested",
    AuditEvent.SEND_ACCEPTED: "accepted",
    AuditEvent.SEND_FAILED: "failed",
    AuditEvent.DELIVERY_FAILED: "failed",
    AuditEvent.DELIVERY_READ: "read",
    AuditEvent.LOGIN_SUCCEEDED: "validated",
    AuditEvent.ATTEMPT_REJECTED: "wrong",
    AuditEvent.NUMBER_LOCKED: "locked",
    AuditEvent.PASSCODE_DISOWNED: "disowned",
}
_FAILURES = frozenset({AuditEvent.SEND_FAILED, AuditEvent.DELIVERY_FAILED})
_DELIVERIES = frozenset({AuditEvent.DELIVERY_DELIVERED, AuditEvent.DELIVERY_READ})
_EXPIRED = frozenset(
    {RefusalReason.NONE_ALIVE, RefusalReason.OTHER_REQUEST, RefusalReason.ALREADY_USED}
)


@dataclass(frozen=True, slots=True)
class Figures:
    """How often each thing happened; docs/audit.md defines every figure.

    `failed_by_meta_code` has the failures that Meta gave a code for, `refused` the reasons for
    which requests were turned away.
    """

    requested: int = 0
    accepted: int = 0
    delivered: int = 0
    read: int = 0
    failed: int = 0
    arrived_after_failure: int = 0
    validated: int = 0
    wrong: int = 0
    expired: int = 0
    locked: int = 0
    rate_limited: int = 0
    disowned: int = 0
    failed_by_meta_code: dict[str, int] = field(default_factory=dict)
    refused: dict[str, int] = field(default_factory=dict)

    @property
    def conversion(self) -> float | None:
        """Logins for each message that Meta took; None before the first one."""
        return round(self.validated / self.accepted, 4) if self.accepted else None


@dataclass(frozen=True, slots=True)
class WaitingTime:
    """Seconds, None where nobody waited. Read from buckets: right to a quarter of the value."""

    count: int
    median_s: float | None
    p95_s: float | None


def waiting_times(counters: Counters) -> tuple[WaitingTime, WaitingTime]:
    """From Meta's taking a message to its arrival, and from the passcode's making to the login."""
    buckets: dict[str, dict[int, int]] = {name: {} for name in _WAITS}
    for name, count in counters.items():
        wait, bucket, _ = name.split("|")
        if wait in buckets:
            buckets[wait][int(bucket)] = count
    to_delivery, to_login = (_waiting_time(buckets[name]) for name in _WAITS)
    return to_delivery, to_login


def figures_of(counters: Counters) -> Figures:
    tally = _Tally()
    for name, count in counters.items():
        event, reason, _ = name.split("|")
        tally.add(event, reason, count)
    return tally.figures()


def figures_by_country(counters: Counters) -> dict[str, Figures]:
    """By ISO 3166-1 code. Events about nobody's number have no country."""
    tallies: dict[str, _Tally] = {}
    for name, count in counters.items():
        event, reason, country = name.split("|")
        if country:
            tallies.setdefault(country, _Tally()).add(event, reason, count)
    return {country: tallies[country].figures() for country in sorted(tallies)}


class _Tally:
    def __init__(self) -> None:
        self._figures: Counter[str] = Counter()
        self._failed: Counter[str] = Counter()
        self._refused: Counter[str] = Counter()

    def add(self, event: str, reason: str, count: int) -> None:
        if figure := _FIGURE_OF.get(event):
            self._figures[figure] += count
        if event in _FAILURES:
            self._add_failure(reason, count)
        elif event in _DELIVERIES:
            self._add_delivery(reason, count)
        elif event == AuditEvent.SEND_REFUSED:
            self._add_refused_send(reason, count)
        elif event == AuditEvent.ATTEMPT_REFUSED:
            self._refused[reason] += count
            self._figures["expired"] += count if reason in _EXPIRED else 0

    def figures(self) -> Figures:
        return Figures(
            **self._figures,
            failed_by_meta_code=dict(sorted(self._failed.items())),
            refused=dict(sorted(self._refused.items())),
        )

    def _add_failure(self, reason: str, count: int) -> None:
        if code := reason.partition(":")[2]:
            self._failed[code] += count

    def _add_delivery(self, reason: str, count: int) -> None:
        # A read that follows a delivered has no reason: the message arrived only once.
        self._figures["delivered"] += count if reason else 0
        self._figures["arrived_after_failure"] += count if reason == "after_failure" else 0

    def _add_refused_send(self, reason: str, count: int) -> None:
        self._refused[reason] += count
        if reason.startswith("rate_limited"):
            self._figures["rate_limited"] += count
        else:
            # Turned away before it began: of a send that met a limit there is an event already.
            self._figures["requested"] += count


def _waiting_time(buckets: Mapping[int, int]) -> WaitingTime:
    count = sum(buckets.values())
    return WaitingTime(count, _quantile(buckets, count * 0.5), _quantile(buckets, count * 0.95))


def _quantile(buckets: Mapping[int, int], rank: float) -> float | None:
    """The duration that `rank` of them do not exceed; inside a bucket they are spread evenly."""
    below = 0
    for bucket in sorted(buckets):
        count = buckets[bucket]
        if below + count >= rank:
            highest = _FIRST_BUCKET_S * _BUCKET_RATIO**bucket
            lowest = highest / _BUCKET_RATIO if bucket else 0.0
            return round(lowest + (highest - lowest) * (rank - below) / count, 3)
        below += count
    return None
