"""Message after message without a login: what the caller is told, and what ends it."""

import pytest

from tests.conftest import CONSOLE_KEY
from tests.http_api.conftest import OTHER_PHONE, PHONE, Caller, wait_until
from tests.http_api.meta import Screen

MANY = "100 per second"
_AUDIT = "/v1/audit/events"


def refused(caller, answer):
    """What the caller is told beside the sentence."""
    return caller.refused(answer, "rate_limited", 429)


def test_a_person_who_stays_within_the_limit_for_a_while_sees_no_change(app, store):
    caller = Caller(app, rest=True)
    for _ in range(2):
        assert all(caller.send().get_json()["success"] for _ in range(3))
        # As though the quarter of an hour had gone by.
        store.delete(*store.scan_iter("otp-limits*"))
    wait_s = pytest.approx(55, abs=5)
    assert refused(caller, caller.send()) == {"scope": "phone", "retryAfter": wait_s}
    assert caller.send(OTHER_PHONE).get_json()["success"]


def test_the_wait_is_told_alike_by_send_resend_and_status_and_in_the_audit(build, rest):
    app = build(OTP_SEND_LIMIT=MANY, OTP_SEND_WAITS="0,600")
    caller, screen = Caller(app, rest=rest), Screen(app).send()
    assert screen.status()["resendAllowedIn"] == 0
    screen.send()
    told = [refused(caller, ask()) for ask in (caller.send, caller.resend)]
    assert {body.pop("scope") for body in told} == {"phone"}
    status = screen.status()
    assert status["resendsRemaining"] == 0
    waits = [body["retryAfter"] for body in told] + [status["resendAllowedIn"]]
    assert all(590 <= wait <= 600 for wait in waits)
    audit = app.test_client().get(_AUDIT, headers={"X-API-Key": CONSOLE_KEY}).get_json()
    newest = [event for event in audit["events"] if event["event"] == "send_refused"]
    assert [event["reason"] for event in newest] == ["rate_limited:wait"] * 2
    assert {event["owasp"] for event in newest} == {"excess_rate_limit_exceeded"}


def test_a_refused_send_spends_no_place_and_the_wait_is_as_long_as_was_said(build):
    three = "3 per hour"
    limits = dict.fromkeys(("OTP_SEND_LIMIT", "OTP_CLIENT_LIMIT", "OTP_DAILY_LIMIT"), three)
    app = build(**limits, OTP_STATUS_LIMIT="10000 per second", OTP_SEND_WAITS="0,3")
    caller, screen = Caller(app, rest=True), Screen(app).send().send()
    wait_s = pytest.approx(2, abs=1)
    for _ in range(3):
        assert refused(caller, caller.send()) == {"scope": "phone", "retryAfter": wait_s}
    wait_until(lambda: screen.status()["resendAllowedIn"] == 0)
    assert screen.status()["resendsRemaining"] == 1
    assert caller.send().get_json()["success"]


@pytest.mark.parametrize(("limit", "wait"), [("1 per 2 hours", 7_200), ("1 per minute", 3_600)])
def test_of_a_wait_and_a_full_limit_the_longer_one_is_told(build, limit, wait):
    app = build(OTP_SEND_LIMIT=limit, OTP_SEND_WAITS="3600")
    screen = Screen(app).send()
    assert wait - 2 <= screen.status()["resendAllowedIn"] <= wait
    assert wait - 2 <= refused(screen.caller, screen.caller.send())["retryAfter"] <= wait


def test_a_login_ends_the_wait(build, received):
    app = build(OTP_SEND_LIMIT=MANY, OTP_SEND_WAITS="600")
    screen = Screen(app).send()
    screen.caller.requires_valid(screen.caller.validate(received()))
    assert screen.status()["resendAllowedIn"] == 0
    screen.send()


def test_an_administrator_ends_the_wait(build):
    app = build(OTP_SEND_LIMIT=MANY, OTP_SEND_WAITS="600")
    screen = Screen(app).send()
    refused(screen.caller, screen.caller.send())
    cleared = app.test_client().post(
        "/v1/lockouts/clear", json={"phoneNumber": PHONE}, headers={"X-API-Key": CONSOLE_KEY}
    )
    assert cleared.status_code == 200
    screen.send()
