"""What `doctor` looks for in Redis, and where the last report on Meta's side is kept."""

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import redis

from otp_service.adapters.redis_scripts import store_errors
from otp_service.domain.health import Finding, Gravity, HealthReport

_REPORT = "{otp:operator}:health"
_TURN = "{otp:operator}:health:turn"
# Older than this, a report says nothing about today.
_REPORT_KEPT_S = 6 * 3600
_OLDEST_VERSION = (6, 2)
_CLOCK_TOLERANCE_S = 2.0
_SLOW_PING_MS = 20.0


class RedisHealthReports:
    """HealthReports on Redis: one for all instances."""

    def __init__(self, client: redis.Redis) -> None:
        self._client = client

    def save(self, report: HealthReport) -> None:
        with store_errors("save_health"):
            self._client.set(_REPORT, json.dumps(report.to_json()), ex=_REPORT_KEPT_S)

    def latest(self) -> HealthReport | None:
        with store_errors("latest_health"):
            kept: Any = self._client.get(_REPORT)
        return HealthReport.from_json(json.loads(kept)) if kept else None

    def claim(self, every_s: int) -> bool:
        with store_errors("claim_health"):
            return bool(self._client.set(_TURN, "taken", nx=True, ex=every_s))

    def ask(self) -> None:
        with store_errors("ask_health"):
            self._client.delete(_TURN)


@dataclass(frozen=True, slots=True)
class RedisHealth:
    """A HealthCheck. Asks with INFO, which managed Redis allows where it refuses CONFIG."""

    client: redis.Redis
    clock: Callable[[], float] = time.time

    def __call__(self) -> Iterator[Finding]:
        """Raise StoreUnavailableError."""
        with store_errors("doctor"):
            asked_at = time.perf_counter()
            self.client.ping()
            ping_ms = (time.perf_counter() - asked_at) * 1000
            info: dict[str, Any] = self.client.info()
            seconds, microseconds = self.client.time()
        ahead_s = self.clock() - (int(seconds) + int(microseconds) / 1_000_000)
        yield _version(info)
        yield _role(info)
        yield _eviction(info)
        yield _persistence(info)
        yield _clock(ahead_s)
        yield _speed(ping_ms)


def _version(info: dict[str, Any]) -> Finding:
    name = "Valkey" if "valkey_version" in info else "Redis"
    version = str(info.get("valkey_version") or info["redis_version"])
    numbers = tuple(int(part) for part in version.split(".")[:2])
    if numbers >= _OLDEST_VERSION:
        return Finding("redis_version", Gravity.GOOD, f"{name} {version}.")
    return Finding(
        "redis_version",
        Gravity.WARNING,
        f"{name} {version} is older than 6.2, the oldest that this service is tested with.",
        "Scripts may use what it does not have.",
        "Upgrade the server.",
    )


def _role(info: dict[str, Any]) -> Finding:
    if info.get("role") == "master":
        return Finding("redis_role", Gravity.GOOD, "Redis takes writes.")
    return Finding(
        "redis_role",
        Gravity.FATAL,
        f"REDIS_URL leads to a {info.get('role')}, which takes no writes.",
        "Every login writes: all of them fail.",
        "Point REDIS_URL at the master.",
    )


def _eviction(info: dict[str, Any]) -> Finding:
    policy = str(info.get("maxmemory_policy", "unknown"))
    if policy == "noeviction":
        return Finding("redis_eviction", Gravity.GOOD, "Redis never evicts (noeviction).")
    return Finding(
        "redis_eviction",
        Gravity.WARNING,
        f"maxmemory-policy is {policy}.",
        "Redis may drop live codes, sessions, lock-outs and audit events when it is full.",
        "redis-cli CONFIG SET maxmemory-policy noeviction, and the same in redis.conf.",
    )


def _persistence(info: dict[str, Any]) -> Finding:
    if not int(info.get("aof_enabled", 0)):
        return Finding(
            "redis_persistence",
            Gravity.WARNING,
            "The append-only file is off.",
            "A restart of Redis loses sessions, lock-outs and the audit since the last dump.",
            "appendonly yes and appendfsync always, in redis.conf.",
        )
    if info.get("aof_last_write_status", "ok") != "ok":
        return Finding(
            "redis_persistence",
            Gravity.FATAL,
            "Redis could not write its append-only file.",
            "With the disk full it refuses writes: logins fail.",
            "Free the disk that Redis writes to.",
        )
    return Finding("redis_persistence", Gravity.GOOD, "The append-only file is on.")


def _clock(ahead_s: float) -> Finding:
    if abs(ahead_s) <= _CLOCK_TOLERANCE_S:
        return Finding("clock", Gravity.GOOD, "This machine's clock agrees with Redis'.")
    where = "ahead of" if ahead_s > 0 else "behind"
    return Finding(
        "clock",
        Gravity.WARNING,
        f"This machine's clock is {abs(ahead_s):.0f} s {where} Redis'.",
        "Codes and limits go by Redis' clock; session tokens are checked by this one.",
        "Run an NTP client on both.",
    )


def _speed(ping_ms: float) -> Finding:
    if ping_ms <= _SLOW_PING_MS:
        return Finding("redis_speed", Gravity.GOOD, f"Redis answers in {ping_ms:.1f} ms.")
    return Finding(
        "redis_speed",
        Gravity.WARNING,
        f"Redis takes {ping_ms:.0f} ms to answer.",
        "A send needs six or seven answers, a validation two.",
        "Bring Redis closer, or look at what keeps it busy (redis-cli SLOWLOG GET).",
    )
