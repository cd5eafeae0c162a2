"""People who come at their own pace: as usual, and while Meta stalls."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bench.figures import percentile
from bench.numbers import WaitingLogin, numbers
from bench.open_loop import Exchange, Stream, run_streams
from bench.processes import processor_s
from bench.scenarios import attempt, send
from bench.site import Site

CORES = 2
# Of one core: what its jobs take that come round every few seconds.
_REST_SHARE, _REST_AT_MOST_S = 0.05, 120.0
# Behind what the rounds send to.
_FIRST_FRESH = {"steady": 2_000_000, "stall": 2_500_000}


@dataclass(frozen=True, slots=True)
class Pace:
    """`per_s` sends and as many validates a second, while Meta takes `meta_s` for each send."""

    name: str
    per_s: int
    seconds: int
    meta_s: float


USUAL = Pace("steady", per_s=80, seconds=60, meta_s=0.3)
STALL = Pace("stall", per_s=40, seconds=20, meta_s=5.0)


@dataclass(frozen=True, slots=True)
class Observed:
    sends: list[Exchange]
    validates: list[Exchange]
    processor_s: float
    seconds: float

    def open_loop(self) -> dict[str, float]:
        """`cpu_share`: of two cores. `refused`: all that was not answered as hoped, too."""
        return {
            "send_p99_ms": p99_ms(self.sends),
            "validate_p99_ms": p99_ms(self.validates),
            "refused": sum(not one.expected for one in (*self.sends, *self.validates)),
            "cpu_share": self.processor_s / self.seconds / CORES,
        }

    def stall(self) -> dict[str, float]:
        return {
            "validate_p99_ms": p99_ms(self.validates),
            "refusal_p99_ms": p99_ms([one for one in self.sends if not one.expected]),
        }

    def raw(self) -> dict[str, Any]:
        return {
            "sends": _described(self.sends),
            "validates": _described(self.validates),
            "processor_s": self.processor_s,
            "seconds": self.seconds,
        }


def observed(site: Site, pace: Pace, logins: Sequence[WaitingLogin]) -> Observed:
    """`logins` wait for their code, one for each validate. Raise ValueError for too few."""
    count = pace.per_s * pace.seconds
    if len(logins) < count:
        raise ValueError(f"{count} logins are needed, {len(logins)} are there")
    await_rest(site)
    site.slow_meta(pace.meta_s)
    begun, before_s = time.perf_counter(), processor_s(site.service.all)
    sends, validates = run_streams(
        [
            _stream(
                site,
                "send",
                pace,
                [send(phone) for phone in numbers("fresh", count, _FIRST_FRESH[pace.name])],
            ),
            _stream(
                site,
                "validate",
                pace,
                [attempt(login.phone, login.passcode) for login in logins[:count]],
            ),
        ]
    )
    used_s, seconds = processor_s(site.service.all) - before_s, time.perf_counter() - begun
    site.slow_meta(0.0)
    return Observed(sends, validates, used_s, seconds)


def await_rest(site: Site) -> None:
    """Until the service has checked the audit of all that came before: minutes of full load."""
    deadline = time.monotonic() + _REST_AT_MOST_S
    used_s = _REST_SHARE + 1.0
    while used_s > _REST_SHARE and time.monotonic() < deadline:
        before_s = processor_s(site.service.all)
        time.sleep(1.0)
        used_s = processor_s(site.service.all) - before_s


def p99_ms(exchanges: Sequence[Exchange]) -> float:
    """0 where there are none."""
    return percentile([one.latency_ms for one in exchanges], 0.99) if exchanges else 0.0


def _stream(site: Site, action: str, pace: Pace, bodies: list[str]) -> Stream:
    # Validates half way between sends: otherwise both always come at the same moment.
    first_s = 0.0 if action == "send" else 0.5 / pace.per_s
    return Stream(
        url=f"{site.service_url}/v1/otp/{action}",
        headers=site.headers,
        bodies=bodies,
        per_s=pace.per_s,
        first_s=first_s,
        expected='"success":true' if action == "send" else '"valid":true',
    )


def _described(exchanges: Sequence[Exchange]) -> dict[str, Any]:
    latencies = [one.latency_ms for one in exchanges]
    return {
        "count": len(exchanges),
        "as_hoped": sum(one.expected for one in exchanges),
        "unanswered": sum(one.status == 0 for one in exchanges),
        "p50_ms": percentile(latencies, 0.5),
        "p99_ms": percentile(latencies, 0.99),
        "worst_ms": max(latencies),
        "generator_late_p99_ms": percentile([one.late_ms for one in exchanges], 0.99),
    }
