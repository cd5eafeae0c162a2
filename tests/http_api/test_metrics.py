"""`/metrics`: for a key with its scope, of what really happened, with nothing about a person."""

import re
from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from prometheus_client.parser import text_string_to_metric_families

from otp_service.adapters.redis_keys import SHARDS, ShardKeys
from otp_service.app import create_app
from otp_service.bootstrap import build_services
from otp_service.simulator import RunningSimulator
from otp_service.simulator.magic_numbers import REFUSED
from tests.conftest import CONSOLE_KEY, GAS_KEY
from tests.environment import environment, settings_of
from tests.http_api.conftest import OTHER_PHONE, PHONE, Caller, in_background, wait_until, wrong

Build = Callable[..., Flask]
Labels = dict[str, str]

OPENMETRICS = "application/openmetrics-text;version=1.0.0"


@pytest.fixture
def caller(app: Flask) -> Caller:
    return Caller(app, rest=True)


def page(app: Flask, key: str = CONSOLE_KEY, accept: str = "text/plain") -> str:
    headers = {"Authorization": f"Bearer {key}", "Accept": accept}
    answer = app.test_client().get("/metrics", headers=headers)
    assert answer.status_code == 200, answer.text
    return answer.text


def samples(app: Flask) -> Iterator[tuple[str, Labels, float]]:
    for family in text_string_to_metric_families(page(app)):
        for sample in family.samples:
            yield sample.name, sample.labels, sample.value


def value(app: Flask, name: str, **labels: str) -> float:
    """The sum of all samples of this name that have these labels."""
    return sum(
        number
        for sample, found, number in samples(app)
        if sample == name and labels.items() <= found.items()
    )


def test_only_a_key_with_the_scope_metrics_gets_the_page(app: Flask):
    for key, status in ((None, 401), (GAS_KEY, 403), (CONSOLE_KEY[::-1], 403)):
        headers = {"X-API-Key": key} if key else {}
        answer = app.test_client().get("/metrics", headers=headers)
        assert answer.status_code == status, key
        assert "otp_" not in answer.text


def test_prometheus_gets_the_format_that_it_asks_for(app: Flask):
    assert page(app, accept=OPENMETRICS).endswith("# EOF\n")
    assert "# EOF" not in page(app)


def test_a_login_is_counted_at_each_thing_it_needs(app, caller, received):
    caller.send(PHONE)
    caller.requires_valid(caller.validate(received(PHONE)))
    caller.validate("123456")
    assert value(app, "otp_http_requests_total", route="/v1/otp/send", outcome="ok") == 1
    assert (
        value(app, "otp_http_requests_total", route="/v1/otp/validate", outcome="expired_code")
        == 1
    )
    assert value(app, "otp_http_requests_total", client="gas", method="POST") == 3
    route = {"route": "/v1/otp/validate"}
    assert value(app, "otp_http_request_duration_seconds_count", **route) == 2
    # One hash to make the digest, one to verify it; what is expired costs none.
    assert value(app, "otp_argon2_duration_seconds_count") == 2
    assert value(app, "otp_argon2_wait_seconds_count") == 2
    for script in ("begin_send", "arm_send", "confirm_send", "consume"):
        assert value(app, "otp_redis_call_duration_seconds_count", call=script) == 1, script
    assert value(app, "otp_meta_sends_total", outcome="accepted") == 1
    assert value(app, "otp_meta_send_duration_seconds_count") == 1
    assert value(app, "otp_messages_total", state="accepted") == 1
    assert value(app, "otp_audit_events_total", event="login_succeeded") == 1
    assert value(app, "otp_send_ceiling_used") == 1


def test_the_action_endpoint_is_counted_by_its_action(app):
    caller = Caller(app, rest=False)
    caller.send(PHONE)
    caller.call("send", action="made up, and different each time")
    action = {"route": "/", "action": "whatsapp_send_otp"}
    assert value(app, "otp_http_requests_total", **action, outcome="ok") == 1
    assert value(app, "otp_http_requests_total", route="/", action="") == 1


