"""What a service left in Redis: the audit's events, and the state they have to agree with."""

from collections import Counter
from typing import Any, cast

import redis

from otp_service.adapters.redis_keys import SHARDS, NumberKeys, ShardKeys

Fields = dict[str, str]


def entries_of(client: redis.Redis) -> list[tuple[str, Fields]]:
    """(entry id, fields) of every event, shard by shard, each oldest first."""
    entries: list[Any] = []
    for shard in range(SHARDS):
        entries += cast("list[Any]", client.xrange(ShardKeys(shard).audit))
    return entries


def events_of(client: redis.Redis) -> list[Fields]:
    return [fields for _, fields in entries_of(client)]


def figures_kept(client: redis.Redis, unit: str) -> Counter[str]:
    """All shards' counters together; `unit`: hour or day."""
    total: Counter[str] = Counter()
    for key in client.scan_iter(f"*:audit:{unit}:*"):
        kept = cast("dict[str, str]", client.hgetall(key))
        total.update({figure: int(count) for figure, count in kept.items()})
    return total


def figures_by_events(events: list[Fields]) -> Counter[str]:
    """As `figures_kept`, without the durations."""
    reasons = ((event, event["reason"]) for event in events)
    return Counter(
        f"{event['event']}|{'' if reason.isdecimal() else reason}|{event['country']}"
        for event, reason in reasons
    )


def failures_kept(client: redis.Redis, phone_id: str) -> int:
    return int(cast("str | None", client.get(NumberKeys(phone_id).failures)) or 0)


def failures_by_events(events: list[Fields], phone_id: str) -> int:
    """Attempts counted since the number's last login."""
    failures = 0
    for event in events:
        if event["phone_id"] == phone_id:
            if event["event"] == "attempt_counted":
                failures += 1
            elif event["event"] in {"login_succeeded", "lockout_cleared"}:
                failures = 0
    return failures


def states_kept(client: redis.Redis, phone_id: str) -> dict[str, str]:
    """requestId to what is known of its message, of the number's newest messages."""
    kept = cast("dict[str, str]", client.hgetall(NumberKeys(phone_id).deliveries))
    return {name: state.partition(":")[0] for name, state in kept.items() if name != "handed_over"}


def states_by_events(events: list[Fields], phone_id: str) -> dict[str, str]:
    """requestId to what the events say of its message, oldest first."""
    states: dict[str, str] = {}
    for event in events:
        name, request_id = event["event"], event["request_id"]
        if event["phone_id"] != phone_id:
            continue
        if name in {"send_requested", "resend_requested"}:
            states[request_id] = "sending"
        elif name == "send_accepted" and states[request_id] == "sending":
            states[request_id] = "accepted"
        elif name == "send_failed":
            del states[request_id]
        elif name.startswith("delivery_"):
            states[request_id] = name.removeprefix("delivery_")
    return states
