"""One login from request to session."""

from otp_service.domain.challenge import new_challenge_id
from otp_service.domain.delivery import DeliveryState
from otp_service.domain.errors import RecipientUnreachableError
from tests.integration.store.number import ORIGIN


def test_a_login_is_told_from_its_request_to_its_session(office):
    office.log_in(1)
    request_id = office.log_in(1)
    office.log_in(2)
    office.report(office.number(1).subject, request_id, DeliveryState.READ)
    told = office.audit.timeline(request_id)
    assert [record.event for record in told.events] == [
        "send_requested",
        "passcode_issued",
        "send_accepted",
        "delivery_delivered",
        "attempt_counted",
        "login_succeeded",
        "delivery_read",
    ]
    first, last = told.events[0], told.events[-1]
    assert told.requested_at_ms == first.at_ms
    assert told.after_s(first) == 0
    assert told.after_s(last) == (last.at_ms - first.at_ms) / 1000
    assert told.request_to_login_s == (told.events[5].at_ms - first.at_ms) / 1000
    assert told.accepted_to_delivered_s == (told.events[3].at_ms - told.events[2].at_ms) / 1000
    assert told.accepted_to_read_s == (last.at_ms - told.events[2].at_ms) / 1000
    assert told.request_to_accepted_s == (told.events[2].at_ms - first.at_ms) / 1000


def test_a_login_that_did_not_come_to_its_end_has_no_such_latency(office):
    number = office.number(1)
    ticket = number.begin(new_challenge_id(office.now_s()))
    number.store.withdraw_send(ticket, RecipientUnreachableError(meta_code=131026), ORIGIN)
    told = office.audit.timeline(ticket.challenge_id)
    assert [record.event for record in told.events] == ["send_requested", "send_failed"]
    assert told.request_to_accepted_s is None
    assert told.accepted_to_delivered_s is told.accepted_to_read_s is None
    assert told.request_to_login_s is None


def test_where_the_request_is_no_longer_kept_time_counts_from_the_first_event_that_is(office):
    request_id = office.log_in(1)
    keys = office.number(1).keys
    oldest, second = office.client.lrange(keys.history, 0, 1)
    office.client.xdel(keys.audit, oldest)
    told = office.audit.timeline(request_id)
    assert len(told.events) == 5
    assert told.requested_at_ms == int(second.split("-")[0])
    assert told.request_to_login_s is None


def test_a_login_that_nobody_knows_has_no_events(office):
    office.log_in(1)
    for unknown in (new_challenge_id(office.now_s()), new_challenge_id(0), "word"):
        told = office.audit.timeline(unknown)
        assert (told.request_id, told.events, told.requested_at_ms) == (unknown, (), None)
