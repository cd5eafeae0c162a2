"""Errors: each has its stable word and a sentence that a login screen may show."""

import inspect

import pytest

from otp_service.domain import errors
from otp_service.domain.errors import (
    DeliveryError,
    InvalidCodeError,
    LockedError,
    OtpError,
    RateLimitedError,
    RecipientUnreachableError,
    TooManyAttemptsError,
    UnconfirmedDeliveryError,
)

CONCRETE = [
    kind
    for _, kind in inspect.getmembers(errors, inspect.isclass)
    if issubclass(kind, OtpError) and kind not in {OtpError, DeliveryError}
]
# Two kinds of one word: callers need not know why a delivery is not available.
SAME_WORD = {
    "AtCapacityError",
    "CircuitOpenError",
    "IdentityChangedError",
    "PumpingError",
    "ThroughputError",
    "TooManyBadKeysError",
    "UnconfirmedDeliveryError",
}
CODES = {
    "invalid_request",
    "invalid_phone",
    "unauthorized",
    "forbidden",
    "country_not_allowed",
    "rate_limited",
    "send_in_progress",
    "locked",
    "recipient_unreachable",
    "delivery_failed",
    "delivery_unavailable",
    "store_unavailable",
    "invalid_code",
    "expired_code",
    "too_many_attempts",
}


def test_the_codes_are_those_of_the_contract_each_given_once():
    words = [kind.code for kind in CONCRETE if kind.__name__ not in SAME_WORD]
    assert sorted(words) == sorted(CODES)
    assert {kind.code for kind in CONCRETE} == CODES


@pytest.mark.parametrize("kind", CONCRETE, ids=lambda kind: kind.__name__)
def test_every_error_has_a_sentence(kind):
    assert kind.default_message[0].isupper()
    assert kind.default_message.endswith(".")
    assert kind.code not in kind.default_message


@pytest.mark.parametrize("scope", ["phone", "ip", "client", "global"])
def test_a_rate_limit_says_whose_it_is_and_how_long_to_wait(scope):
    error = RateLimitedError(scope, retry_after_s=61)
    assert (error.scope, error.retry_after_s) == (scope, 61)
    assert error.audit_reason == f"rate_limited:{scope}"
    assert error.message.endswith(".")


def test_the_sentences_of_the_four_rate_limits_differ():
    sentences = {
        RateLimitedError(scope, retry_after_s=1).message
        for scope in ("phone", "ip", "client", "global")
    }
    assert len(sentences) == 4


def test_a_lock_that_ends_says_try_later_and_one_that_does_not_says_call():
    assert LockedError(retry_after_s=900).message.endswith("Try again later.")
    assert LockedError(retry_after_s=900).retry_after_s == 900
    assert LockedError(retry_after_s=None).message.endswith("Call the office for help.")
    assert LockedError(retry_after_s=None).retry_after_s is None


def test_a_wrong_code_says_what_to_do_next():
    assert InvalidCodeError(attempts_remaining=4).message.endswith("Check it and try again.")
    last = InvalidCodeError(attempts_remaining=0, retry_after_s=900)
    assert last.message.endswith("Request a new code.")
    assert (last.attempts_remaining, last.retry_after_s) == (0, 900)
    assert TooManyAttemptsError().attempts_remaining == 0


def test_metas_code_is_kept_for_the_audit_and_not_told_to_the_person():
    error = RecipientUnreachableError(meta_code=131026)
    assert error.audit_reason == "recipient_unreachable:131026"
    assert "131026" not in error.message + str(error)
    assert RecipientUnreachableError().audit_reason == "recipient_unreachable"


def test_an_unconfirmed_delivery_names_the_request_that_a_late_code_answers_to():
    error = UnconfirmedDeliveryError("challenge-1")
    assert error.request_id == "challenge-1"
    assert "challenge-1" not in error.message


def test_a_sentence_of_ones_own_replaces_the_default():
    assert errors.ForbiddenError("No.").message == "No."
    assert str(errors.ForbiddenError("No.")) == "No."
    assert errors.ForbiddenError().message == errors.ForbiddenError.default_message
