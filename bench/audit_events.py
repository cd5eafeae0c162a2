"""A month of made-up logins in a Redis: the streams, histories, heads and counters they leave.

Written as the service's scripts write them, but at past moments: a script only knows Redis' now.
"""

import hashlib
import math
import random
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from typing import Any, NamedTuple

import redis

from otp_service.adapters.redis_keys import NumberKeys, ShardKeys
from otp_service.domain.audit import AuditRecord

_DAY_MS, _HOUR_MS = 86_400_000, 3_600_000
_HOURS_KEPT_MS = 15 * _DAY_MS
_AGENTS = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148",
    "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 Chrome/126.0 Mobile Safari",
)
_CLIENTS = ("gas", "web", "mobile")
_COUNTRIES = ("US",) * 18 + ("MX", "GT")
_FAILURES = ("recipient_unreachable:131026", "delivery_failed:131049", "delivery_failed:131047")
_BATCH = 2_000
_STORED = [one.name for one in fields(AuditRecord) if one.name not in {"event_id", "at_ms"}]


class Step(NamedTuple):
    """One event of a login, so many ms after its request; `wait` is a duration to count."""

    after_ms: int
    parts: dict[str, str]
    wait: tuple[str, float] | None = None


def logins(numbers: int, dice: random.Random) -> Iterator[list[Step]]:
    """Without end: six to fifteen events each, as people log in, fail and try again."""
    made = 0
    while True:
        made += 1
        common = {
            # Every hundredth login is of one number, whose history grows long.
            **person(0 if made % 100 == 0 else dice.randrange(numbers)),
            "client_id": dice.choice(_CLIENTS),
            "ip": f"198.51.{dice.randrange(256)}.{dice.randrange(256)}",
            "user_agent": dice.choice(_AGENTS),
            "request_id": _word(f"request {made}", 22),
            "http_request_id": _word(f"http {made}", 16),
        }
        message = common | {"message_id": _word(f"message {made}", 24)}
        steps = [
            Step(0, common | _event("send_requested", "pending")),
            Step(12, common | _event("passcode_issued", "success")),
            Step(400, message | _event("send_accepted", "success")),
            Step(700, message | _event("delivery_sent", "success")),
        ]
        if dice.random() < 0.06:
            failure = dice.choice(_FAILURES)
            steps.append(Step(900, message | _event("delivery_failed", "failure", failure)))
        else:
            steps += _arrival(message, dice)
            session = common | {"session_id": _word(f"session {made}", 22)}
            steps += _attempts(common, session, dice)
        yield steps


def _arrival(message: dict[str, str], dice: random.Random) -> Iterator[Step]:
    wait_ms = 1_500 * dice.lognormvariate(0, 0.8)
    arrived = message | _event("delivery_delivered", "success", "arrived")
    yield Step(1_500, arrived, ("to_delivery", wait_ms))
    if dice.random() < 0.5:
        yield Step(2_500, message | _event("delivery_read", "success"))


def _attempts(
    common: dict[str, str], session: dict[str, str], dice: random.Random
) -> Iterator[Step]:
    attempt = 1
    while dice.random() < 0.12 and attempt < 5:
        number = {"attempt_number": str(attempt)}
        yield Step(8_000, common | number | _event("attempt_counted", "pending"))
        yield Step(8_010, common | number | _event("attempt_rejected", "failure", "wrong"))
        attempt += 1
    if dice.random() < 0.05:
        yield Step(9_000, common | _event("attempt_refused", "refused", "none_alive"))
        return
    number = {"attempt_number": str(attempt)}
    yield Step(9_000, common | number | _event("attempt_counted", "pending"))
    won = session | number | _event("login_succeeded", "success", "indemnitor")
    yield Step(9_010, won, ("to_login", 12_000 * dice.lognormvariate(0, 0.7)))


