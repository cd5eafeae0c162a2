"""Nothing stays for ever: every key has its TTL, and the audit forgets what is too old."""

from dataclasses import replace

import pytest

from otp_service.domain.audit import RefusalReason
from otp_service.domain.errors import RecipientUnreachableError
from otp_service.domain.identity import Owner
from otp_service.domain.roles import Role
from tests.integration.store.number import ORIGIN, RETENTION_MS, Number

OLD_EVENTS = 300
# How many of a history's old events one new event takes away.
A_FEW = 16
# XADD MINID ~ drops whole nodes of a stream, which hold 100 entries at the most.
NODE = 100


def test_every_key_has_a_ttl_after_every_step_but_what_must_outlast_it(number):
    number = replace(number, keeps_identity=True)
    keys = number.keys
    for_ever = {keys.failures, keys.roles, keys.identity, keys.former_owners}
    for_ever.add(keys.shard.chain_head)
    first = number.begin("first")
    steps = [
        lambda: number.store.arm_send(first, "digest", ORIGIN),
        number.guess_wrong,
        lambda: number.store.confirm_send(first, "message", ORIGIN),
        number.guess_wrong,
        lambda: number.park("second"),
        number.guess_wrong,
        lambda: number.arm("third"),
        number.guess_wrong,
        lambda: number.client.set(number.keys.failures, 9),
        number.guess_wrong,
        lambda: number.win(number.count()) if number.client.delete(number.keys.lock) else None,
        lambda: number.roles.set_role(number.subject, Role.STAFF, ORIGIN),
        lambda: number.log_in("again") if number.client.delete(number.keys.sending) else None,
        lambda: number.sessions.end(number.session("again"), ORIGIN),
        lambda: number.store.withdraw_send(
            number.arm("fourth"), RecipientUnreachableError(), ORIGIN
        ),
        lambda: number.deliveries.disown([("message of challenge of again", number.subject)]),
        lambda: number.store.clear_lockout(number.subject, ORIGIN),
        lambda: number.roles.remove_role(number.subject, ORIGIN),
        lambda: number.identities.accept(number.subject, Owner.NEW, ORIGIN),
    ]
    seen: set[str] = set()
    for index, step in enumerate(steps):
        step()
        seen |= set(number.client.scan_iter())
        assert number.keys_without_ttl() <= for_ever, f"after step {index}"
    of_the_number = {*keys.own.values(), keys.audit, keys.roles}
    counters = {key for key in seen if ":audit:hour:" in key or ":audit:day:" in key}
    assert counters
    assert seen - counters == of_the_number | {keys.shard.chain_head}


@pytest.mark.parametrize("taken", [True, False], ids=["taken", "unconfirmed"])
def test_a_send_that_outlasts_its_numbers_erasure_leaves_nothing_for_ever(number, taken):
    ticket = number.arm("first")
    number.client.delete(*number.keys.own.values())
    if taken:
        number.store.confirm_send(ticket, "message", ORIGIN)
    else:
        number.store.park_send(ticket, ORIGIN)
    assert number.client.exists(number.keys.deliveries)
    assert number.keys_without_ttl() == {number.keys.shard.chain_head}


def test_the_audit_and_the_history_live_as_long_as_the_retention(number):
    number.send("first")
    for key in (number.keys.audit, number.keys.history):
        assert RETENTION_MS - 5_000 < number.client.pttl(key) <= RETENTION_MS
        number.client.pexpire(key, 1_000)
    number.guess_wrong()
    for key in (number.keys.audit, number.keys.history):
        assert RETENTION_MS - 5_000 < number.client.pttl(key) <= RETENTION_MS


def fill_with_old_events(number: Number, age_ms: int) -> list[str]:
    """Events of that age, as the service would have left them; returns their ids."""
    seconds, _ = number.client.time()
    first_ms = seconds * 1000 - age_ms
    ids = [f"{first_ms + index}-0" for index in range(OLD_EVENTS)]
    for event_id in ids:
        number.client.xadd(number.keys.audit, {"phone_id": "of-others"}, event_id)
    number.client.rpush(number.keys.history, *ids)
    return ids


def test_events_past_the_retention_leave_the_stream_and_the_history(number):
    fill_with_old_events(number, RETENTION_MS + 60_000)
    number.store.refuse_send(number.subject, RefusalReason.CAPACITY, ORIGIN)
    kept = number.client.xrange(number.keys.audit)
    assert kept[-1][1]["event"] == "send_refused"
    assert len(kept) <= NODE + 1
    assert number.client.llen(number.keys.history) == OLD_EVENTS + 1 - A_FEW
    for _ in range(OLD_EVENTS // A_FEW):
        number.store.refuse_send(number.subject, RefusalReason.CAPACITY, ORIGIN)
    assert number.client.lindex(number.keys.history, 0) == kept[-1][0]


def test_events_within_the_retention_are_kept(number):
    ids = fill_with_old_events(number, RETENTION_MS - 60_000)
    number.store.refuse_send(number.subject, RefusalReason.CAPACITY, ORIGIN)
    assert number.client.xlen(number.keys.audit) == OLD_EVENTS + 1
    assert number.client.lrange(number.keys.history, 0, -1)[:-1] == ids


def test_another_retention_keeps_another_time(number):
    brief = Number(number.client, retention_ms=3_600_000)
    fill_with_old_events(number, 3_660_000)
    brief.store.refuse_send(brief.subject, RefusalReason.CAPACITY, ORIGIN)
    assert number.client.llen(number.keys.history) == OLD_EVENTS + 1 - A_FEW
    assert number.client.pttl(number.keys.audit) <= 3_600_000
