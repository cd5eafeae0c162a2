"""Sending: what happens in which order, and what every refusal leaves behind."""

import re

import pytest

from otp_service.domain.audit import RefusalReason
from otp_service.domain.errors import (
    AtCapacityError,
    CountryNotAllowedError,
    DeliveryFailedError,
    DeliveryUnavailableError,
    InvalidPhoneError,
    LockedError,
    OtpError,
    RateLimitedError,
    RecipientUnreachableError,
    SendInProgressError,
    StoreUnavailableError,
    UnconfirmedDeliveryError,
)
from otp_service.domain.ports import UnconfirmedSendError
from tests.unit.domain.conftest import ORIGIN, PHONE

REFUSALS = [
    RecipientUnreachableError(meta_code=131026),
    DeliveryFailedError(meta_code=190),
    DeliveryUnavailableError(),
]
ALL_STEPS = ["slot", "take", "digest", "send"]


def test_a_send_takes_a_slot_a_place_a_hash_and_a_message_in_this_order(desk):
    receipt = desk.logins.send(PHONE, ORIGIN)
    assert desk.journal.steps == ALL_STEPS
    assert desk.sender.inbox[0][0] == "+12395550100"
    assert re.fullmatch("[0-9]{6}", desk.sender.last_passcode)
    assert receipt.expires_in_s == 600
    assert desk.limiter.tickets[0].challenge_id == receipt.challenge_id
    assert (desk.limiter.taken, desk.capacity.taken) == (1, 0)


def test_a_send_and_a_resend_differ_in_the_audit_only(desk):
    desk.logins.send(PHONE, ORIGIN)
    desk.logins.resend(PHONE, ORIGIN)
    sent = [("passcode_issued", ""), ("send_accepted", "")]
    assert desk.events == [
        ("send_requested", ""),
        *sent,
        ("resend_requested", ""),
        *sent,
    ]


def test_neither_passcode_nor_number_nor_wamid_is_in_redis(desk):
    receipt = desk.logins.send(PHONE, ORIGIN)
    desk.redis.hset(desk.keys.challenge, "digest", "")  # the fake's digest holds the passcode
    held = repr([desk.redis.xrange(desk.keys.audit), desk.redis.keys()])
    assert "2395550100" not in held
    assert f"wamid.of.{receipt.challenge_id}" not in held
    assert desk.sender.last_passcode not in held


def test_what_is_no_phone_number_costs_nothing(desk):
    with pytest.raises(InvalidPhoneError):
        desk.logins.send("911", ORIGIN)
    assert desk.journal.steps == []
    assert desk.redis.keys() == []


def test_a_country_that_is_not_allowed_costs_nothing_but_a_record(desk):
    with pytest.raises(CountryNotAllowedError):
        desk.logins.send("+442079460958", ORIGIN)
    assert desk.journal.steps == []
    (stream,) = desk.redis.keys("*:audit")
    ((_, event),) = desk.redis.xrange(stream)
    assert (event["event"], event["reason"]) == ("send_refused", RefusalReason.COUNTRY)


def test_a_service_at_capacity_refuses_before_it_takes_anything(desk):
    desk.capacity.full = True
    with pytest.raises(AtCapacityError):
        desk.logins.send(PHONE, ORIGIN)
    assert desk.journal.steps == ["slot"]
    assert desk.events == [("send_refused", "capacity")]


def test_a_locked_number_costs_no_place_no_hash_and_no_message(desk):
    desk.redis.set(desk.keys.lock, "1", px=900_000)
    with pytest.raises(LockedError):
        desk.logins.send(PHONE, ORIGIN)
    assert desk.journal.steps == ["slot"]
    assert desk.events == [("send_refused", "locked")]
    assert desk.capacity.taken == 0


def test_a_send_during_a_send_costs_no_place_no_hash_and_no_message(desk):
    def send_again():
        desk.journal.forget()
        with pytest.raises(SendInProgressError):
            desk.logins.resend(PHONE, ORIGIN)
        assert desk.journal.steps == ["slot"]

    desk.journal.on["send"] = send_again
    desk.logins.send(PHONE, ORIGIN)
    assert len(desk.sender.inbox) == 1
    assert desk.limiter.taken == 1


@pytest.mark.parametrize("scope", ["phone", "ip", "client", "global"])
def test_a_full_limit_costs_no_hash_and_no_message_and_leaves_the_earlier_passcode(desk, scope):
    earlier = desk.sent_passcode()
    desk.limiter.full_scope = scope
    with pytest.raises(RateLimitedError):
        desk.logins.resend(PHONE, ORIGIN)
    assert desk.journal.steps == ["slot", "take"]
    assert desk.events[-1] == ("send_refused", f"rate_limited:{scope}")
    assert desk.logins.validate(PHONE, earlier, None, ORIGIN)


@pytest.mark.parametrize("refusal", REFUSALS, ids=lambda refusal: refusal.code)
def test_what_meta_refuses_gives_its_place_back_and_leaves_the_earlier_passcode(desk, refusal):
    earlier = desk.sent_passcode()
    desk.sender.fail_with = refusal
    with pytest.raises(type(refusal)):
        desk.logins.resend(PHONE, ORIGIN)
    assert desk.journal.steps == [*ALL_STEPS, "give back"]
    assert desk.limiter.taken == 1
    assert desk.events[-1] == ("send_failed", refusal.audit_reason)
    assert desk.redis.exists(desk.keys.sending, desk.keys.pending) == 0
    assert desk.logins.validate(PHONE, earlier, None, ORIGIN)


