"""`/whatsapp/webhooks`: Meta's handshake, its signature, and bodies of every kind."""

import json
import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from otp_service.app import create_app
from otp_service.bootstrap import build_services
from otp_service.demo.redis_process import running_redis
from tests.conftest import APP_SECRET, VERIFY_TOKEN
from tests.environment import environment, settings_of
from tests.http_api.conftest import PHONE, captured_logs
from tests.http_api.meta import WEBHOOKS, Meta, Screen, report_of
from tests.meta_signature import HANDSHAKE, signature_of
from tests.webhook_bodies import body_of, change, entry, messages, press, status, statuses

MIB = 1024 * 1024
CHALLENGE = HANDSHAKE["hub.challenge"]


@pytest.fixture
def service(redis_url, simulator):
    settings = settings_of(environment(redis_url, simulator.base_url))
    services = build_services(settings)
    return create_app(settings, services), services


@pytest.fixture
def app(service):
    return service[0]


@pytest.fixture
def meta(service):
    return Meta(service[0])


@pytest.fixture
def journal(service):
    return service[1].journal


def shake(app, method="GET", **changed):
    query = {name: value for name, value in (HANDSHAKE | changed).items() if value is not None}
    return app.test_client().open(WEBHOOKS, method=method, query_string=query)


@pytest.mark.parametrize("challenge", [CHALLENGE, "<script>alert(1)</script>", "a b\r\nX: y", "ä"])
def test_the_handshake_answers_the_challenge_as_plain_text(app, challenge):
    answer = shake(app, **{"hub.challenge": challenge})
    assert (answer.status_code, answer.get_data(as_text=True)) == (200, challenge)
    assert answer.mimetype == "text/plain"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_a_handshake_without_a_challenge_answers_nothing(app):
    answer = shake(app, **{"hub.challenge": None})
    assert (answer.status_code, answer.data) == (200, b"")


@pytest.mark.parametrize(
    "changed",
    [
        {"hub.verify_token": VERIFY_TOKEN[:-1]},
        {"hub.verify_token": VERIFY_TOKEN.upper()},
        {"hub.verify_token": ""},
        {"hub.verify_token": None},
        {"hub.verify_token": "тест😀"},
        {"hub.verify_token": b"\xff\xfe"},
        {"hub.mode": "unsubscribe"},
        {"hub.mode": None},
    ],
)
def test_a_wrong_handshake_is_refused_and_echoes_nothing(app, changed):
    answer = shake(app, **changed)
    assert (answer.status_code, answer.get_json()["code"]) == (403, "forbidden")
    assert CHALLENGE not in answer.get_data(as_text=True)
    assert shake(app, "HEAD", **changed).status_code == 403


def test_a_head_is_answered_as_the_handshake_without_its_body(app):
    answer = shake(app, "HEAD")
    assert (answer.status_code, answer.data) == (200, b"")


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
def test_any_other_method_is_refused(app, method):
    assert shake(app, method).status_code == 405


def test_an_unsigned_body_is_refused_and_never_read(app, simulator, meta):
    screen = Screen(app).send()
    raw = body_of(entry(statuses(report_of(simulator.inbox(PHONE)[-1], "read"))))
    for headers, status_code, code in (
        ({}, 401, "unauthorized"),
        ({"X-Hub-Signature-256": ""}, 401, "unauthorized"),
        ({"X-Hub-Signature": signature_of(raw)["X-Hub-Signature-256"]}, 401, "unauthorized"),
        (signature_of(raw + b" "), 403, "forbidden"),
        ({"X-Hub-Signature-256": "sha256=é"}, 403, "forbidden"),
        ({"X-Hub-Signature-256": f"sha256={APP_SECRET}"}, 403, "forbidden"),
    ):
        answer = meta.post(raw, headers)
        assert (answer.status_code, answer.get_json()["code"]) == (status_code, code)
    assert screen.status()["status"] == "accepted"


def test_the_signature_is_over_the_bytes_on_the_wire(meta):
    escaped = json.dumps({"object": "ä😀"}).encode()
    plain = json.dumps({"object": "ä😀"}, ensure_ascii=False).encode()
    assert meta.post(escaped).status_code == meta.post(plain).status_code == 200
    assert meta.post(plain, signature_of(escaped)).status_code == 403


