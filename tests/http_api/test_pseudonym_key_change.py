"""The pseudonym key changes while people log in: old and new instances share one Redis."""

import itertools

import pytest

from otp_service.adapters.redis_keys import USER_IDS_MAKER
from otp_service.bootstrap import build_services
from otp_service.domain.challenge import RequestOrigin
from otp_service.domain.roles import Role
from otp_service.settings import SettingsError
from tests.conftest import CONSOLE_KEY
from tests.environment import environment, settings_of
from tests.http_api.conftest import PHONE, Caller, wrong
from tests.http_api.meta import Meta, Screen

OLD, NEW = "test-pseudonym-key-2b7e151628aed2a6", "new-pseudonym-key-95f1c0d3a7e84b26-of-all"
ADMIN = {"X-API-Key": CONSOLE_KEY}
# Each step of the change, as docs/key-rotation.md has them.
BEFORE = {"OTP_PSEUDONYM_KEY": OLD}
TOLD = {"OTP_PSEUDONYM_KEY": f"next:{NEW},{OLD}"}
CHANGED = {"OTP_PSEUDONYM_KEY": f"{NEW},{OLD}"}


@pytest.fixture
def sides(build):
    """An instance that still writes with the old key, and one that does with the new one."""
    return [Caller(build(**step), rest=True, key=CONSOLE_KEY) for step in (TOLD, CHANGED)]


@pytest.fixture
def services(redis_url, simulator):
    """Of an instance that writes with the new key."""
    return build_services(settings_of(environment(redis_url, simulator.base_url, **CHANGED)))


def log_in(caller, received):
    assert caller.send().get_json()["success"]
    return caller.requires_valid(caller.validate(received()))


def is_active(caller, token):
    asked = {"token": token}
    answer = caller.app.test_client().post("/v1/sessions/introspect", json=asked, headers=ADMIN)
    return answer.get_json()["active"]


def events(caller, **search):
    address = "/v1/audit/events"
    answer = caller.app.test_client().get(address, query_string=search, headers=ADMIN)
    assert answer.status_code == 200, answer.get_json()
    return answer.get_json()["events"]


def texts_of(store):
    """Every key in Redis, and what it holds."""
    read = {
        "string": store.get,
        "list": lambda key: store.lrange(key, 0, -1),
        "hash": store.hgetall,
        "zset": lambda key: store.zrange(key, 0, -1),
        "stream": store.xrange,
    }
    return {key: f"{key} {read[store.type(key)](key)}" for key in store.scan_iter()}


def test_both_sides_know_a_person_by_one_user_id_and_keep_their_sessions(sides, received, build):
    before = log_in(Caller(build(**BEFORE), rest=True), received)
    for asked in sides:
        assert is_active(asked, before["sessionToken"])
    for own, other in itertools.permutations(sides):
        login = log_in(own, received)
        assert login["userId"] == before["userId"]
        assert is_active(own, login["sessionToken"])
        assert is_active(other, login["sessionToken"])
        assert is_active(other, before["sessionToken"])


def test_a_code_of_one_side_is_answered_on_the_other(sides, received):
    for own, other in itertools.permutations(sides):
        request_id = own.send().get_json()["requestId"]
        assert Screen(other.app).ask(requestId=request_id).get_json()["status"] != "none"
        login = other.validate(received(), requestId=request_id)
        own.requires_valid(login)


def test_tries_and_failures_add_up_whichever_side_is_asked(sides, received):
    turns = itertools.cycle(sides)
    for _ in range(2):
        assert next(turns).send().get_json()["success"]
        for left in (4, 3, 2, 1, 0):
            answer = next(turns).validate(wrong(received())).get_json()
            assert (answer["code"], answer["attemptsRemaining"]) == ("invalid_code", left)
    for side in sides:
        assert side.validate(received()).get_json()["code"] == "locked"
        assert side.send().get_json()["code"] == "locked"


def test_three_messages_leave_whichever_side_sends_them(sides, simulator):
    sent = len(simulator.inbox(PHONE))
    turns = itertools.cycle(sides)
    for left in (2, 1, 0):
        side = next(turns)
        request_id = side.send().get_json()["requestId"]
        for asked in sides:
            room = Screen(asked.app).ask(requestId=request_id).get_json()
            assert room["resendsRemaining"] == left
    waits = [side.send().get_json() for side in sides]
    assert {wait["code"] for wait in waits} == {"rate_limited"}
    assert all(840 < wait["retryAfter"] <= 900 for wait in waits)
    assert len(simulator.inbox(PHONE)) == sent + 3


def test_a_role_goes_along_and_its_change_ends_sessions_of_both(sides, received):
    old, new = sides
    role = f"/v1/roles/{PHONE}"
    login = log_in(old, received)
    for side, word in ((new, "staff"), (old, "admin")):
        answer = side.app.test_client().put(role, json={"role": word}, headers=ADMIN).get_json()
        assert answer["userId"] == login["userId"]
        assert not is_active(old, login["sessionToken"])
        for asked in sides:
            found = asked.app.test_client().get(role, headers=ADMIN).get_json()
            assert found["role"] == word
            (row,) = asked.app.test_client().get("/v1/roles", headers=ADMIN).get_json()["roles"]
            assert (row["userId"], row["role"]) == (login["userId"], word)
        login = log_in(side, received)
        assert login["role"] == word


