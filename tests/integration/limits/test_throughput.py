"""The number's throughput, shared by all instances: bursts wait their turn, or are refused."""

import time
from concurrent.futures import ThreadPoolExecutor

import fakeredis
import pytest

from otp_service.adapters.redis_paced_send_limiter import LONGEST_WAIT_S, PacedSendLimiter
from otp_service.domain.challenge import RequestOrigin, SendTicket
from otp_service.domain.errors import RateLimitedError, StoreUnavailableError, ThroughputError
from otp_service.domain.subject import Subject
from tests.fake_redis import fake_redis
from tests.integration.limits.gate import PHONE_ID

DEPARTURES = "{otp:meta}:departures"
ORIGIN = RequestOrigin("gas")


def instance(gate, per_second):
    return PacedSendLimiter(gate.limiter, gate.client, per_second)


def take(limiter, gate):
    """Seconds that it took to get a place, None when there was none."""
    ticket = SendTicket("challenge", Subject(PHONE_ID), gate.now_ms(), gate.now_ms() + 600_000)
    begun = time.monotonic()
    try:
        limiter.take(ticket, ORIGIN)
    except ThroughputError:
        return None
    return time.monotonic() - begun


def departures(gate):
    """Unix microseconds at which messages may leave, oldest first."""
    return [int(at) for at in reversed(gate.client.lrange(DEPARTURES, 0, -1))]


def test_a_burst_within_the_throughput_waits_for_nothing(gate):
    limiter = instance(gate.limits(), 20)
    assert max(take(limiter, gate) for _ in range(20)) < 0.9


def test_the_message_beyond_it_leaves_a_second_after_the_first(gate):
    limiter = instance(gate.limits(), 3)
    begun = time.monotonic()
    waits = [take(limiter, gate) for _ in range(4)]
    assert max(waits[:3]) < 0.9
    assert 0.99 < time.monotonic() - begun < 5


def test_instances_share_it_and_what_would_wait_too_long_is_refused(gate):
    gate.limits()
    limiters = [instance(gate, 10) for _ in range(2)]
    left = []
    with ThreadPoolExecutor(40) as pool:
        for taken in pool.map(lambda n: take(limiters[n % 2], gate), range(40)):
            left.append(taken)
    # Ten at once, ten after one second, ten after two; the rest would wait for three.
    assert 0 < left.count(None) <= 10
    assert max(w for w in left if w is not None) < LONGEST_WAIT_S + 1
    rows = departures(gate)
    assert len(rows) == 10
    assert rows[-1] - rows[0] < 1_000_000


def test_no_second_ever_has_more_departures_than_the_throughput(gate):
    limiter = instance(gate.limits(), 5)
    seen = []
    for _ in range(12):
        take(limiter, gate)
        seen.append(departures(gate)[-1])
    assert all(
        later - earlier >= 1_000_000 for earlier, later in zip(seen, seen[5:], strict=False)
    )


def test_waiting_as_long_as_told_is_enough(gate):
    limiter = instance(gate.limits(), 1)
    gate.client.lpush(DEPARTURES, gate.now_ms() * 1000 + 1_900_000)
    assert take(limiter, gate) is None
    time.sleep(1)
    assert take(limiter, gate) <= LONGEST_WAIT_S + 1


def test_a_refused_send_gives_its_places_in_the_limits_back(gate):
    limiter = instance(gate.limits(phone="3 per hour"), 1)
    gate.client.lpush(DEPARTURES, gate.now_ms() * 1000 + 1_900_000)
    assert take(limiter, gate) is None
    places = {key: held for key, held in gate.held().items() if key != DEPARTURES}
    assert len(places) == 2
    assert set(places.values()) == {"0"}
    assert len(departures(gate)) == 1


def test_a_full_limit_takes_no_departure(gate):
    limiter = instance(gate.limits(phone="1 per hour"), 5)
    take(limiter, gate)
    with pytest.raises(RateLimitedError):
        take(limiter, gate)
    assert len(departures(gate)) == 1


def test_the_row_ends_by_itself(gate):
    take(instance(gate.limits(), 5), gate)
    assert 0 < gate.client.pttl(DEPARTURES) <= 1_000


def test_without_redis_nothing_leaves(gate):
    server = fakeredis.FakeServer()
    limiter = PacedSendLimiter(gate.limits().limiter, fake_redis(server), 5)
    server.connected = False
    with pytest.raises(StoreUnavailableError):
        take(limiter, gate)
