"""What a service left in Redis: the audit's events, and the state they have to agree with."""

from collections import Counter
from typing import Any, cast

import redis

from otp_service.adapters.redis_keys import SHARDS, NumberKeys, ShardKeys
from otp_service.bootstrap import build_services
from otp_service.domain.audit_verifier import AuditReport
from tests.environment import settings_of

Fields = dict[str, str]
_ARRIVED = {"arrived", "after_failure"}


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


def unverified_kept(client: redis.Redis, phone_id: str) -> int:
    return int(cast("str | None", client.hget(NumberKeys(phone_id).deliveries, "unverified")) or 0)


def unverified_by_events(events: list[Fields], phone_id: str) -> int:
    """Messages that Meta took, or may have taken, since the last login or administrator's word."""
    alive: set[str] = set()
    unverified = 0
    for event in events:
        name, request_id = event["event"], event["request_id"]
        if event["phone_id"] != phone_id:
            continue
        if name == "passcode_issued":
            alive.add(request_id)
        elif name in {"send_accepted", "send_unconfirmed"}:
            # A login can be faster than Meta's answer; it voids every passcode there is.
            unverified += request_id in alive
        elif name == "login_succeeded":
            alive.clear()
            unverified = 0
        elif name == "lockout_cleared":
            unverified = 0
    return unverified


def states_kept(client: redis.Redis, phone_id: str) -> dict[str, str]:
    """requestId to what is known of its message, of the number's newest messages."""
    kept = cast("dict[str, str]", client.hgetall(NumberKeys(phone_id).deliveries))
    others = {"handed_over", "unverified"}
    return {name: state.partition(":")[0] for name, state in kept.items() if name not in others}


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


def audit_report(variables: dict[str, str]) -> AuditReport:
    """What `otp-service audit verify` goes by, in the service's environment."""
    return build_services(settings_of(variables)).audit_verifier.verify()


def assert_one_story(client: redis.Redis) -> None:
    """Events, counters, chains and failures agree, and no passcode was accepted twice."""
    events = events_of(client)
    assert_figures_agree(client, events)
    logins = [event for event in events if event["event"] == "login_succeeded"]
    for name in ("request_id", "session_id"):
        assert len({login[name] for login in logins}) == len(logins)
    for phone_id in {event["phone_id"] for event in events}:
        assert failures_kept(client, phone_id) == failures_by_events(events, phone_id)


def assert_figures_agree(client: redis.Redis, events: list[Fields]) -> None:
    """Each event is counted once by hour, by day and in its shard's chain."""
    kept = figures_kept(client, "hour")
    assert kept == figures_kept(client, "day")
    durations = {"to_login": 0, "to_delivery": 0}
    for figure, count in list(kept.items()):
        name = figure.partition("|")[0]
        if name in durations:
            durations[name] += count
            del kept[figure]
    assert kept == figures_by_events(events)
    assert durations == {
        "to_login": sum(event["event"] == "login_succeeded" for event in events),
        "to_delivery": sum(event["reason"] in _ARRIVED for event in events),
    }
    heads = (client.hget(ShardKeys(shard).chain_head, "count") for shard in range(SHARDS))
    assert sum(int(count or 0) for count in heads) == len(events)