def test_reports_and_presses_reach_a_message_of_before(sides, simulator):
    old, new = sides
    request_id = old.send().get_json()["requestId"]
    message = simulator.inbox(PHONE)[-1]
    Meta(new.app).report(message, "delivered")
    for side in sides:
        assert Screen(side.app).ask(requestId=request_id).get_json()["status"] == "delivered"
    Meta(new.app).press_button(message)
    assert old.validate(message.code).get_json()["code"] == "expired_code"


def test_once_all_is_named_anew_the_user_id_is_only_in_events_of_before(
    sides, services, received, store
):
    old, new = sides
    rekeying = services.rekeying
    user_id = log_in(old, received)["userId"]
    old.app.test_client().put(f"/v1/roles/{PHONE}", json={"role": "staff"}, headers=ADMIN)
    assert rekeying.left().phone_ids == {user_id}
    assert rekeying.adopt(user_id)
    assert not rekeying.adopt(user_id)
    assert not rekeying.left().phone_ids
    login = log_in(new, received)
    assert (login["userId"], login["role"]) == (user_id, "staff")
    Screen(new.app).ask()
    holding = [key for key, text in texts_of(store).items() if user_id in text]
    # A limit's window of the old side's sends ends by itself.
    kept = [key for key in holding if not key.startswith("otp-limits:")]
    assert len(kept) == 1
    assert kept[0].endswith("}:audit")


def test_events_are_found_across_the_change_and_the_chain_is_sound(
    sides, services, received, simulator
):
    old, new = sides
    first = log_in(old, received)
    wamid = simulator.inbox(PHONE)[-1].wamid
    log_in(new, received)
    by_phone = events(new, phoneNumber=PHONE)
    for side in sides:
        assert events(side, phoneNumber=PHONE) == by_phone
        assert {event["userId"] for event in by_phone} == {first["userId"]}
        assert [event["event"] for event in by_phone].count("login_succeeded") == 2
        assert events(side, userId=first["userId"]) == by_phone
        assert events(side, event="login_succeeded") == [
            event for event in by_phone if event["event"] == "login_succeeded"
        ]
        requests = {event["requestId"] for event in by_phone}
        assert len(requests) == 2
        assert all(events(side, requestId=request_id) for request_id in requests)
        assert events(side, wamid=wamid)
    assert services.audit_verifier.verify().intact
    subject = services.privacy.subject_of(PHONE)
    assert sum(services.privacy.records(subject).events.values()) == len(by_phone)


def test_an_administrator_s_acts_keep_their_name_without_redis_holding_it(sides, services, store):
    new = sides[1]
    administrator = services.administration.subject_of("+12395550111").phone_id
    tail = services.audit.new_tail()
    subject, _ = services.administration.set_role(
        PHONE, Role.STAFF, RequestOrigin(f"admin:{administrator}")
    )
    assert not any(administrator in text for text in texts_of(store).values())
    (row,) = services.administration.list_roles()
    assert row.changed_by == f"admin:{administrator}"
    (event,) = events(new, client=f"admin:{administrator}")
    assert (event["client"], event["userId"]) == (row.changed_by, subject.phone_id)
    (record,) = tail.new_events()
    assert (record.client_id, record.phone_id) == (row.changed_by, subject.phone_id)


def test_whoever_is_erased_is_gone_under_every_name(sides, services, received):
    old, new = sides
    user_id = log_in(new, received)["userId"]
    log_in(old, received)
    privacy = services.privacy
    subject = privacy.subject_of(PHONE)
    assert "sessions" in privacy.records(subject).kinds
    assert sum(privacy.erase(subject, RequestOrigin("cli"))) > 0
    records = privacy.records(subject)
    assert (records.kinds, records.events) == ((), {})
    assert events(new, userId=user_id) == []


@pytest.mark.parametrize("ring", [OLD, f"newer-pseudonym-key-5e0d1c2b3a49f8e7,{OLD}"])
def test_a_key_that_was_taken_out_too_early_makes_persons_nobody_and_no_error(
    sides, build, simulator, store, ring
):
    request_id = sides[1].send().get_json()["requestId"]
    left = Caller(build(OTP_PSEUDONYM_KEY=ring), rest=True, key=CONSOLE_KEY)
    before = set(store.scan_iter("{otp:[0-9]*"))
    Meta(left.app).press_button(simulator.inbox(PHONE)[-1])
    assert events(left, requestId=request_id) == []
    assert set(store.scan_iter("{otp:[0-9]*")) == before
    sides[1].requires_valid(sides[1].validate(simulator.inbox(PHONE)[-1].code))


@pytest.mark.parametrize("ring", [NEW, f"{OLD},{NEW}", f"next:{OLD},{NEW}"])
def test_a_ring_that_would_make_other_user_ids_is_refused_at_the_start(build, store, ring):
    build(**CHANGED)
    with pytest.raises(SettingsError, match="OTP_PSEUDONYM_KEY: its last key") as refused:
        build(OTP_PSEUDONYM_KEY=ring)
    assert not any(key in str(refused.value) for key in (OLD, NEW))
    store.delete(USER_IDS_MAKER)
    build(OTP_PSEUDONYM_KEY=ring)
