"""What Meta and Redis can do to a send, at the action endpoint and over REST."""

import dataclasses
import time

import pytest
import redis

from otp_service.adapters.whatsapp_passcode_sender import WhatsAppPasscodeSender
from otp_service.app import create_app
from otp_service.bootstrap import build_services
from otp_service.demo.redis_process import running_redis
from otp_service.simulator.magic_numbers import NETWORK, REFUSED, Answer
from otp_service.whatsapp import WhatsAppCloudAPI
from tests.conftest import ACCESS_TOKEN, APP_SECRET, CONSOLE_KEY, PHONE_NUMBER_ID
from tests.environment import environment, settings_of
from tests.http_api.conftest import OTHER_PHONE, PHONE, Caller, in_background, wait_until, wrong

NETWORK_PHONE = {behaviour.answer: number for number, behaviour in NETWORK.items()}
DURABLE = ("--save", "", "--appendonly", "yes", "--appendfsync", "always")


@pytest.fixture
def outage():
    """A Redis of our own, to be stopped and started; what it has taken is on its disk."""
    with running_redis(options=DURABLE) as server:
        yield server


@pytest.fixture
def caller_of(outage, simulator, rest):
    app = create_app(settings_of(environment(outage.url, simulator.base_url)))
    return Caller(app, rest=rest)


@pytest.mark.parametrize("verb", ["send", "resend"])
@pytest.mark.parametrize(
    ("meta_code", "code", "status", "extra"),
    [
        (131026, "recipient_unreachable", 422, {}),
        (130403, "recipient_unreachable", 422, {}),
        (131021, "recipient_unreachable", 422, {}),
        (190, "delivery_failed", 502, {}),
        (131042, "delivery_failed", 502, {}),
        (132001, "delivery_failed", 502, {}),
        (131048, "delivery_failed", 502, {}),
        (131056, "delivery_unavailable", 503, {"retryAfter": 60}),
        (80007, "delivery_unavailable", 503, {"retryAfter": 300}),
        (131057, "delivery_unavailable", 503, {"retryAfter": 60}),
    ],
)
def test_a_refusal_of_meta(caller, verb, meta_code, code, status, extra):
    phone = REFUSED[meta_code]
    answer = caller.call(verb, phoneNumber=phone)
    assert caller.refused(answer, code, status) == extra
    assert str(meta_code) not in answer.get_data(as_text=True)
    assert caller.refused(caller.validate("123456", phone), "expired_code", 200) == {}


def test_a_throttled_send_is_refused_without_a_wait(caller):
    answer = caller.send(REFUSED[130429])
    assert caller.refused(answer, "delivery_unavailable", 503) == {}


def test_a_message_that_meta_did_not_take_gives_its_place_back(build, rest, order_fault):
    app = build(OTP_SEND_LIMIT="1 per hour", OTP_DAILY_LIMIT="1 per day")
    caller = Caller(app, rest=rest)
    for _ in range(4):
        order_fault(fail_next={"code": 131026, "times": 1})
        assert caller.refused(caller.send(), "recipient_unreachable", 422) == {}
    assert caller.send().get_json()["success"]


def test_a_resend_that_meta_refuses_leaves_the_earlier_code(caller, received, order_fault):
    caller.send()
    earlier = received()
    order_fault(fail_next={"code": 190, "times": 1})
    assert caller.refused(caller.resend(), "delivery_failed", 502) == {}
    caller.requires_valid(caller.validate(earlier))


@pytest.mark.parametrize("answer", [Answer.DROPPED_ACCEPTED, Answer.UNREADABLE])
def test_a_send_that_meta_never_confirmed_may_still_arrive(caller, simulator, received, answer):
    phone = NETWORK_PHONE[answer]
    before = simulator.requests_received
    details = caller.refused(caller.send(phone), "delivery_unavailable", 503)
    assert set(details) == {"requestId"}
    assert simulator.requests_received == before + 1
    refused = caller.refused(caller.validate(wrong(received(phone)), phone), "invalid_code", 200)
    assert refused == {"attemptsRemaining": 4}
    bound = {"requestId": details["requestId"]}
    caller.requires_valid(caller.validate(received(phone), phone, **bound))


def test_an_unconfirmed_resend_leaves_both_codes_alive(caller, received, order_fault):
    caller.send()
    earlier = received()
    order_fault(drop_next=1)
    details = caller.refused(caller.resend(), "delivery_unavailable", 503)
    assert set(details) == {"requestId"}
    caller.requires_valid(caller.validate(earlier))


