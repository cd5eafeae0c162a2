"""The audit's figures: kept in the same step as the events, so they always agree with them."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from otp_service.domain.audit import RefusalReason
from otp_service.domain.challenge import SendKind
from otp_service.domain.errors import OtpError, RateLimitedError, RecipientUnreachableError
from otp_service.domain.roles import Role
from otp_service.domain.subject import Subject
from tests.integration.store.number import ORIGIN, RETENTION_MS, TTL_S, Number

if TYPE_CHECKING:
    import redis

DAY_MS = 86_400_000
_DURATIONS = ("to_delivery|", "to_login|")
STEPS: dict[str, Callable[[Number, str], object]] = {
    "send": lambda number, name: number.send(name),
    "resend": lambda number, name: number.send(name, SendKind.RESEND),
    "park": lambda number, name: number.park(name),
    "lose": lambda number, name: number.arm(name),
    "find": lambda number, name: number.client.delete(number.keys.sending),
    "limit": lambda number, name: withdraw(
        number, name, RateLimitedError("phone", retry_after_s=1)
    ),
    "unreachable": lambda number, name: withdraw(
        number, name, RecipientUnreachableError(meta_code=131026)
    ),
    "country": lambda number, name: number.store.refuse_send(
        number.subject, RefusalReason.COUNTRY, ORIGIN
    ),
    "delivered": lambda number, name: report_newest(number, "delivered"),
    "failed": lambda number, name: report_newest(number, "failed"),
    "disown": lambda number, name: number.disown(newest(number)),
    "guess": lambda number, name: number.guess_wrong(),
    "nearly locked": lambda number, name: number.client.set(number.keys.failures, 9),
    "log in": lambda number, name: number.win(number.count(), name),
    "sessions": lambda number, name: number.sessions.end_all(number.subject, ORIGIN),
    "role": lambda number, name: number.roles.set_role(number.subject, Role.STAFF, ORIGIN),
    "clear": lambda number, name: number.store.clear_lockout(number.subject, ORIGIN),
}


def withdraw(number: Number, name: str, failure: OtpError) -> None:
    number.store.withdraw_send(number.begin(name), failure, ORIGIN)


def newest(number: Number) -> str:
    ids = [event.request_id for event in number.events() if event.event == "passcode_issued"]
    return ids[-1] if ids else "none"


def report_newest(number: Number, state: str) -> None:
    failure = "recipient_unreachable:131026" if state == "failed" else ""
    number.report(newest(number), state, failure=failure)


def figures_by_events(number: Number) -> Iterator[str]:
    for event in number.events():
        reason = "" if event.reason.isdecimal() else event.reason
        yield f"{event.event}|{reason}|{number.subject.country}"


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.lists(st.sampled_from(sorted(STEPS)), max_size=40))
def test_whatever_happens_the_figures_are_those_of_the_events(
    backend: "redis.Redis", steps: list[str]
):
    backend.flushall()
    number = Number(backend)
    for index, step in enumerate(steps):
        with suppress(OtpError):
            STEPS[step](number, f"step {index}")
    kept = number.figures()
    counted = {figure: n for figure, n in kept.items() if not figure.startswith(_DURATIONS)}
    assert Counter(counted) == Counter(figures_by_events(number))
    names = Counter(event.event for event in number.events())
    logins = sum(n for figure, n in kept.items() if figure.startswith("to_login|"))
    assert logins == names["login_succeeded"]
    assert int(backend.hget(number.keys.shard.chain_head, "count") or 0) == sum(names.values())


def test_figures_are_kept_for_each_country_and_for_none(number):
    for country in ("US", "MX", "001", ""):
        subject = Subject(number.subject.phone_id, "", country)
        number.store.refuse_send(subject, RefusalReason.CAPACITY, ORIGIN)
    assert number.figures() == {
        "send_refused|capacity|US": 1,
        "send_refused|capacity|MX": 1,
        "send_refused|capacity|001": 1,
        "send_refused|capacity|": 1,
    }


def test_how_many_failures_were_cleared_makes_no_figure_of_its_own(number):
    for failures in (0, 7, 99):
        number.client.set(number.keys.failures, failures)
        number.store.clear_lockout(number.subject, ORIGIN)
    assert [event.reason for event in number.events()] == ["0", "7", "99"]
    assert number.figures() == {"lockout_cleared||US": 3}


def test_hours_are_kept_for_fifteen_days_and_days_with_the_events(number):
    number.send("first")
    (hour,) = number.client.scan_iter("*:hour:*")
    (day,) = number.client.scan_iter("*:day:*")
    now_s = number.now_s()
    assert int(hour.rpartition(":")[2]) in {now_s // 3_600, (now_s - 5) // 3_600}
    assert int(day.rpartition(":")[2]) in {now_s // 86_400, (now_s - 5) // 86_400}
    assert 15 * DAY_MS - 5_000 < number.client.pttl(hour) <= 15 * DAY_MS
    assert RETENTION_MS < number.client.pttl(day) <= RETENTION_MS + DAY_MS


def test_a_day_s_figures_are_kept_for_a_retention_that_was_made_longer_on_that_day(number):
    number.send("first")
    (hour,) = number.client.scan_iter("*:hour:*")
    counters, _, of_hour = hour.rpartition(":")
    number.client.rename(hour, f"{counters}:{int(of_hour) - 1}")
    longer_ms = RETENTION_MS + 30 * DAY_MS
    replace(number, retention_ms=longer_ms).send("second")
    assert max(map(number.client.pttl, number.client.scan_iter("*:day:*"))) > longer_ms


def buckets(number: Number, name: str) -> dict[int, int]:
    figures = number.figures().items()
    return {int(f.split("|")[1]): n for f, n in figures if f.startswith(f"{name}|")}


def bucket_of(duration_ms: float) -> int:
    """The first whose upper end is not below it."""
    return next(bucket for bucket in range(200) if duration_ms <= 100 * 1.25**bucket)


@pytest.mark.parametrize("seconds", [0, 1, 2, 3, 7, 31, 59, 600, 86_400])
def test_the_time_to_delivery_is_from_metas_taking_it_to_metas_clock(number, seconds):
    number.send("first")
    accepted_s = number.now_s() - 100_000
    number.client.hset(number.keys.deliveries, "first", f"accepted:{accepted_s * 1000}:")
    number.report("first", "sent", "delivered", "read", at_s=accepted_s + seconds)
    assert buckets(number, "to_delivery") == {bucket_of(seconds * 1000): 1}


def test_a_time_to_delivery_is_never_negative_nor_in_the_future(number):
    for name, at_s in (("early", -500), ("late", 500)):
        number.send(name)
        number.report(name, "delivered", at_s=number.now_s() + at_s)
    assert sum(buckets(number, "to_delivery").values()) == 2
    assert max(buckets(number, "to_delivery")) <= bucket_of(5_000)


@pytest.mark.parametrize("waited_s", [0.0, 1.0, 42.5, 300.0, 598.0])
def test_the_time_to_login_is_from_the_making_of_the_passcode(number, waited_s):
    number.send("first")
    left_ms = int((TTL_S - waited_s) * 1000)
    number.client.pexpire(number.keys.challenge, left_ms)
    ticket = number.count()
    before_ms = TTL_S * 1000 - number.client.pttl(number.keys.challenge)
    number.win(ticket)
    (bucket,) = buckets(number, "to_login")
    assert bucket_of(before_ms) <= bucket <= bucket_of(before_ms + 1_000)