def test_a_body_may_be_as_large_as_a_mebibyte_and_no_larger(meta, journal):
    raw = body_of(entry(change("later", {})))
    assert meta.post(raw.ljust(MIB)).status_code == 200
    assert journal.ignored_parts() == {"field": 1}
    answer = meta.post(raw.ljust(MIB + 1))
    assert (answer.status_code, answer.get_json()["code"]) == (413, "payload_too_large")
    assert journal.ignored_parts() == {"field": 1}


def test_a_thousand_reports_in_one_body_are_taken_in(app, meta, simulator, store):
    screen = Screen(app).send()
    message = simulator.inbox(PHONE)[-1]
    words = ["read", "sent", "delivered", "failed"] * 250
    meta.report(message, *words)
    assert screen.status()["status"] == "read"
    kept = [
        fields["event"] for key in store.scan_iter("*:audit") for _, fields in store.xrange(key)
    ]
    assert [event for event in kept if event.startswith("delivery")] == ["delivery_read"]


def test_what_is_not_known_is_acknowledged_and_counted(meta, journal):
    before = int(time.time())
    meta.tell(change("flows", {}), change("flows", {}), messages({"type": "text"}))
    meta.tell(statuses(status(), status("played")))
    assert meta.post(b"not JSON").status_code == 200
    assert journal.ignored_parts() == {
        "field": 2,
        "message": 1,
        "status": 1,
        "status_of_others": 1,
        "body": 1,
    }
    assert before <= journal.webhook_last_seen_at() <= time.time()


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(codec=None)),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=8,
)
_PARTS = st.fixed_dictionaries(
    {
        "field": st.sampled_from(["messages", "account_update", "account_alerts"]) | _JSON,
        "value": st.fixed_dictionaries(
            {},
            optional={
                "statuses": st.lists(st.builds(lambda a, b: status(a, id=b), _JSON, _JSON)),
                "messages": st.lists(st.builds(press, _JSON)),
                "event": _JSON,
                "alert_info": _JSON,
            },
        ),
    }
)


@settings(
    max_examples=80,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(_JSON | st.binary() | _PARTS)
def test_signed_junk_is_a_200(meta, junk):
    raw = junk if isinstance(junk, bytes) else json.dumps(junk).encode()
    assert meta.post(raw).status_code == 200
    assert meta.post(body_of(entry(junk if isinstance(junk, dict) else {}))).status_code == 200


@pytest.mark.parametrize("half", ["\ud800", "wamid.\udfff"])
def test_half_a_character_is_no_message(meta, journal, half):
    meta.tell(statuses(status(id=half)), messages(press(half)))
    assert journal.ignored_parts() == {"status": 1, "message": 1}


def test_without_redis_meta_is_asked_to_come_again_and_repeats_do_no_harm(simulator):
    with running_redis(options=("--save", "", "--appendonly", "yes")) as server:
        app = create_app(settings_of(environment(server.url, simulator.base_url)))
        screen, meta = Screen(app).send(), Meta(app)
        message = simulator.inbox(PHONE)[-1]
        raw = body_of(entry(statuses(report_of(message, "delivered")), messages(press("other"))))
        server.stop()
        assert meta.post(raw).get_json()["code"] == "store_unavailable"
        assert meta.post(raw).status_code == 503
        assert screen.ask().status_code == 503
        server.start()
        assert [meta.post(raw).status_code for _ in range(3)] == [200] * 3
        assert screen.status()["status"] == "delivered"


def test_no_number_and_no_wamid_is_logged(app, meta, simulator):
    with captured_logs() as log:
        Screen(app).send()
        message = simulator.inbox(PHONE)[-1]
        meta.report(message, "failed", code=131026)
        meta.press_button(message)
        meta.press_button(message, context={"id": "wamid.unknown"})
        meta.tell(statuses(status(id=message.wamid, biz_opaque_callback_data=None)))
    lines = [json.loads(line) for line in log.getvalue().splitlines()]
    events = [line["event"] for line in lines if line["event"] != "request"]
    assert events == ["whatsapp_delivery_failed", "disowned_message_unknown"]
    assert message.wamid not in log.getvalue()
    assert PHONE[2:] not in log.getvalue()


def test_what_other_systems_messages_tell_is_not_what_ours_do(app, meta, simulator, journal):
    Screen(app).send()
    ours = report_of(simulator.inbox(PHONE)[-1], "delivered")
    meta.tell(statuses(ours | {"recipient_identity_key_hash": "Zm9ybWVy"}, status("delivered")))
    assert journal.identity_last_told() is True
