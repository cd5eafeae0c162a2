"""Every filter finds exactly its events: in a number's history, or by looking through them."""

import base64

import pytest

from otp_service.domain.audit import AuditEvent, Outcome
from otp_service.domain.audit_query import EventSearch
from otp_service.domain.challenge import RequestOrigin, new_challenge_id
from otp_service.domain.errors import OtpError
from otp_service.simulator.wamid import new_wamid
from tests.integration.audit.logins import PSEUDONYMS, phone

ELSEWHERE = RequestOrigin("web", ip="2001:db8::7", user_agent="Other/2", http_request_id="http-2")


@pytest.fixture
def busy(office):
    """Five people log in; the second one fails once as well, from elsewhere."""
    for index in range(5):
        office.log_in(index)
    number = office.number(1)
    number.send(new_challenge_id(office.now_s()))
    ticket = number.store.count_attempt(number.subject, None, ELSEWHERE)
    number.store.reject_attempt(ticket, ELSEWHERE)
    return office


def found(office, limit=200, **search):
    return office.events(office.audit.filter_of(EventSearch(**search)), limit)


@pytest.mark.parametrize("spelling", ["+12395550001", "(239) 555-0001", "239.555.0001"])
def test_a_phone_in_any_spelling_finds_its_own_events(busy, spelling):
    events = found(busy, phone=spelling)
    assert len(events) == 6 + 3 + 2
    assert {record.masked_phone for record in events} == {"+1******0001"}
    assert events == found(busy, limit=3, phone=spelling)


def test_the_user_id_finds_the_same_events_as_the_phone(busy):
    user_id = busy.number(1).subject.phone_id
    assert found(busy, user_id=user_id) == found(busy, phone=phone(1))
    assert found(busy, user_id="a" * 24) == []


@pytest.mark.parametrize("of_number", [{}, {"phone": phone(1)}], ids=["anybody", "one"])
@pytest.mark.parametrize("limit", [1, 200])
def test_the_other_filters_find_theirs_among_anybodys_and_ones(busy, of_number, limit):
    wrong = found(busy, limit, event="attempt_rejected", **of_number)
    assert [record.event for record in wrong] == [AuditEvent.ATTEMPT_REJECTED]
    assert found(busy, limit, outcome="failure", **of_number) == wrong
    from_web = found(busy, limit, client="web", **of_number)
    assert [record.event for record in from_web] == ["attempt_rejected", "attempt_counted"]
    assert found(busy, limit, ip="2001:DB8:0:0::7", **of_number) == from_web
    both = found(busy, limit, ip="2001:db8::7", outcome="pending", **of_number)
    assert [record.outcome for record in both] == [Outcome.PENDING]
    assert found(busy, limit, ip="192.0.2.99", **of_number) == []


def test_a_request_id_finds_its_login_and_no_other(busy):
    request_id = busy.log_in(1)
    events = found(busy, request_id=request_id)
    assert [record.event for record in events] == [
        "login_succeeded",
        "attempt_counted",
        "delivery_delivered",
        "send_accepted",
        "passcode_issued",
        "send_requested",
    ]
    assert {record.request_id for record in events} == {request_id}
    assert events == found(busy, limit=2, request_id=request_id)
    assert events == found(busy, request_id=request_id, phone=phone(1))
    assert found(busy, request_id=request_id, phone=phone(2)) == []


def test_a_request_id_that_was_never_given_finds_nothing(busy):
    assert found(busy, request_id=new_challenge_id(busy.now_s())) == []
    assert found(busy, request_id=new_challenge_id(1)) == []


@pytest.mark.parametrize("apart_s", [-290, -59, -2, 2, 40, 290])
def test_a_request_id_is_found_although_the_clocks_disagree(busy, apart_s):
    number = busy.number(7)
    request_id = new_challenge_id(busy.now_s() + apart_s)
    number.send(request_id)
    assert len(found(busy, request_id=request_id)) == 3


def test_a_request_id_somebody_else_names_first_is_still_its_own_numbers(office):
    request_id = new_challenge_id(office.now_s())
    with pytest.raises(OtpError):
        office.number(2).count(request_id)
    office.number(1).send(request_id)
    events = found(office, request_id=request_id)
    assert {record.masked_phone for record in events} == {"+1******0001"}


def test_a_request_id_of_another_form_is_looked_for_among_all(office):
    with pytest.raises(OtpError):
        office.number(2).count("not-one-of-ours")
    (refused,) = found(office, request_id="not-one-of-ours")
    assert (refused.event, refused.reason) == ("attempt_refused", "none_alive")


@pytest.mark.parametrize(
    "wamid",
    [
        new_wamid("12395550003"),
        new_wamid("12395550004"),
        new_wamid("99999"),
        "wamid.HBgL",
        "wamid.!",
        "wamid." + base64.b64encode(b"12395550003").decode(),
        "anything",
    ],
    ids=["recipient", "somebody else", "no number", "cut", "no base64", "no length", "no wamid"],
)
@pytest.mark.parametrize("limit", [1, 200])
def test_a_wamid_finds_its_message_whatever_can_be_read_in_it(busy, wamid, limit):
    busy.log_in(3, wamid)
    busy.log_in(4)
    events = found(busy, limit, wamid=wamid)
    assert [record.event for record in events] == ["delivery_delivered", "send_accepted"]
    assert {record.message_id for record in events} == {PSEUDONYMS.message_id_of(wamid)}
    assert {record.masked_phone for record in events} == {"+1******0003"}


def test_since_and_until_bound_what_is_found(busy):
    every = found(busy)
    middle = every[len(every) // 2].at_ms / 1000
    older, newer = found(busy, until=f"{middle:.3f}"), found(busy, since=f"{middle:.3f}")
    assert newer + older == every
    assert newer
