"""Watches for pumping: counts messages and logins of this process, judges those of all."""

import threading
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

from otp_service.domain.audit_figures import figures_by_country, figures_of
from otp_service.domain.audit_read_ports import AuditCounters
from otp_service.domain.audit_summary import Granularity, SummaryRange
from otp_service.domain.challenge import RequestOrigin, instant_of
from otp_service.domain.errors import PumpingError, StoreUnavailableError
from otp_service.domain.operator_event import OperatorEvent, OperatorEventKind, Severity
from otp_service.domain.ports import Clock, OperatorJournal
from otp_service.domain.pumping import (
    NETWORK,
    WINDOW_MINUTES,
    Cohort,
    Conversions,
    PumpingGuard,
    conversions_of,
    minutes_over_budget,
    scopes_of,
)
from otp_service.domain.subject import Subject

_LEARNED_FROM_DAYS = 14
_LEARNED_AGAIN_AFTER_S = 600
_TOLD_AGAIN_AFTER_S = 3_600
_DAY_S = 86_400


class Tally(NamedTuple):
    """What a count is of: the minute since the Unix epoch, the scope, and `sent` or `verified`."""

    minute: int
    scope: str
    figure: str


class CohortStore(Protocol):
    """The cohorts of all instances. Both raise StoreUnavailableError."""

    def add(self, counts: Mapping[Tally, int]) -> None: ...

    def read(self, minutes: Sequence[int]) -> dict[int, dict[str, Cohort]]:
        """By minute and scope."""
        ...


@dataclass
class PumpingWatch:
    """`judge` belongs into a job: nothing else here costs a round trip. Safe for many threads.

    `life_s` is a passcode's. What a process counted since its last `judge` is lost with it.
    """

    guard: PumpingGuard
    cohorts: CohortStore
    counters: AuditCounters
    journal: OperatorJournal
    life_s: int
    clock: Clock
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _counted: Counter[Tally] = field(default_factory=Counter)
    _settled: dict[int, dict[str, Cohort]] = field(default_factory=dict)
    _closed_until: Mapping[str, float] = field(default_factory=dict)
    _conversions: Conversions | None = None
    _learn_again_at: float = 0.0

    def admit(self, subject: Subject, origin: RequestOrigin) -> None:
        """Raise PumpingError while a budget of the message is overdrawn and that is denied."""
        if self.guard is not PumpingGuard.DENY or not self._closed_until:
            return
        ends = [
            (self._closed_until[scope], scope)
            for scope in scopes_of(subject.country, origin.end_user_ip)
            if scope in self._closed_until
        ]
        now = self.clock()
        # The longest: after a shorter one another budget would refuse again.
        end, scope = max(ends, default=(now, ""))
        if end > now:
            limited = "ip" if scope.startswith(NETWORK) else "global"
            raise PumpingError(limited, retry_after_s=int(end - now) + 1)

    def sent(self, challenge_id: str, subject: Subject, origin: RequestOrigin) -> None:
        self._count(challenge_id, subject, origin, "sent", 1)

    def not_sent(self, challenge_id: str, subject: Subject, origin: RequestOrigin) -> None:
        """Take back what `sent` said: Meta refused it."""
        self._count(challenge_id, subject, origin, "sent", -1)

    def verified(self, challenge_id: str, subject: Subject, origin: RequestOrigin) -> None:
        """A login answered this message."""
        self._count(challenge_id, subject, origin, "verified", 1)

    def judge(self) -> None:
        """Hand over what was counted; judge all scopes anew. Raise StoreUnavailableError."""
        if self.guard is PumpingGuard.OFF:
            return
        self._hand_over()
        minute = int(self.clock()) // 60
        cohorts = self._read(minute)
        conversions = self._learn()
        scopes = {scope for by_scope in cohorts.values() for scope in by_scope}
        closed = {}
        for scope in sorted(scopes):
            own = {at: found[scope] for at, found in cohorts.items() if scope in found}
            wait = minutes_over_budget(
                scope, own, conversions.of(scope), minute, self._life_minutes
            )
            if wait:
                closed[scope] = (minute + wait) * 60.0
        self._closed_until = closed
        self._tell(closed)

    @property
    def _life_minutes(self) -> int:
        return -(-self.life_s // 60) + 1

    def _count(
        self, challenge_id: str, subject: Subject, origin: RequestOrigin, figure: str, by: int
    ) -> None:
        sent_at = instant_of(challenge_id)
        if self.guard is PumpingGuard.OFF or sent_at is None:
            return
        with self._lock:
            for scope in scopes_of(subject.country, origin.end_user_ip):
                self._counted[Tally(int(sent_at) // 60, scope, figure)] += by

    def _hand_over(self) -> None:
        with self._lock:
            counted, self._counted = self._counted, Counter()
        try:
            self.cohorts.add({tally: count for tally, count in counted.items() if count})
        except StoreUnavailableError:
            with self._lock:
                self._counted.update(counted)
            raise

    def _read(self, minute: int) -> dict[int, dict[str, Cohort]]:
        # A cohort whose passcodes are over, and that every instance handed over, stays as it is.
        settled_before = minute - self._life_minutes - 2
        oldest = minute - self._life_minutes - WINDOW_MINUTES
        wanted = [at for at in range(oldest, minute + 1) if at not in self._settled]
        found = {**self._settled, **self.cohorts.read(wanted)}
        self._settled = {at: found[at] for at in range(oldest, settled_before) if at in found}
        return found

    def _learn(self) -> Conversions:
        now = self.clock()
        if self._conversions is None or now >= self._learn_again_at:
            first = int(now) // _DAY_S - _LEARNED_FROM_DAYS
            days = self.counters.read(SummaryRange(Granularity.DAY, first, _LEARNED_FROM_DAYS))
            total: Counter[str] = Counter()
            for day in days:
                total.update(day)
            self._conversions = conversions_of(figures_of(total), figures_by_country(total))
            self._learn_again_at = now + _LEARNED_AGAIN_AFTER_S
        return self._conversions

    def _tell(self, closed: Iterable[str]) -> None:
        for scope in closed:
            detail = {"scope": scope, "guard": self.guard.value}
            event = OperatorEvent(
                OperatorEventKind.PUMPING, Severity.CRITICAL, int(self.clock() * 1000), detail
            )
            self.journal.record_once(event, scope, _TOLD_AGAIN_AFTER_S)