def test_a_read_timeout_is_unconfirmed_and_not_repeated(
    redis_url, simulator, rest, slow_meta, received
):
    settings = settings_of(environment(redis_url, simulator.base_url))
    services = build_services(settings)
    api = WhatsAppCloudAPI(
        access_token=ACCESS_TOKEN,
        phone_number_id=PHONE_NUMBER_ID,
        app_secret=APP_SECRET,
        base_url=simulator.base_url,
        read_timeout_s=0.1,
    )
    sender = WhatsAppPasscodeSender(api, "shamrock_auth", ("en_US",))
    logins = dataclasses.replace(services.logins, sender=sender)
    caller = Caller(create_app(settings, dataclasses.replace(services, logins=logins)), rest=rest)
    slow_meta(0.3)
    before = simulator.requests_received
    details = caller.refused(caller.send(), "delivery_unavailable", 503)
    assert set(details) == {"requestId"}
    assert simulator.requests_received == before + 1
    caller.requires_valid(caller.validate(received(), requestId=details["requestId"]))
    api.close()


def test_at_capacity_sends_are_refused_at_once_and_logins_go_on(
    build, rest, simulator, slow_meta, received
):
    caller = Caller(build(WEB_THREADS="6"), rest=rest)
    caller.send()
    before = simulator.requests_received
    slow_meta(2.0)
    works = [lambda phone=f"+1239555012{n}": caller.send(phone) for n in range(3)]
    with in_background(*works) as results:
        wait_until(lambda: simulator.requests_received == before + 3)
        details = caller.refused(caller.send(OTHER_PHONE), "delivery_unavailable", 503)
        caller.requires_valid(caller.validate(received()))
        assert details == {"retryAfter": 1}
        assert results == [None] * 3, "the sends that fill the service are still on their way"
    assert all(result.get_json()["success"] for result in results)
    slow_meta(0)
    assert caller.send(OTHER_PHONE).get_json()["success"]


def test_without_redis_nothing_is_sent_and_nobody_gets_in(caller_of, outage, simulator, received):
    caller_of.send()
    code = received()
    outage.stop()
    before = simulator.requests_received
    for answer_of in (caller_of.send, caller_of.resend, lambda: caller_of.validate(code)):
        started = time.monotonic()
        answer = answer_of()
        assert time.monotonic() - started < 3
        assert caller_of.refused(answer, "store_unavailable", 503, reached=False) == {}
        assert ("valid" in answer.get_json()) == ("error" in answer.get_json())
    assert simulator.requests_received == before
    client = caller_of.app.test_client()
    assert client.get("/healthz").status_code == 200
    assert client.get("/readyz").get_json()["code"] == "store_unavailable"
    keys = {"headers": {"X-API-Key": CONSOLE_KEY}}
    for answer in (client.get("/v1/roles", **keys), client.get(f"/v1/roles/{PHONE}", **keys)):
        assert (answer.status_code, answer.get_json()["code"]) == (503, "store_unavailable")


def test_codes_and_sessions_outlive_a_restart_of_redis(caller_of, outage, received):
    assert caller_of.send().get_json()["success"]
    assert caller_of.send(OTHER_PHONE).get_json()["success"]
    token = caller_of.requires_valid(caller_of.validate(received()))["sessionToken"]
    caller_of.validate(wrong(received(OTHER_PHONE)), OTHER_PHONE)
    outage.stop()
    assert caller_of.refused(caller_of.send(), "store_unavailable", 503, reached=False) == {}
    outage.start()
    details = caller_of.validate(wrong(received(OTHER_PHONE)), OTHER_PHONE).get_json()
    assert details["attemptsRemaining"] == 3
    caller_of.requires_valid(caller_of.validate(received(OTHER_PHONE), OTHER_PHONE))
    client = caller_of.app.test_client()
    headers = {"X-API-Key": CONSOLE_KEY}
    answer = client.post("/v1/sessions/introspect", json={"token": token}, headers=headers)
    assert answer.get_json()["active"] is True
    assert client.get("/readyz").status_code == 200


def test_a_code_that_arrived_while_redis_went_away_still_works(
    caller_of, outage, simulator, slow_meta, received
):
    slow_meta(0.5)
    before = simulator.requests_received
    with in_background(caller_of.send) as results:
        wait_until(lambda: simulator.requests_received == before + 1)
        outage.stop()
    caller_of.refused(results[0], "store_unavailable", 503, reached=False)
    outage.start()
    caller_of.requires_valid(caller_of.validate(received()))


def test_a_service_started_before_redis_recovers(outage, simulator, rest, received):
    outage.stop()
    caller = Caller(
        create_app(settings_of(environment(outage.url, simulator.base_url))), rest=rest
    )
    caller.refused(caller.send(), "store_unavailable", 503, reached=False)
    outage.start()
    assert caller.send().get_json()["success"]
    with redis.Redis.from_url(outage.url) as client:
        client.script_flush()
    caller.requires_valid(caller.validate(received()))
