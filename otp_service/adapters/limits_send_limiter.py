"""SendLimiter on the `limits` package: an exact window for each number, constant-size ones else.

A message that was not sent gives its places back (see limits_storage.py).
"""

import ipaddress
import math
from dataclasses import dataclass

import redis
from limits import RateLimitItem

from otp_service.adapters.limits_storage import (
    LimitsStorage,
    exact_key,
    limits_storage,
    parse_limits,
)
from otp_service.adapters.redis_record_ids import UNSEALED, RecordIds
from otp_service.adapters.redis_scripts import store_errors
from otp_service.domain.challenge import RequestOrigin, SendTicket
from otp_service.domain.errors import RateLimitedError

# People get whole /64 networks: one of them is one household, however many addresses it uses.
_IPV6_HOUSEHOLD_BITS = 64
# Whose the places of the whole service are, in the keys of `limits`.
SLIDING, DAILY_SCOPE, DAILY_HOLDER = "sliding", "global", "service"
# A place is free only after the instant it ends, and Redis' TTLs are whole milliseconds.
_STRICTLY_AFTER_S = 0.002


@dataclass(frozen=True, slots=True)
class SendLimits:
    """Each in the notation of `limits`: "3 per 15 minutes", several joined by ";"."""

    phone: str
    ip: str
    client: str
    daily: str


def network_of(ip: str) -> str:
    """Whom an address stands for: itself, or its /64. Raise ValueError."""
    address = ipaddress.ip_address(ip)
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped:
            return str(address.ipv4_mapped)
        return str(ipaddress.ip_network((address, _IPV6_HOUSEHOLD_BITS), strict=False))
    return str(address)


class LimitsSendLimiter:
    """At most one round trip a limit, narrowest first; a denied send keeps none of its places.

    One more for each limit of a number that may be known by several of `ids`.
    """

    def __init__(self, client: redis.Redis, limits: SendLimits, ids: RecordIds = UNSEALED) -> None:
        storage = limits_storage(client)
        self._storage = storage
        self._phone = [
            _ExactLimit(storage, ids, item, "phone") for item in parse_limits(limits.phone)
        ]
        self._ip = [_CountedLimit(storage, item, "ip") for item in parse_limits(limits.ip)]
        self._client = [
            _CountedLimit(storage, item, "client") for item in parse_limits(limits.client)
        ]
        self._daily = [
            _CountedLimit(storage, item, DAILY_SCOPE) for item in parse_limits(limits.daily)
        ]

    def take(self, ticket: SendTicket, origin: RequestOrigin) -> "Places":
        now_s = ticket.begun_at_ms / 1000
        places = Places(self._storage, now_s)
        rows = self._applicable(ticket, origin)
        for index, row in enumerate(rows):
            with store_errors("take_place"):
                taken = row.limit.take(row.holder, now_s)
            if not taken:
                places.give_back()
                raise self._refusal(rows[index:], now_s)
            places.add(row)
        return places

    @staticmethod
    def _refusal(rows: "list[_Row]", now_s: float) -> RateLimitedError:
        # The longest of the waits: after a shorter one a wider limit would refuse again.
        with store_errors("wait_for_place"):
            waits = [(row.limit.wait_s(row.holder, now_s), row.scope) for row in rows]
        wait_s, scope = max(waits)
        return RateLimitedError(scope, retry_after_s=max(1, math.ceil(wait_s + _STRICTLY_AFTER_S)))

    def _applicable(self, ticket: SendTicket, origin: RequestOrigin) -> "list[_Row]":
        rows = [_Row(limit, ticket.subject.phone_id) for limit in self._phone]
        if origin.end_user_ip:
            network = network_of(origin.end_user_ip)
            rows += [_Row(limit, network) for limit in self._ip]
        rows += [_Row(limit, origin.client_id) for limit in self._client]
        rows += [_Row(limit, DAILY_HOLDER) for limit in self._daily]
        return rows


