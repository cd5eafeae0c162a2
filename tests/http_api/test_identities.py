"""A number that may have a new owner, as callers, people and the office meet it."""

import json

import pytest

from tests.conftest import CONSOLE_KEY, GAS_KEY
from tests.http_api.conftest import PHONE, Caller, captured_logs
from tests.http_api.console_visitor import ADMIN, ConsoleVisitor, events_of, give_role
from tests.http_api.meta import Meta, Screen, report_of
from tests.http_api.page_visitor import Visitor
from tests.http_api.test_console_numbers import do, look_up
from tests.http_api.test_sessions import INACTIVE, introspect, log_in
from tests.webhook_bodies import messages, statuses

HASH = "Zm9ybWVyIG93bmVy"
SENTENCE = "This number may have a new owner. Call the office to log in with it."
MEXICO = "+525512345678"


@pytest.fixture
def app(build):
    return build(WHATSAPP_IDENTITY_CHECK="true")


@pytest.fixture
def meta(app):
    return Meta(app)


def person_changed(meta: Meta, sender: str | None = PHONE[1:], **members):
    system = {"type": "user_changed_number", "wa_id": "12395550199"} | members
    told = {"id": "wamid.S", "timestamp": "1760000030", "type": "system", "system": system}
    return meta.tell(messages(told | ({"from": sender} if sender else {})))


@pytest.fixture
def known(app, meta, simulator, received):
    """A login whose message Meta has told of."""
    login = log_in(app, received)
    report = report_of(simulator.inbox(PHONE)[-1], "delivered")
    meta.tell(statuses(report | {"recipient_identity_key_hash": HASH}))
    return login


@pytest.fixture
def refused(known, app, meta, simulator):
    """A login, and then Meta's news that it would be somebody else's next time."""
    Screen(app).send()
    meta.report(simulator.inbox(PHONE)[-1], "failed", code=137000)
    return known


def accept(app, owner, key=CONSOLE_KEY):
    body = {"phoneNumber": PHONE, "owner": owner}
    return app.test_client().post("/v1/identities/accept", json=body, headers={"X-API-Key": key})


def test_a_later_message_is_for_the_first_logins_identity_alone(known, app, simulator):
    assert simulator.inbox(PHONE)[-1].identity_key_hash is None
    with captured_logs() as logs:
        Screen(app).send()
    assert simulator.inbox(PHONE)[-1].identity_key_hash == HASH
    assert HASH not in logs.getvalue()


def test_with_the_check_off_no_identity_is_kept(build, simulator, store):
    app = build()
    Screen(app).send()
    report = report_of(simulator.inbox(PHONE)[-1], "delivered")
    Meta(app).tell(statuses(report | {"recipient_identity_key_hash": HASH}))
    (passcode,) = store.scan_iter("*:challenge:*")
    assert store.hget(passcode, "identity") is None


def test_the_login_screen_says_whom_to_call(refused, app):
    visitor = Visitor(app)
    visitor.ask()
    assert SENTENCE in visitor.text


@pytest.mark.parametrize("rest", [True, False])
def test_a_refusal_in_metas_answer_closes_the_number_too(known, app, order_fault, rest):
    caller = Caller(app, rest=rest)
    order_fault(fail_next={"code": 137000, "times": 1})
    for _ in range(2):
        answer = caller.send()
        assert caller.refused(answer, "recipient_unreachable", 422) == {
            "reason": "identity_changed"
        }
        assert answer.get_json()["message"] == SENTENCE
    assert introspect(app, known["sessionToken"]) == INACTIVE
    reasons = [event["reason"] for event in events_of(app, event="send_failed")]
    assert reasons == ["identity_changed:137000"]


