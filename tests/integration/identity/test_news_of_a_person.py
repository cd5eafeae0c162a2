"""What a person tells Meta ends everybody's sessions of the number, once, and lets nobody in."""

from typing import Any

import pytest

from otp_service.domain.identity import IdentityNews, SystemNews
from tests.integration.store.number import Number

# As adapters/lua/delivery.lua has it.
MOST_KEPT = 24


def news(number: Number, ago_s: int = 0, kind: IdentityNews = IdentityNews.CHANGED_NUMBER):
    return SystemNews(kind, f"message of {ago_s}", number.now_s() - ago_s)


def told(number: Number) -> list[tuple[str, str]]:
    return [(event.event, event.reason) for event in number.events()]


@pytest.mark.parametrize("kind", list(IdentityNews))
def test_sessions_and_the_live_code_end_with_a_record(number: Number, kind):
    session = number.log_in("one")
    number.send("alive")
    number.identities.distrust(number.subject, news(number, kind=kind))
    assert not number.sessions.is_live(session)
    assert number.alive() == []
    assert told(number)[-2:] == [("trust_ended", kind), ("sessions_ended", "trust_ended")]
    event = number.entries()[-1][1]
    assert (event["client_id"], event["message_id"]) == ("meta", "message of 0")


@pytest.mark.parametrize("ago_s", [100, 101])
def test_repeated_or_older_news_end_no_session_of_since(number: Number, ago_s):
    number.log_in("one")
    number.identities.distrust(number.subject, news(number, ago_s=100))
    session = number.log_in("two")
    number.identities.distrust(number.subject, news(number, ago_s=ago_s))
    assert number.sessions.is_live(session)


def test_newer_news_count_even_behind_some_from_the_future(number: Number):
    number.log_in("one")
    number.identities.distrust(number.subject, news(number, ago_s=-86_400))
    kept: Any = number.client.hget(number.keys.deliveries, "distrusted")
    assert int(kept) <= number.now_s()


def test_of_a_number_that_never_logged_in_nothing_is_kept(number: Number):
    number.identities.distrust(number.subject, news(number))
    assert number.client.keys() == []


def test_the_news_are_no_message_of_the_number(number: Number):
    number.log_in("one")
    number.identities.distrust(number.subject, news(number))
    assert number.state("distrusted") == "none"
    for place in range(30):
        number.send(f"challenge {place}")
    kept: Any = number.client.hgetall(number.keys.deliveries)
    assert "distrusted" in kept
    assert sum(":" in told_of for told_of in kept.values()) == MOST_KEPT
