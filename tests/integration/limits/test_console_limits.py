"""What the console reads of the day's ceiling, and how often it may have Meta asked."""

import pytest

from otp_service.adapters.limits_look_limiter import LimitsLookLimiter
from otp_service.adapters.limits_send_ceiling import LimitsSendCeiling
from otp_service.adapters.limits_send_limiter import LimitsSendLimiter, SendLimits
from otp_service.domain.challenge import RequestOrigin, SendTicket
from otp_service.domain.errors import RateLimitedError, StoreUnavailableError
from otp_service.domain.send_ceiling import CeilingUse
from otp_service.domain.subject import Subject
from tests.integration.store.servers import client_of

DAILY = "4 per day; 3 per hour"


@pytest.fixture
def client(redis_server):
    with client_of(redis_server.url) as client:
        client.flushall()
        yield client


def take(client, limiter, who):
    now_ms = int(client.time()[0]) * 1000
    return limiter.take(SendTicket(who, Subject(who), now_ms, now_ms), RequestOrigin("gas"))


def test_the_ceiling_is_what_the_send_limiter_counts(client):
    limiter = LimitsSendLimiter(
        client, SendLimits("9 per hour", "9 per hour", "9 per hour", DAILY)
    )
    ceiling = LimitsSendCeiling(client, DAILY)
    assert ceiling.uses() == [CeilingUse(3, 3600, 0), CeilingUse(4, 86400, 0)]
    take(client, limiter, "a")
    given_back = take(client, limiter, "b")
    assert [use.used for use in ceiling.uses()] == [2, 2]
    given_back.give_back()
    assert [use.used for use in ceiling.uses()] == [1, 1]
    take(client, limiter, "c")
    take(client, limiter, "d")
    with pytest.raises(RateLimitedError):
        take(client, limiter, "e")
    assert [use.used for use in ceiling.uses()] == [3, 3]


def test_looks_are_limited_for_the_whole_service(client):
    one, another = (LimitsLookLimiter(client, "2 per hour") for _ in range(2))
    one.admit()
    another.admit()
    with pytest.raises(RateLimitedError) as refused:
        one.admit()
    assert 0 < (refused.value.retry_after_s or 0) <= 3600


def test_without_the_store_both_say_so():
    with client_of("unix:///nowhere/redis.sock") as away:
        with pytest.raises(StoreUnavailableError):
            LimitsLookLimiter(away, "2 per hour").admit()
        with pytest.raises(StoreUnavailableError):
            LimitsSendCeiling(away, DAILY).uses()