def test_a_send_may_follow_a_refused_one_at_once(desk):
    desk.sender.fail_with = REFUSALS[0]
    with pytest.raises(RecipientUnreachableError):
        desk.logins.send(PHONE, ORIGIN)
    desk.sender.fail_with = None
    assert desk.logins.validate(PHONE, desk.sent_passcode(), None, ORIGIN)


def test_a_send_that_lost_its_turn_before_the_message_gives_its_place_back(desk):
    desk.journal.on["digest"] = lambda: desk.redis.delete(desk.keys.sending)
    with pytest.raises(SendInProgressError):
        desk.logins.send(PHONE, ORIGIN)
    assert desk.journal.steps == ["slot", "take", "digest", "give back"]
    assert desk.sender.inbox == []


def test_an_unconfirmed_send_keeps_its_place_and_both_passcodes(desk):
    earlier = desk.sent_passcode()
    desk.sender.fail_with, desk.sender.delivers_anyway = UnconfirmedSendError(), True
    with pytest.raises(UnconfirmedDeliveryError) as refusal:
        desk.logins.resend(PHONE, ORIGIN)
    assert desk.journal.steps == ALL_STEPS
    assert desk.limiter.taken == 2
    assert desk.events[-1] == ("send_unconfirmed", "")
    assert desk.redis.hget(desk.keys.challenge, "digest_end").endswith(earlier)
    pending = desk.redis.hgetall(desk.keys.pending)
    assert pending["id"] == refusal.value.request_id
    assert pending["digest_end"].endswith(desk.sender.last_passcode)


def test_a_fault_of_ours_before_the_message_is_undone(desk):
    earlier = desk.sent_passcode()

    def breaks():
        raise MemoryError

    desk.journal.on["digest"] = breaks
    with pytest.raises(MemoryError):
        desk.logins.resend(PHONE, ORIGIN)
    assert desk.limiter.taken == 1
    assert desk.events[-1] == ("send_failed", "internal_error")
    assert not desk.redis.exists(desk.keys.sending)
    assert desk.logins.validate(PHONE, earlier, None, ORIGIN)


def test_a_fault_of_ours_with_the_message_counts_as_unconfirmed(desk):
    desk.sender.fail_with, desk.sender.delivers_anyway = OverflowError(), True
    with pytest.raises(OverflowError):
        desk.logins.send(PHONE, ORIGIN)
    assert desk.limiter.taken == 1
    assert desk.events[-1] == ("send_unconfirmed", "")
    assert desk.logins.validate(PHONE, desk.sender.last_passcode, None, ORIGIN)


@pytest.mark.parametrize("which", [0, 1], ids=["the earlier", "the unconfirmed"])
def test_after_an_unconfirmed_send_either_passcode_opens_and_both_end(desk, which):
    desk.sent_passcode()
    desk.sender.fail_with, desk.sender.delivers_anyway = UnconfirmedSendError(), True
    with pytest.raises(UnconfirmedDeliveryError):
        desk.logins.resend(PHONE, ORIGIN)
    assert desk.logins.validate(PHONE, desk.sender.inbox[which][1], None, ORIGIN)
    for _, passcode in desk.sender.inbox:
        with pytest.raises(OtpError, match="no longer valid"):
            desk.logins.validate(PHONE, passcode, None, ORIGIN)


def test_a_store_that_goes_before_the_message_means_no_message_and_nothing_to_undo(desk):
    def store_goes():
        desk.server.connected = False

    desk.journal.on["digest"] = store_goes
    with pytest.raises(StoreUnavailableError):
        desk.logins.send(PHONE, ORIGIN)
    assert desk.journal.steps == ["slot", "take", "digest"]
    assert desk.capacity.taken == 0


def test_a_store_that_goes_during_the_message_leaves_the_sent_passcode_answerable(desk):
    def store_goes():
        desk.server.connected = False

    desk.journal.on["send"] = store_goes
    with pytest.raises(StoreUnavailableError):
        desk.logins.send(PHONE, ORIGIN)
    assert desk.journal.steps == ALL_STEPS
    assert desk.limiter.taken == 1
    desk.server.connected = True
    assert desk.logins.validate(PHONE, desk.sender.last_passcode, None, ORIGIN)


def test_a_refusal_while_the_store_is_away_is_told_as_store_unavailable(desk):
    def store_goes():
        desk.server.connected = False

    desk.journal.on["send"] = store_goes
    desk.sender.fail_with = REFUSALS[0]
    with pytest.raises(StoreUnavailableError):
        desk.logins.send(PHONE, ORIGIN)
    assert desk.journal.steps == [*ALL_STEPS, "give back"]


def test_a_login_during_the_resend_makes_the_new_message_moot(desk):
    earlier = desk.sent_passcode()
    desk.journal.on["send"] = lambda: desk.logins.validate(PHONE, earlier, None, ORIGIN)
    assert desk.logins.resend(PHONE, ORIGIN).expires_in_s == 0
    with pytest.raises(OtpError, match="no longer valid"):
        desk.logins.validate(PHONE, desk.sender.last_passcode, None, ORIGIN)
