"""What `doctor` looks for in Redis."""

import re
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from statistics import median
from typing import Any, ClassVar

import redis

from otp_service.adapters.redis_scripts import store_errors
from otp_service.domain.health import Finding, Gravity

_PROBE = "{otp:operator}:doctor"
_OLDEST_VERSION = (6, 2)
_CLOCK_TOLERANCE_S = 2.0
_SLOW_PING_MS = 20.0
_PINGS = 5
_NEARLY_FULL = 0.8


@dataclass(frozen=True, slots=True)
class RedisHealth:
    """A HealthCheck. Asks with INFO, which managed Redis allows where it refuses CONFIG."""

    subject: ClassVar[str] = "redis"
    client: redis.Redis
    clock: Callable[[], float] = time.time

    def __call__(self) -> Iterator[Finding]:
        """Raise StoreUnavailableError."""
        with store_errors("doctor"):
            ping_ms = median(self._ping_ms() for _ in range(_PINGS))
            info: dict[str, Any] = self.client.info()
            seconds, microseconds = self.client.time()
            ahead_s = self.clock() - (int(seconds) + int(microseconds) / 1_000_000)
            refusal = self._refusal()
        yield _version(info)
        yield _writes(info, refusal)
        yield _eviction(info)
        yield _memory(info)
        yield _persistence(info)
        yield _clock(ahead_s)
        yield _speed(ping_ms)

    def _ping_ms(self) -> float:
        asked_at = time.perf_counter()
        self.client.ping()
        return (time.perf_counter() - asked_at) * 1000

    def _refusal(self) -> str | None:
        """In a word, why Redis refuses to write; None when it does not."""
        try:
            self.client.set(_PROBE, "", ex=1)
        except redis.ResponseError as error:
            # The client has classes for READONLY, OOM and NOPERM, and takes the word away.
            known = type(error) is not redis.ResponseError
            return type(error).__name__ if known else str(error).partition(" ")[0]
        return None


def _version(info: Mapping[str, Any]) -> Finding:
    name = "Valkey" if "valkey_version" in info else "Redis"
    version = str(info.get("valkey_version") or info.get("redis_version") or "of no version")
    numbers = tuple(int(digits) for digits in re.findall(r"\d+", version)[:2])
    if numbers >= _OLDEST_VERSION:
        return Finding("redis_version", Gravity.GOOD, f"{name} {version}.")
    return Finding(
        "redis_version",
        Gravity.WARNING,
        f"{name} {version} is older than 6.2, the oldest that this service is tested with.",
        "Scripts may use what it does not have.",
        "Upgrade the server.",
    )


def _writes(info: Mapping[str, Any], refusal: str | None) -> Finding:
    if refusal is None:
        return Finding("redis_writes", Gravity.GOOD, "Redis takes writes.")
    is_replica = info.get("role") != "master"
    return Finding(
        "redis_writes",
        Gravity.FATAL,
        "REDIS_URL leads to a replica." if is_replica else f"Redis refuses writes ({refusal}).",
        "Every login writes: all of them fail.",
        "Point REDIS_URL at the master."
        if is_replica
        else "Look at its memory, its disk and the user's rights: redis-cli INFO, ACL WHOAMI.",
    )


def _eviction(info: Mapping[str, Any]) -> Finding:
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


def _memory(info: Mapping[str, Any]) -> Finding:
    limit = int(info.get("maxmemory", 0))
    if not limit:
        return Finding("redis_memory", Gravity.GOOD, "Redis has no memory limit of its own.")
    share = int(info.get("used_memory", 0)) / limit
    what = f"Redis uses {share:.0%} of its memory limit."
    if share < _NEARLY_FULL:
        return Finding("redis_memory", Gravity.GOOD, what)
    return Finding(
        "redis_memory",
        Gravity.WARNING,
        what,
        "Full, it refuses writes, and nobody logs in.",
        "Raise maxmemory, or keep the audit for fewer days (AUDIT_RETENTION_DAYS).",
    )


def _persistence(info: Mapping[str, Any]) -> Finding:
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
        return Finding("redis_clock", Gravity.GOOD, "This machine's clock agrees with Redis'.")
    where = "ahead of" if ahead_s > 0 else "behind"
    return Finding(
        "redis_clock",
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
