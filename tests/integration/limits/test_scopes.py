"""All the limits of a send together: taken in all or in none, narrowest first, and named."""

import fakeredis
import pytest

from otp_service.adapters.limits_send_limiter import network_of
from otp_service.adapters.limits_storage import parse_limits
from otp_service.domain.challenge import RequestOrigin, SendTicket
from otp_service.domain.errors import StoreUnavailableError
from otp_service.domain.subject import Subject
from tests.integration.limits.gate import PHONE_ID, Gate

SCOPES = {"phone": "phone", "ip": "ip", "client": "client", "daily": "global"}


@pytest.mark.parametrize(("setting", "scope"), SCOPES.items())
def test_a_full_limit_is_refused_under_its_own_scope(gate, setting, scope):
    gate.limits(**{setting: "2 per hour"}).taken(2)
    assert gate.refused().scope == scope


@pytest.mark.parametrize("setting", SCOPES)
def test_a_refused_send_leaves_every_limit_as_it_was(gate, setting):
    gate.limits(**{setting: "2 per hour"}).taken(2)
    before = gate.held()
    assert len(before) == 4
    for _ in range(3):
        gate.refused()
    assert gate.held() == before


def test_the_widest_limit_gives_the_narrower_ones_back(gate):
    gate.limits(phone="3 per 15 minutes", daily="1 per day").take()
    for _ in range(5):
        assert gate.refused().scope == "global"
    # With a wider day the number has two of its three left, not none.
    gate.limits(phone="3 per 15 minutes").taken(2)
    assert gate.refused().scope == "phone"


def test_a_given_back_send_leaves_no_count_in_any_limit(gate):
    places = gate.limits().take()
    assert set(gate.held().values()) == {1, "1"}
    places.give_back()
    assert set(gate.held().values()) == {"0"}
    places.give_back()
    assert set(gate.held().values()) == {"0"}


def test_giving_back_after_the_windows_ended_is_no_credit(gate):
    places = gate.limits(client="2 per minute").take()
    gate.client.flushall()
    places.give_back()
    gate.taken(2)
    assert gate.refused().scope == "client"


def test_a_count_that_moved_into_the_previous_window_is_given_back_there(gate):
    places = gate.limits(client="4 per minute").taken(4)
    gate.pass_time(61)
    gate.take()  # moves the count of four into the previous window
    counts = [key for key in gate.held() if "gas" in key]
    assert [gate.held()[key] for key in counts] == ["1", "4"]
    ttls = [gate.client.pttl(key) for key in counts]
    for place in places:
        place.give_back()
    assert [gate.held()[key] for key in counts] == ["0", "1"]
    assert all(0 < gate.client.pttl(key) <= was for key, was in zip(counts, ttls, strict=True))


def test_without_the_persons_address_no_address_is_limited(gate):
    gate.limits(ip="1 per day")
    for _ in range(3):
        gate.take(ip=None)
    assert len(gate.held()) == 3


def test_a_household_of_ipv6_is_limited_as_one(gate):
    gate.limits(ip="2 per day")
    gate.take(ip="2001:db8:1:2::1")
    gate.take(ip="2001:db8:1:2:ffff:ffff:ffff:ffff")
    assert gate.refused(ip="2001:db8:1:2:3::").scope == "ip"
    gate.take(ip="2001:db8:1:3::1")


@pytest.mark.parametrize(
    ("ip", "network"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("2001:DB8::0:1", "2001:db8::/64"),
        ("::1", "::/64"),
    ],
)
def test_an_address_stands_for_itself_or_for_its_network(ip, network):
    assert network_of(ip) == network


@pytest.mark.parametrize("ip", ["", "203.0.113", "203.0.113.7:80", "example.org", "2001:db8::/64"])
def test_what_is_no_address_is_refused(ip):
    with pytest.raises(ValueError, match="IP"):
        network_of(ip)


@pytest.mark.parametrize("setting", SCOPES)
def test_of_several_windows_the_one_that_is_full_is_waited_for(gate, setting):
    gate.limits(**{setting: "3 per minute; 2 per 2 seconds"}).taken(2)
    assert gate.refused().retry_after_s <= 3
    gate.pass_time(4)
    gate.take()
    assert 20 < gate.refused().retry_after_s <= 61


def test_windows_are_read_shortest_first():
    windows = [item.get_expiry() for item in parse_limits("3 per day; 2 per minute; 9 per hour")]
    assert windows == [60, 3_600, 86_400]
    for junk in ("", "three per minute", "3 per fortnight"):
        with pytest.raises(ValueError, match=r"."):
            parse_limits(junk)


def test_every_key_has_a_ttl_and_names_no_phone_number(gate):
    gate.limits(phone="3 per 15 minutes; 9 per day").taken(2)
    gate.take().give_back()
    gate.pass_time(90_000)
    gate.take()
    keys = gate.held()
    assert len(keys) >= 5
    assert all(0 < gate.client.ttl(key) <= 2 * 86_400 for key in keys)
    assert all(key.startswith("otp-limits:") for key in keys)
    assert "2395550100" not in repr(keys)
    assert sum(PHONE_ID in key for key in keys) == 2


def test_without_redis_nothing_is_taken_and_nothing_given_back():
    server = fakeredis.FakeServer()
    gate = Gate(fakeredis.FakeRedis(server=server, decode_responses=True)).limits()
    places = gate.take()
    ticket = SendTicket("challenge", Subject(PHONE_ID), 1_000, 2_000)
    server.connected = False
    with pytest.raises(StoreUnavailableError):
        places.give_back()
    with pytest.raises(StoreUnavailableError):
        gate.limiter.take(ticket, RequestOrigin("gas"))
    server.connected = True
    places.give_back()
    assert set(gate.held().values()) == {"0"}
