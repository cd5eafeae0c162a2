"""Questions about a login: a limit of their own, and figures about sends that are exact."""

import math
from collections.abc import Iterator

import pytest
import redis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from otp_service.adapters.limits_status_limiter import LimitsStatusLimiter
from otp_service.domain.delivery import SendRoom
from otp_service.domain.errors import RateLimitedError, StoreUnavailableError
from otp_service.domain.subject import Subject
from tests.fake_redis import fake_redis
from tests.integration.limits.gate import PHONE_ID, Gate
from tests.integration.store.servers import client_of
from tests.integration.store.waiting import until

SUBJECT = Subject(PHONE_ID)
MANY = "1000 per minute"
LIMITS = [
    "3 per 15 minutes",
    "1 per hour",
    "3 per 15 minutes; 10 per day",
    "2 per minute;2 per day",
]
_PAIRS = {
    "3 per 15 minutes": [(3, 900)],
    "1 per hour": [(1, 3_600)],
    "3 per 15 minutes; 10 per day": [(3, 900), (10, 86_400)],
    "2 per minute;2 per day": [(2, 60), (2, 86_400)],
}


@pytest.fixture(params=["fake", "real"])
def client(request: pytest.FixtureRequest) -> Iterator["redis.Redis"]:
    if request.param == "fake":
        yield fake_redis()
        return
    with client_of(request.getfixturevalue("redis_server").url) as real:
        real.flushall()
        yield real


def wait_told(limiter: LimitsStatusLimiter) -> int:
    """What a refused question is told, in seconds."""
    with pytest.raises(RateLimitedError) as refused:
        limiter.admit_status(SUBJECT)
    assert refused.value.scope == "status"
    assert refused.value.retry_after_s is not None
    return refused.value.retry_after_s


class Screen:
    """Asks how a login stands, while the number's places grow old."""

    def __init__(self, client: "redis.Redis", phone: str, status: str = MANY) -> None:
        self.client = client
        self.limiter = LimitsStatusLimiter(client, status, phone)
        self.gate = Gate(client).limits(phone=phone)
        self.taken_at: list[float] = []
        # By so much may a place have been taken later than is noted.
        self.slack_s = 0.0

    def now_s(self) -> float:
        seconds, microseconds = self.client.time()
        return float(seconds) + float(microseconds) / 1_000_000

    def take(self) -> bool:
        at_s = self.gate.now_ms() / 1000
        try:
            self.gate.take()
        except RateLimitedError:
            return False
        self.slack_s = max(self.slack_s, self.now_s() - at_s)
        self.taken_at.append(at_s)
        return True

    def grow_older(self, seconds: float) -> None:
        self.taken_at = [at - seconds for at in self.taken_at]
        for key in self.client.scan_iter("*phone*"):
            older = [repr(float(at) - seconds) for at in self.client.lrange(key, 0, -1)]
            self.client.delete(key)
            self.client.rpush(key, *older)

    def expected(self, limits: list[tuple[int, int]], now_s: float) -> SendRoom:
        """What the places that were taken leave of each limit."""
        remaining, free_at = [], [now_s]
        for amount, window_s in limits:
            live = sorted(at for at in self.taken_at if at + window_s > now_s)
            remaining.append(amount - len(live))
            if len(live) >= amount:
                free_at.append(live[-amount] + window_s)
        return SendRoom(min(remaining), math.ceil(max(free_at) - now_s))


_AGES = st.lists(st.floats(0, 4_000).map(lambda s: round(s, 2)), max_size=14)


@settings(
    max_examples=120,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.sampled_from(LIMITS), _AGES, st.booleans())
def test_the_figures_are_those_of_the_places_that_were_taken(client, limit, ages, counted):
    client.flushall()
    screen = Screen(client, limit)
    for age_s in ages:
        screen.take()
        screen.grow_older(age_s)
        before_s = screen.now_s()
        ask = screen.limiter.admit_status if counted else screen.limiter.room
        room, after_s = ask(SUBJECT), screen.now_s()
        instants = (before_s - screen.slack_s, before_s, after_s)
        possible = [screen.expected(_PAIRS[limit], now_s) for now_s in instants]
        assert room in possible
        assert (room.remaining == 0) == (room.allowed_in_s > 0)


@pytest.mark.parametrize("limit", LIMITS)
def test_a_send_is_taken_after_the_wait_and_not_before(client, limit):
    screen = Screen(client, limit)
    while screen.take():
        screen.grow_older(7)
    for _ in range(3):
        wait_s = screen.limiter.room(SUBJECT).allowed_in_s
        screen.grow_older(wait_s - 1.5)
        assert not screen.take()
        screen.grow_older(1.5)
        assert screen.limiter.room(SUBJECT).allowed_in_s == 0
        assert screen.take()
        while screen.take():
            pass


def test_a_place_given_back_is_there_again(client):
    screen = Screen(client, "3 per 15 minutes")
    places = screen.gate.take()
    assert screen.limiter.room(SUBJECT).remaining == 2
    places.give_back()
    assert screen.limiter.room(SUBJECT) == SendRoom(3, 0)


def test_questions_are_limited_for_each_number_and_told_how_long_to_wait(client):
    limiter = Screen(client, "3 per 15 minutes", "5 per minute").limiter
    for _ in range(5):
        assert limiter.admit_status(SUBJECT) == SendRoom(3, 0)
    assert 55 <= wait_told(limiter) <= 60
    limiter.admit_status(Subject("z" * 24))
    assert limiter.room(SUBJECT) == SendRoom(3, 0)


def test_the_wait_is_the_truth_and_is_not_made_longer_by_asking(client):
    limiter = Screen(client, MANY, "1 per minute").limiter
    limiter.admit_status(SUBJECT)
    (key,) = client.scan_iter("*status*")
    client.pexpire(key, 1_200)
    for _ in range(3):
        assert wait_told(limiter) <= 2
    client.pexpire(key, 20)
    until(lambda: not client.exists(key))
    limiter.admit_status(SUBJECT)
    assert 58_000 < client.pttl(key) <= 60_000


def test_of_two_full_limits_the_longer_wait_is_told(client):
    limiter = Screen(client, MANY, "2 per minute; 2 per hour").limiter
    for _ in range(2):
        limiter.admit_status(SUBJECT)
    assert wait_told(limiter) > 3_500


def test_a_question_takes_no_place_of_a_send(client):
    screen = Screen(client, "1 per hour")
    for _ in range(10):
        screen.limiter.admit_status(SUBJECT)
        screen.limiter.room(SUBJECT)
    assert screen.take()
    assert 0 < screen.limiter.room(SUBJECT).allowed_in_s <= 3_600


def test_without_redis_nobody_is_told_anything():
    nowhere = redis.Redis.from_url("unix:///nowhere/redis.sock", decode_responses=True)
    limiter = LimitsStatusLimiter(nowhere, MANY, MANY)
    for ask in (limiter.admit_status, limiter.room):
        with pytest.raises(StoreUnavailableError):
            ask(SUBJECT)