@dataclass
class AuditLoader:
    """Writes `count` events, spread over the `days` before `now_ms`, of `numbers` people."""

    client: redis.Redis
    now_ms: int
    count: int
    days: int = 30
    numbers: int = 60_000
    _links: dict[int, str] = field(default_factory=dict)
    _written: Counter[int] = field(default_factory=Counter)
    _places: dict[int, tuple[int, int]] = field(default_factory=dict)
    _histories: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    _figures: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))

    def load(self) -> None:
        dice = random.Random(20261121)  # noqa: S311 - the same month every time
        pipeline = self.client.pipeline(transaction=False)
        made = 0
        for steps in logins(self.numbers, dice):
            begun_ms = self.now_ms - self.days * _DAY_MS
            begun_ms += made * self.days * _DAY_MS // self.count
            for step in steps[: self.count - made]:
                self._append(pipeline, begun_ms, step)
            made += len(steps)
            if len(pipeline) >= _BATCH:
                pipeline.execute()
            if made >= self.count:
                break
        self._finish(pipeline)

    def _append(self, pipeline: Any, begun_ms: int, step: Step) -> None:  # noqa: ANN401 - untyped
        keys = NumberKeys(step.parts["phone_id"])
        shard = keys.shard.shard
        at_ms, sequence = self._place(shard, begun_ms + step.after_ms)
        entry_id = f"{at_ms}-{sequence}"
        entry = {name: step.parts.get(name, "") for name in _STORED}
        entry["chain"] = self._links.get(shard, "")
        pipeline.xadd(keys.audit, entry, id=entry_id)
        self._links[shard] = _link(entry_id, entry)
        self._written[shard] += 1
        self._histories[keys.history].append(entry_id)
        counted = [f"{entry['event']}|{entry['reason']}|{entry['country']}"]
        if step.wait:
            name, wait_ms = step.wait
            bucket = max(0, math.ceil(math.log(wait_ms / 100) / math.log(1.25)))
            counted.append(f"{name}|{bucket}|")
        self._figures[keys.shard.day_counters(at_ms // _DAY_MS)].update(counted)
        if at_ms > self.now_ms - _HOURS_KEPT_MS:
            self._figures[keys.shard.hour_counters(at_ms // _HOUR_MS)].update(counted)

    def _place(self, shard: int, at_ms: int) -> tuple[int, int]:
        """The next id of the shard's stream: ids only rise."""
        last_ms, sequence = self._places.get(shard, (0, 0))
        place = (last_ms, sequence + 1) if at_ms <= last_ms else (at_ms, 0)
        self._places[shard] = place
        return place

    def _finish(self, pipeline: Any) -> None:  # noqa: ANN401 - untyped
        for history, ids in self._histories.items():
            pipeline.rpush(history, *ids)
        for key, figures in self._figures.items():
            pipeline.hset(key, mapping=dict(figures))
        for shard, (at_ms, sequence) in self._places.items():
            head = {
                "link": self._links[shard],
                "id": f"{at_ms}-{sequence}",
                "count": self._written[shard],
            }
            pipeline.hset(ShardKeys(shard).chain_head, mapping=head)
        pipeline.execute()


def person(index: int) -> dict[str, str]:
    return {
        "phone_id": _word(f"person {index}", 24),
        "masked_phone": f"+1******{index % 10_000:04d}",
        "country": _COUNTRIES[index % len(_COUNTRIES)],
    }


def _event(event: str, outcome: str, reason: str = "") -> dict[str, str]:
    return {"event": event, "outcome": outcome, "reason": reason}


def _word(seed: str, length: int) -> str:
    """As random as an id, in the letters of a phone_id."""
    digest = hashlib.sha256(seed.encode()).digest()
    return "".join("abcdefghijklmnopqrstuvwxyz234567"[byte % 32] for byte in digest[:length])


def _link(entry_id: str, entry: dict[str, str]) -> str:
    texts = [entry_id, *(text for pair in entry.items() for text in pair)]
    netstrings = ",".join(f"{len(text.encode())}:{text}" for text in texts)
    return hashlib.sha1(netstrings.encode(), usedforsecurity=False).hexdigest()