def test_the_api_accepts_the_same_person_and_says_what_it_did(refused, app, received):
    body = accept(app, "same").get_json()
    assert body == {
        "success": True,
        "userId": refused["userId"],
        "phoneNumber": "+1******0100",
        "owner": "same",
        "changed": True,
        "wasRefused": True,
        "previousRole": "indemnitor",
        "sessionsEnded": 0,
    }
    assert log_in(app, received)["userId"] == refused["userId"]
    (event,) = events_of(app, event="identity_accepted")
    assert (event["client"], event["reason"]) == ("console", "same_owner")


def test_a_repeated_call_counts_no_further_owner_and_says_so(refused, app, received):
    first = accept(app, "new").get_json()
    assert (first["changed"], first["wasRefused"]) == (True, True)
    for _ in range(2):
        assert accept(app, "new").get_json() == first | {"changed": False, "wasRefused": False}
    assert len(events_of(app, event="identity_accepted")) == 1
    assert log_in(app, received)["userId"] == refused["userId"] + "-2"
    again = accept(app, "new").get_json()
    assert (again["changed"], again["sessionsEnded"]) == (True, 1)


def test_only_a_key_for_roles_accepts_and_only_one_of_two_owners(refused, app):
    assert accept(app, "new", GAS_KEY).status_code == 403
    answer = accept(app, "me")
    assert answer.status_code == 400
    assert "same, new" in answer.get_json()["message"]
    assert Caller(app, rest=True).send().status_code == 422


def test_the_audit_finds_both_owners_by_either_user_id(refused, app, received):
    accept(app, "new")
    newcomer = log_in(app, received)
    for user_id in (refused["userId"], newcomer["userId"]):
        assert len(events_of(app, userId=user_id, event="login_succeeded")) == 2


@pytest.mark.parametrize(
    ("action", "role", "suffix"), [("same-owner", "staff", ""), ("new-owner", "indemnitor", "-2")]
)
def test_an_administrator_accepts_an_owner_at_the_console(
    refused, app, received, action, role, suffix
):
    give_role(app, PHONE, "staff")
    admin = ConsoleVisitor(app, received, ADMIN, "admin")
    look_up(admin, PHONE)
    assert "Owner perhaps a new one: nobody gets in until you accept them" in admin.words
    said = do(admin, PHONE, action)
    assert "is taken for the owner from then on." in said
    assert "perhaps a new one" not in admin.words
    login = log_in(app, received)
    assert (login["role"], login["userId"]) == (role, refused["userId"] + suffix)
    (event,) = events_of(app, event="identity_accepted")
    assert event["client"] == f"admin:{admin.user_id}"


@pytest.mark.parametrize("check", ["true", "false"])
def test_what_a_person_tells_meta_ends_their_sessions_and_code(build, received, check):
    app = build(WHATSAPP_IDENTITY_CHECK=check)
    login = log_in(app, received)
    screen = Screen(app).send()
    person_changed(Meta(app))
    assert introspect(app, login["sessionToken"]) == INACTIVE
    assert screen.caller.validate(received()).get_json()["code"] == "expired_code"
    (event,) = events_of(app, event="trust_ended")
    assert (event["reason"], event["client"]) == ("user_changed_number", "meta")


def test_a_number_that_meta_writes_otherwise_is_meant_all_the_same(app, meta, received):
    login = log_in(app, received, MEXICO)
    person_changed(meta, MEXICO.replace("+52", "521"))
    assert introspect(app, login["sessionToken"]) == INACTIVE


@pytest.mark.parametrize(
    ("sender", "kind", "counted"),
    [
        (None, "user_changed_number", "message"),
        ("12", "user_changed_number", "person_unknown"),
        (PHONE[1:], "group_created", "message"),
    ],
)
def test_what_is_of_no_use_is_taken_and_counted(app, meta, received, store, sender, kind, counted):
    login = log_in(app, received)
    person_changed(meta, sender, type=kind)
    assert introspect(app, login["sessionToken"])["active"] is True
    assert store.hget("{otp:operator}:webhooks", f"ignored:{counted}") == "1"
    assert json.dumps(PHONE[1:]) not in json.dumps(store.hgetall("{otp:operator}:webhooks"))