class Places:
    """TakenPlaces: what one send took."""

    def __init__(self, storage: "LimitsStorage", taken_at_s: float) -> None:
        self._storage = storage
        self._taken_at_s = taken_at_s
        self._taken: list[_Row] = []

    def add(self, row: "_Row") -> None:
        self._taken.append(row)

    def give_back(self) -> None:
        """All in one round trip."""
        with store_errors("give_back"), self._storage.pipeline() as pipeline:
            for row in self._taken:
                row.limit.give_back(pipeline, row.holder, self._taken_at_s)
            pipeline.execute()
        self._taken.clear()


@dataclass(frozen=True, slots=True)
class _ExactLimit:
    """A moving window: one entry a hit, so only for small limits.

    A number's places are taken under our record id, and count under every other one as well. No
    two sends of a number do that at once: it has one in-flight lock.
    """

    storage: LimitsStorage
    ids: RecordIds
    item: RateLimitItem
    scope: str

    def take(self, holder: str, now_s: float) -> bool:
        amount, window_s = self.item.amount, self.item.get_expiry()
        ours, *others = self._keys(holder)
        taken = self.storage.exact_places(others, amount)
        free = amount - sum(at + window_s >= now_s for at in taken)
        return free > 0 and self.storage.take_exact(ours, free, window_s, now_s)

    def wait_s(self, holder: str, now_s: float) -> float:
        keys, item = self._keys(holder), self.item
        return self.storage.exact_place_free_at(keys, item.amount, item.get_expiry()) - now_s

    def give_back(self, pipeline: redis.client.Pipeline, holder: str, taken_at_s: float) -> None:
        self.storage.give_back_exact(pipeline, self._keys(holder)[0], taken_at_s)

    def _keys(self, holder: str) -> list[str]:
        """Ours first."""
        return [exact_key(self.item, self.scope, one) for one in self.ids.all_of(holder)]


@dataclass(frozen=True, slots=True)
class _CountedLimit:
    """A sliding window counter: two numbers, whatever the limit's size."""

    storage: LimitsStorage
    item: RateLimitItem
    scope: str

    def take(self, holder: str, now_s: float) -> bool:  # noqa: ARG002 - Redis' TTLs are its clock
        item = self.item
        return self.storage.acquire_sliding_window_entry(
            self._key(holder), item.amount, item.get_expiry()
        )

    def wait_s(self, holder: str, now_s: float) -> float:  # noqa: ARG002
        item = self.item
        window = self.storage.get_sliding_window(self._key(holder), item.get_expiry())
        return sliding_wait_s(item.amount, item.get_expiry(), *window)

    def give_back(self, pipeline: redis.client.Pipeline, holder: str, taken_at_s: float) -> None:  # noqa: ARG002
        self.storage.give_back_counted(pipeline, self._key(holder))

    def _key(self, holder: str) -> str:
        return self.item.key_for(SLIDING, self.scope, holder)


@dataclass(frozen=True, slots=True)
class _Row:
    """One limit as it applies to one send: whose place it is."""

    limit: _ExactLimit | _CountedLimit
    holder: str

    @property
    def scope(self) -> str:
        return self.limit.scope


def sliding_wait_s(
    limit: int,
    window_s: int,
    previous_count: int,
    previous_ttl_s: float,
    current_count: int,
    current_ttl_s: float,
) -> float:
    """Seconds until a sliding window counter has a place again, if nobody else takes one.

    `limits` weighs the previous window by what is left of it: floor(previous * ttl / window), and
    lets the current window's key live for twice the window.
    """
    free = limit - current_count
    if free > 0:
        # The previous window's weight has to sink below the places that are free.
        return max(0.0, previous_ttl_s - free * window_s / max(previous_count, 1))
    # The current window has to end first; then it is the previous one, and its weight sinks.
    return (current_ttl_s - window_s) + window_s * (1 - limit / current_count)
