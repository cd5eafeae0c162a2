"""Test numbers of app stores' reviewers: a known code, nothing sent, never an office role."""

import json

import pytest

from otp_service.bootstrap import build_services
from otp_service.domain.challenge import RequestOrigin
from otp_service.domain.roles import Role
from otp_service.settings import SettingsError
from tests.environment import environment, settings_of
from tests.http_api.conftest import OTHER_PHONE, PHONE, Caller, captured_logs, wrong

REVIEWER, CODE = "+12395550199", "493817"


def reviewers(until="2999-12-31"):
    return json.dumps({REVIEWER: {"code": CODE, "until": until}})


@pytest.fixture
def caller(build, rest):
    return Caller(build(OTP_TEST_NUMBERS=reviewers()), rest=rest)


def events(store):
    """(event, reason) of every event, oldest first in each shard."""
    return [
        (fields["event"], fields["reason"])
        for stream in sorted(store.scan_iter("{otp:??}:audit"))
        for _, fields in store.xrange(stream)
    ]


def test_a_reviewer_logs_in_with_the_known_code_and_meta_hears_nothing(caller, simulator):
    before = simulator.requests_received
    assert caller.send(REVIEWER).get_json()["message"] == "OTP sent"
    login = caller.requires_valid(caller.validate(CODE, REVIEWER))
    assert login["role"] == "indemnitor"
    assert simulator.requests_received == before


def test_the_audit_and_the_log_flag_it_and_neither_holds_the_code(caller, store):
    with captured_logs() as log:
        caller.send(REVIEWER)
        caller.validate(CODE, REVIEWER)
    assert ("passcode_issued", "test_number") in events(store)
    assert ("send_accepted", "test_number") in events(store)
    assert log.getvalue().count("test_number_used") == 1
    for held in (log.getvalue(), repr(store.keys()), repr(events(store))):
        assert CODE not in held
        assert REVIEWER not in held


def test_everybody_else_gets_a_code_of_their_own(caller, received, store):
    caller.send()
    assert received() != CODE
    assert ("send_accepted", "") in events(store)
    caller.send(OTHER_PHONE)
    caller.refused(caller.validate(CODE, OTHER_PHONE), "invalid_code", 200)


def test_the_known_code_is_worth_nothing_unless_it_was_asked_for_and_works_once(caller):
    caller.refused(caller.validate(CODE, REVIEWER), "expired_code", 200)
    caller.send(REVIEWER)
    caller.refused(caller.validate(wrong(CODE), REVIEWER), "invalid_code", 200)
    caller.requires_valid(caller.validate(CODE, REVIEWER))
    caller.refused(caller.validate(CODE, REVIEWER), "expired_code", 200)


def test_a_test_number_has_the_limits_of_every_other(caller):
    for _ in range(3):
        assert caller.send(REVIEWER).status_code == 200
    assert caller.refused(caller.send(REVIEWER), "rate_limited", 429)["scope"] == "phone"


def test_after_its_last_day_it_is_a_number_like_all_others(build, rest, received, simulator):
    caller = Caller(build(OTP_TEST_NUMBERS=reviewers("2020-12-31")), rest=rest)
    before = simulator.requests_received
    caller.send(REVIEWER)
    assert simulator.requests_received == before + 1
    assert received(REVIEWER) != CODE
    caller.requires_valid(caller.validate(received(REVIEWER), REVIEWER))


@pytest.mark.parametrize("role", [Role.STAFF, Role.ADMIN])
def test_the_code_that_reviewers_know_opens_no_role_of_the_office(
    build, redis_url, simulator, store, role
):
    caller = Caller(build(OTP_TEST_NUMBERS=reviewers()), rest=True)
    services = build_services(settings_of(environment(redis_url, simulator.base_url)))
    services.administration.set_role(REVIEWER, role, RequestOrigin("console"))
    caller.send(REVIEWER)
    caller.refused(caller.validate(CODE, REVIEWER), "expired_code", 200)
    assert events(store)[-1] == ("attempt_refused", "test_number")
    services.administration.set_role(REVIEWER, Role.DEFENDANT, RequestOrigin("console"))
    assert caller.requires_valid(caller.validate(CODE, REVIEWER))["role"] == "defendant"


def test_a_test_number_with_a_role_of_the_office_stops_the_start(redis_url, simulator, tmp_path):
    variables = environment(redis_url, simulator.base_url)
    services = build_services(settings_of(variables))
    services.administration.set_role(REVIEWER, Role.STAFF, RequestOrigin("console"))
    services.administration.set_role(PHONE, Role.ADMIN, RequestOrigin("console"))
    settings = settings_of({**variables, "OTP_TEST_NUMBERS": reviewers()})
    with pytest.raises(SettingsError, match=r"OTP_TEST_NUMBERS: \+1\*+0199 is staff"):
        build_services(settings)
    # Without Redis nobody can look, and nobody can log in.
    away = {"REDIS_URL": f"unix://{tmp_path}/away.sock", "OTP_TEST_NUMBERS": reviewers()}
    assert build_services(settings_of({**variables, **away})).jobs
