"""Two instances behind the proxy hold every limit together, as one does.

The bounds of one passcode and of one number are in tests/deploy/test_two_instances.py.
"""

from collections import Counter
from functools import partial

from tests.conftest import CONSOLE_KEY
from tests.faults.conftest import CLIENT_LIMIT, DAILY_LIMIT, IP_LIMIT, PER_SECOND
from tests.faults.office import Heard, Office, together

_CALLERS = 12


def asked_together(
    office: Office, first: int, count: int = _CALLERS, **members: str
) -> list[Heard]:
    """Each of the callers for a number of their own, from `first` on."""
    people = [f"+1239555{number}" for number in range(first, first + count)]
    return together([partial(office.send, phone, **members) for phone in people])


def outcomes(heard: list[Heard]) -> Counter[tuple[int, str | None]]:
    for one in heard:
        if one.status == 429:
            assert 0 < one.told["retryAfter"] <= 86_400
    return Counter((one.status, one.told.get("scope")) for one in heard)


def test_an_address_gets_its_few_however_many_numbers_it_names(office: Office):
    heard = asked_together(office, 4200, endUserIp="203.0.113.50")
    assert outcomes(heard) == {(200, None): IP_LIMIT, (429, "ip"): _CALLERS - IP_LIMIT}
    assert outcomes(asked_together(office, 4215, 1, endUserIp="203.0.113.51")) == {(200, None): 1}
    office.assert_nothing_lost_or_done_twice()


def test_a_client_s_limit_and_the_day_s_ceiling_are_exact(office: Office):
    heard = asked_together(office, 4220) + asked_together(office, 4235)
    surplus = 2 * _CALLERS - CLIENT_LIMIT
    assert outcomes(heard) == {(200, None): CLIENT_LIMIT, (429, "client"): surplus}
    left = DAILY_LIMIT - CLIENT_LIMIT
    heard = asked_together(office, 4250, key=CONSOLE_KEY)
    assert outcomes(heard) == {(200, None): left, (429, "global"): _CALLERS - left}
    office.assert_nothing_lost_or_done_twice()


def departures(office: Office) -> list[int]:
    """When each message was let go, in Redis' microseconds, oldest first; the last second's."""
    return [int(at) for at in office.operator.lrange("{otp:meta}:departures", 0, -1)][::-1]


def test_no_more_leave_in_a_second_than_meta_takes(office: Office):
    more = 6
    heard = asked_together(office, 4270, PER_SECOND)
    row = departures(office)
    heard += asked_together(office, 4285, more)
    row += departures(office)[-more:]
    assert outcomes(heard) == {(200, None): PER_SECOND + more}
    assert len(row) == PER_SECOND + more
    for before, after in zip(row, row[PER_SECOND:], strict=False):
        assert after - before >= 1_000_000
    office.assert_nothing_lost_or_done_twice()