def test_refusals_are_counted_by_whose_limit_it_was_and_by_metas_code(app, caller, order_fault):
    for _ in range(4):
        caller.send(PHONE)
    caller.send(REFUSED[131026])
    refused = {"event": "send_refused", "reason": "rate_limited:phone"}
    assert value(app, "otp_audit_reasons_total", **refused) == 1
    assert value(app, "otp_http_requests_total", outcome="rate_limited") == 1
    assert value(app, "otp_meta_sends_total", outcome="recipient_unreachable") == 1
    assert value(app, "otp_meta_errors_total", meta_code="131026") == 1
    order_fault(drop_next=1)
    caller.send(OTHER_PHONE)
    assert value(app, "otp_meta_sends_total", outcome="unconfirmed") == 1


def test_a_locked_number_is_counted(app, caller, received):
    for _ in range(2):
        caller.send(OTHER_PHONE)
        for _ in range(5):
            caller.validate(wrong(received(OTHER_PHONE)), OTHER_PHONE)
    assert value(app, "otp_audit_events_total", event="number_locked") == 1
    assert value(app, "otp_audit_events_total", event="attempt_rejected") == 10


def test_a_send_in_flight_is_one_while_it_waits_on_meta(app, caller, slow_meta):
    slow_meta(0.5)
    assert value(app, "otp_send_slots") > 0
    with in_background(lambda: caller.send(PHONE)):
        wait_until(lambda: value(app, "otp_sends_in_flight") == 1)
    assert value(app, "otp_sends_in_flight") == 0


def test_a_long_poll_is_one_while_it_waits(app, caller):
    request_id = caller.send(PHONE).get_json()["requestId"]
    poll = {"phoneNumber": PHONE, "requestId": request_id, "wait": 1, "after": "accepted"}
    with in_background(lambda: caller.call("status", **poll)):
        wait_until(lambda: value(app, "otp_long_polls_waiting") == 1)
    assert value(app, "otp_long_polls_waiting") == 0


def test_an_open_circuit_shows(build: Build, order_fault):
    app = build(WHATSAPP_CIRCUIT_FAILURES="2", WHATSAPP_CIRCUIT_WAIT="600")
    caller = Caller(app, rest=True)
    assert value(app, "otp_meta_circuits_open") == 0
    order_fault(fail_next={"code": 131016, "times": 20})
    for number in range(2):
        caller.send(f"+1239555016{number}")
    assert value(app, "otp_meta_circuits_open") == 1
    assert value(app, "otp_meta_errors_total", meta_code="131016") == 2


def test_without_redis_the_page_says_so_and_tells_the_rest(build: Build):
    app = build(REDIS_URL="unix:///nowhere/redis.sock")
    Caller(app, rest=True).send(PHONE)
    told = page(app)
    assert "otp_store_up 0.0" in told
    assert "otp_audit_events_total" not in told
    error = {"call": "begin_send", "error": "ConnectionError"}
    assert value(app, "otp_redis_errors_total", **error) == 1
    assert value(app, "otp_http_requests_total", outcome="store_unavailable") == 1


def test_the_audit_s_anchors_and_its_tampering_are_counted(
    redis_url: str, simulator: RunningSimulator, store
):
    settings = settings_of(environment(redis_url, simulator.base_url))
    services = build_services(settings)
    app = create_app(settings, services)
    (anchoring,) = (job for job in services.jobs if job.name == "audit_anchoring")
    Caller(app, rest=True).send(PHONE)
    anchoring.run()
    assert value(app, "otp_audit_anchors_total") == 1
    assert value(app, "otp_audit_checked_timestamp_seconds") > 0
    assert value(app, "otp_audit_tampered_total") == 0
    store.delete(*(ShardKeys(shard).chain_head for shard in range(SHARDS)))
    anchoring.run()
    assert value(app, "otp_audit_tampered_total", kind="head") == 1


def test_the_page_tells_nothing_about_a_person(app, caller, received):
    request_id = caller.send(PHONE, endUserIp="203.0.113.9").get_json()["requestId"]
    login = caller.requires_valid(caller.validate(received(PHONE)))
    client = app.test_client()
    client.get(f"/v1/roles/{PHONE}", headers={"X-API-Key": CONSOLE_KEY})
    client.get(f"/made-up/{PHONE}", headers={"X-API-Key": CONSOLE_KEY})
    client.open("/v1/otp/send", method="MADEUP")
    told = page(app)
    personal = (PHONE[2:], request_id, login["userId"], login["sessionToken"], "203.0.113.9")
    assert [text for text in personal if text in told] == []
    # Whatever a caller can make up would be a new series each time.
    assert not re.search(r"made-up|MADEUP", told)
    assert value(app, "otp_http_requests_total", route="", method="", outcome="not_found") == 1
