"""The same questions with a thousand and with a million live challenges and audit events.

Each size has a Redis and a service of its own, so that sizes take turns as scenarios do.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import redis

from bench.audit_events import AuditLoader
from bench.figures import Spread, ratios, spread
from bench.numbers import NumberKeyring, Snapshot, waiting_logins
from bench.rates import Rates, Rounds
from bench.scenarios import SIGNED_IN, Scenario, scenarios
from bench.site import Site, service_on
from otp_service.adapters.redis_keys import NumberKeys
from otp_service.demo.redis_process import running_redis

ASKED = ("validate_right", "unknown_validate", "introspect")
_EVENTS_A_NUMBER = 10
# Of the service's own scripts one login made these keys; copies differ in the number alone. The
# id is as long as a phone_id, and is none.
_COPY = """
local own, first, last = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
for index = first, last do
  local id = string.format('%024d', index)
  for place = 4, #ARGV do
    redis.call('COPY', ARGV[place], (string.gsub(ARGV[place], own, id)))
  end
end
"""
_COPIED_AT_ONCE = 2_000


@dataclass(frozen=True, slots=True)
class Filled:
    """Bytes of Redis for each; `of_keys`: what MEMORY USAGE says of one number's.

    `bytes_per_limit`: the place that its send took, which outlives the challenge.
    """

    size: int
    bytes_per_challenge: float
    bytes_per_limit: float
    of_keys: dict[str, int]


@dataclass(frozen=True, slots=True)
class Growth:
    sizes: tuple[int, ...]
    rates: dict[int, Rates]
    filled: list[Filled]
    bytes_per_event: list[float]

    def ratio(self, name: str) -> Spread:
        """With the most over with the fewest."""
        most, fewest = self.rates[max(self.sizes)], self.rates[min(self.sizes)]
        return ratios(most.per_second[name], fewest.per_second[name])

    @property
    def worst(self) -> Spread:
        return min((self.ratio(name) for name in ASKED), key=lambda found: found.median)

    def raw(self) -> dict[str, Any]:
        return {
            str(size): {name: spread(rates.per_second[name])._asdict() for name in ASKED}
            for size, rates in self.rates.items()
        }


@dataclass(frozen=True, slots=True)
class GrowthPlan:
    sizes: tuple[int, ...]
    logins: int
    rounds: int
    seconds: int


class _Size(NamedTuple):
    filled: Filled
    bytes_per_event: float
    rounds: Rounds
    asked: list[Scenario]


def grown(site: Site, plan: GrowthPlan, folder: Path, told: Callable[[str], None]) -> Growth:
    """Raise NotReadyError, RedisNotFoundError, WrongAnswerError."""
    rates = {size: Rates() for size in plan.sizes}
    with ExitStack() as stack:
        sizes = []
        for size in plan.sizes:
            told(f"filling a Redis with {size:,} challenges and as many audit events")
            sizes.append(stack.enter_context(_one_size(site, size, plan, folder)))
        for round_ in range(plan.rounds):
            told(f"sizes, round {round_ + 1} of {plan.rounds}")
            for one in sizes:
                one.rounds.run_one(one.asked, round_, rates[one.filled.size])
    return Growth(
        sizes=plan.sizes,
        rates=rates,
        filled=[one.filled for one in sizes],
        bytes_per_event=[one.bytes_per_event for one in sizes],
    )


@contextmanager
def _one_size(site: Site, size: int, plan: GrowthPlan, folder: Path) -> Iterator[_Size]:
    with ExitStack() as stack:
        url = stack.enter_context(running_redis()).url
        client = stack.enter_context(redis.Redis.from_url(url))
        # Before the service's own: a stream's entries only come later and later.
        event_bytes = fill_with_events(client, size)
        own = stack.enter_context(service_on(url, site))
        logins = waiting_logins(own, plan.logins + SIGNED_IN)
        keyring = NumberKeyring(own)
        waiting = Snapshot(client, keyring, [one.phone for one in logins[SIGNED_IN:]])
        filled = fill_with_challenges(client, keyring.of(logins[-1].phone), size)
        asked = [one for one in scenarios(own, logins) if one.name in ASKED]
        yield _Size(filled, event_bytes, Rounds(own, waiting, folder, plan.seconds), asked)


def fill_with_events(client: redis.Redis, count: int) -> float:
    """A month of logins in all copies and counters; bytes an event, at ten events a number."""
    before = _used_bytes(client)
    AuditLoader(client, int(time.time() * 1000), count, numbers=count // _EVENTS_A_NUMBER).load()
    return (_used_bytes(client) - before) / count


def fill_with_challenges(client: redis.Redis, model: NumberKeys, size: int) -> Filled:
    """Copies of a number with a live challenge, `model`.

    The list of its events is not copied: it is counted with them.
    """
    phone_id = model.challenge.rpartition(":")[2]
    found = {key.decode() for key in client.scan_iter(match=f"*{phone_id}*", count=10_000)}
    own = sorted(found & set(model.own.values()) - {model.history})
    limits = sorted(found - set(model.own.values()))
    before = _used_bytes(client)
    _copy(client, phone_id, own, size)
    with_challenges = _used_bytes(client)
    _copy(client, phone_id, limits, size)
    return Filled(
        size=size,
        bytes_per_challenge=(with_challenges - before) / size,
        bytes_per_limit=(_used_bytes(client) - with_challenges) / size,
        of_keys={
            key.replace(phone_id, "…"): client.memory_usage(key) or 0 for key in (*own, *limits)
        },
    )


def _copy(client: redis.Redis, phone_id: str, keys: list[str], count: int) -> None:
    for first in range(0, count, _COPIED_AT_ONCE):
        last = min(first + _COPIED_AT_ONCE, count) - 1
        client.eval(_COPY, 0, phone_id, str(first), str(last), *keys)


def _used_bytes(client: redis.Redis) -> int:
    return int(client.info("memory")["used_memory"])
