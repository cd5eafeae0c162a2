"""The audit's vocabulary, and the OWASP names that security monitoring reads."""

import re

import pytest

from otp_service.domain.audit import (
    AuditEvent,
    AuditRecord,
    Outcome,
    RefusalReason,
    owasp_name,
)

NAMED = {
    AuditEvent.ATTEMPT_REJECTED: "authn_login_fail",
    AuditEvent.NUMBER_LOCKED: "authn_login_lock",
    AuditEvent.LOGIN_SUCCEEDED: "authn_login_success",
    AuditEvent.SESSION_REVOKED: "authn_token_revoked",
    AuditEvent.SESSIONS_ENDED: "authn_token_revoked",
    AuditEvent.ROLE_SET: "authz_change",
    AuditEvent.ROLE_REMOVED: "authz_change",
}


@pytest.mark.parametrize("event", AuditEvent)
def test_an_event_has_its_owasp_name_or_none(event):
    assert owasp_name(event, "") == NAMED.get(event)


@pytest.mark.parametrize("scope", ["phone", "ip", "client", "global"])
def test_a_send_refused_by_a_limit_is_an_exceeded_rate_limit(scope):
    reason = f"rate_limited:{scope}"
    assert owasp_name(AuditEvent.SEND_REFUSED, reason) == "excess_rate_limit_exceeded"


def test_only_a_refused_send_can_be_an_exceeded_rate_limit():
    assert owasp_name(AuditEvent.SEND_FAILED, "rate_limited:phone") is None
    assert owasp_name(AuditEvent.SEND_REFUSED, RefusalReason.LOCKED) is None


def test_an_attempt_after_the_last_try_is_a_maximum_of_failures():
    spent = RefusalReason.TRIES_SPENT
    assert owasp_name(AuditEvent.ATTEMPT_REFUSED, spent) == "authn_login_fail_max"
    assert owasp_name(AuditEvent.ATTEMPT_REFUSED, RefusalReason.NONE_ALIVE) is None
    assert owasp_name(AuditEvent.SEND_REFUSED, spent) is None


def test_a_record_knows_its_owasp_name():
    record = AuditRecord(
        event_id="1-0",
        at_ms=1,
        event=AuditEvent.ATTEMPT_REFUSED,
        outcome=Outcome.REFUSED,
        reason="tries_spent",
        phone_id="a" * 24,
        masked_phone="+1******0100",
        client_id="gas",
        ip="",
        user_agent="",
        request_id="",
        http_request_id="",
        message_id="",
        attempt_number=None,
        session_id="",
        country="US",
        chain="",
    )
    assert record.owasp == "authn_login_fail_max"


def test_the_words_are_plain_snake_case():
    for word in [*AuditEvent, *Outcome, *RefusalReason]:
        assert re.fullmatch(r"[a-z]+(_[a-z]+)*", word)
