"""Secret keys and API keys change one instance after the other, and nobody notices.

The steps are those of docs/key-rotation.md; any two that follow each other run side by side.
"""

import json
from itertools import pairwise, permutations

import pytest

from otp_service.bootstrap import build_services
from otp_service.domain.api_clients import key_digest
from tests.conftest import CONSOLE_KEY, GAS_KEY
from tests.environment import environment, settings_of
from tests.http_api.conftest import Caller
from tests.http_api.page_visitor import Visitor

OLD, NEW = "old-secret-key-8c5d1e9f40a7b362-here", "new-secret-key-17aa93c04be2f6d5-here"
STEPS = (OLD, f"{OLD},{NEW}", f"{NEW},{OLD}", NEW)
OLD_CALLER = "old-caller-key-5d0e7c9b2a4f6813-gas"
NEW_CALLER = "new-caller-key-e1b0f8d34c92a756-gas"
ROLLING = list(pairwise(STEPS))


def is_active(caller, token):
    asked, headers = {"token": token}, {"X-API-Key": caller.key}
    answer = caller.app.test_client().post("/v1/sessions/introspect", json=asked, headers=headers)
    return answer.get_json().get("active")


def log_in(caller, received):
    assert caller.send().get_json()["success"]
    return caller.requires_valid(caller.validate(received()))["sessionToken"]


@pytest.mark.parametrize("steps", ROLLING)
def test_while_instances_get_the_new_key_no_login_and_no_session_fails(build, received, steps):
    earlier = log_in(Caller(build(OTP_SECRET_KEYS=steps[0]), rest=True), received)
    sides = [Caller(build(OTP_SECRET_KEYS=keys), rest=True) for keys in steps]
    for sends, answers in permutations(sides):
        assert sends.send().get_json()["success"]
        token = answers.requires_valid(answers.validate(received()))["sessionToken"]
        assert [is_active(side, token) for side in sides] == [True, True]
        assert [is_active(side, earlier) for side in sides] == [True, True]


@pytest.mark.parametrize("steps", ROLLING)
def test_a_login_on_our_pages_goes_on_at_whichever_instance(build, received, steps):
    first, second = (build(OTP_SECRET_KEYS=keys) for keys in steps)
    for asks, answers in ((first, second), (second, first)):
        visitor = Visitor(asks)
        visitor.ask()
        cookie = visitor.client.get_cookie("shamrock_login")
        assert cookie
        moved = Visitor(answers)
        moved.client.set_cookie("shamrock_login", cookie.value)
        moved.get("/login/code")
        moved.post("/login/code", code=received())
        assert "You are logged in" in moved.text


def test_without_the_old_key_its_sessions_are_dead_and_the_new_ones_live(build, received):
    earlier = log_in(Caller(build(OTP_SECRET_KEYS=STEPS[1]), rest=True), received)
    later = log_in(Caller(build(OTP_SECRET_KEYS=STEPS[2]), rest=True), received)
    last = Caller(build(OTP_SECRET_KEYS=STEPS[3]), rest=True)
    assert (is_active(last, earlier), is_active(last, later)) == (False, True)


# What the old key sealed needs it for as long as the audit is kept.
@pytest.mark.parametrize("steps", ROLLING[:2])
def test_each_instance_believes_the_anchors_of_the_other(
    build, received, redis_url, simulator, store, steps
):
    for keys in (*steps, *steps):
        app = build(OTP_SECRET_KEYS=keys, OTP_SEND_LIMIT="9 per hour")
        log_in(Caller(app, rest=True), received)
        variables = environment(redis_url, simulator.base_url, OTP_SECRET_KEYS=keys)
        services = build_services(settings_of(variables))
        (anchoring,) = [job for job in services.jobs if job.name == "audit_anchoring"]
        store.delete("otp:audit:anchoring")
        anchoring.run()
        report = services.audit_verifier.verify()
        assert report.intact
        assert sum(shard.anchors for shard in report.shards) > 0


def test_a_caller_has_two_keys_while_it_changes_from_one_to_the_other(build, store):
    keys = (OLD_CALLER, NEW_CALLER)
    digests = [key_digest(key) for key in keys]

    def may_call(key, **settings):
        answer = Caller(build(**settings), rest=True, key=key).validate("12345")
        assert answer.status_code in {400, 401}
        return answer.status_code != 401

    for both in (
        {"GAS_API_KEY": f"{NEW_CALLER},{OLD_CALLER}"},
        {"OTP_API_CLIENTS": json.dumps({"site": {"sha256": digests, "scopes": ["otp"]}})},
    ):
        assert [may_call(key, **both) for key in keys] == [True, True]
        assert not may_call(CONSOLE_KEY[1:], **both)
    for one in (
        {"GAS_API_KEY": NEW_CALLER},
        {"OTP_API_CLIENTS": json.dumps({"site": {"sha256": digests[1:], "scopes": ["otp"]}})},
    ):
        assert [may_call(key, **one) for key in keys] == [False, True]
    assert may_call(GAS_KEY)


def test_in_the_audit_both_keys_are_one_client(build, store, received):
    app = build(GAS_API_KEY=f"{NEW_CALLER},{OLD_CALLER}")
    for key in (OLD_CALLER, NEW_CALLER):
        log_in(Caller(app, rest=True, key=key), received)
    entries = [entry for name in store.scan_iter("*:audit") for entry in store.xrange(name)]
    assert {fields["client_id"] for _, fields in entries} == {"gas"}
