"""Who gets webhooks and where: subscribed apps, overrides with their handshake, the app's own."""

from collections.abc import Iterator
from typing import Any

import pytest

from otp_service.simulator import SimulatorSettings
from tests.integration.simulator.account_calls import (
    ACCOUNT,
    APP,
    NUMBER,
    AccountCalls,
    error_of,
)
from tests.integration.simulator.callback_server import VERIFY_TOKEN, callback_server

SUCCESS = {"success": True}
APPS = f"{ACCOUNT}/subscribed_apps"


@pytest.fixture
def graph(simulator: Any) -> AccountCalls:
    return AccountCalls(simulator)


@pytest.fixture
def callback() -> Iterator[str]:
    with callback_server() as url:
        yield url


@pytest.fixture
def app(simulator: Any, settings: SimulatorSettings) -> AccountCalls:
    """The app itself, with the token it gets for its secret."""
    exchange = {
        "grant_type": "client_credentials",
        "client_id": settings.app_id,
        "client_secret": settings.app_secret,
    }
    answer = AccountCalls(simulator).get("/oauth/access_token", **exchange).json()
    assert answer["token_type"] == "bearer"
    return AccountCalls(simulator, token=answer["access_token"])


def _override(uri: str, token: str = VERIFY_TOKEN) -> dict[str, str]:
    return {"override_callback_uri": uri, "verify_token": token}


def test_an_app_is_subscribed_and_taken_out_again(graph: AccountCalls):
    assert graph.get(APPS).json()["data"] == []
    assert graph.post(APPS).json() == SUCCESS
    (app,) = graph.get(APPS).json()["data"]
    assert app["whatsapp_business_api_data"]["id"] == APP[1:]
    assert "override_callback_uri" not in app
    assert graph.delete(APPS).json() == SUCCESS
    assert graph.get(APPS).json()["data"] == []


def test_the_narrowest_callback_is_shown_beside_the_others(
    graph: AccountCalls, app: AccountCalls, callback: str
):
    subscription = {
        "object": "whatsapp_business_account",
        "callback_url": callback,
        "verify_token": VERIFY_TOKEN,
        "fields": "messages,account_update",
    }
    assert app.send("POST", f"{APP}/subscriptions", data=subscription).json() == SUCCESS
    assert graph.post(APPS, _override(f"{callback}/account")).json() == SUCCESS
    number = {"webhook_configuration": _override(f"{callback}/number")}
    assert graph.post(NUMBER, number).json() == SUCCESS
    shown = graph.get(NUMBER, fields="webhook_configuration").json()["webhook_configuration"]
    assert shown == {
        "phone_number": f"{callback}/number",
        "whatsapp_business_account": f"{callback}/account",
        "application": callback,
    }
    (listed,) = app.get(f"{APP}/subscriptions").json()["data"]
    assert [field["name"] for field in listed["fields"]] == ["messages", "account_update"]


def test_a_callback_on_this_machine_may_have_its_name(graph: AccountCalls, callback: str):
    named = callback.replace("127.0.0.1", "localhost")
    assert graph.post(APPS, _override(named)).json() == SUCCESS


def test_an_empty_override_takes_it_away(graph: AccountCalls, callback: str):
    assert graph.post(NUMBER, {"webhook_configuration": _override(callback)}).json() == SUCCESS
    cleared = {"webhook_configuration": {"override_callback_uri": ""}}
    assert graph.post(NUMBER, cleared).json() == SUCCESS
    assert graph.get(NUMBER, fields="webhook_configuration").json() == {
        "webhook_configuration": {}
    }
    assert graph.post(APPS, _override(callback)).json() == SUCCESS
    assert graph.post(APPS).json() == SUCCESS
    assert "override_callback_uri" not in graph.get(APPS).json()["data"][0]


def test_a_callback_that_does_not_answer_the_challenge_is_not_taken(
    graph: AccountCalls, callback: str
):
    nobody = ("http://127.0.0.1:9/", "https://127.0.0.1:9/")
    for wrong in (_override(callback, "another token"), *map(_override, nobody)):
        assert error_of(graph.post(APPS, wrong)) == (400, 2200, None)
        assert error_of(graph.post(NUMBER, {"webhook_configuration": wrong})) == (400, 2200, None)
    assert graph.get(APPS).json()["data"] == []


@pytest.mark.parametrize(
    "override",
    [
        {"override_callback_uri": "https://example.com/"},
        {"verify_token": "x"},
        _override("https://example.com/" + "a" * 200),
        _override("http://example.com/"),
        _override("http://10.0.0.1/"),
        _override("ftp://127.0.0.1/"),
        _override("https://"),
        _override("https://example.com/") | {"colour": "green"},
    ],
)
def test_a_malformed_override_is_refused(graph: AccountCalls, override: dict[str, str]):
    assert error_of(graph.post(APPS, override)) == (400, 100, None)
    assert error_of(graph.post(NUMBER, {"webhook_configuration": override})) == (400, 100, None)


def test_the_apps_subscriptions_are_closed_to_the_system_user(graph: AccountCalls):
    assert error_of(graph.get(f"{APP}/subscriptions")) == (401, 190, None)


def test_the_app_listens_to_nothing_at_first(app: AccountCalls):
    assert app.get(f"{APP}/subscriptions").json() == {"data": []}


@pytest.mark.parametrize(
    "change",
    [{"object": "page"}, {"fields": "messages,colours"}, {"callback_url": ""}, {"object": None}],
)
def test_a_malformed_subscription_is_refused(app: AccountCalls, callback: str, change: Any):
    subscription = {
        "object": "whatsapp_business_account",
        "callback_url": callback,
        "verify_token": VERIFY_TOKEN,
        "fields": "messages",
    }
    answer = app.send("POST", f"{APP}/subscriptions", data=subscription | change)
    assert error_of(answer) == (400, 100, None)


@pytest.mark.parametrize("wrong", [{"client_secret": "x"}, {"client_id": "1"}])
def test_a_wrong_secret_gets_no_app_token(
    graph: AccountCalls, settings: SimulatorSettings, wrong: dict[str, str]
):
    exchange = {
        "grant_type": "client_credentials",
        "client_id": settings.app_id,
        "client_secret": settings.app_secret,
    }
    assert error_of(graph.get("/oauth/access_token", **exchange | wrong)) == (400, 1, None)


def test_users_are_listed_only_for_a_business(graph: AccountCalls):
    users = f"{ACCOUNT}/assigned_users"
    assert error_of(graph.get(users)) == (400, 100, None)
    assert error_of(graph.get(users, business="1")) == (400, 100, 33)
    answer = graph.get(users, business="506914307656634", fields="id,user_type").json()
    assert answer["data"] == [{"id": "122103847690001", "user_type": "SYSTEM_USER"}]
    assert answer["summary"] == {"total_count": 1}


def test_users_are_assigned_by_form_and_in_pages(graph: AccountCalls):
    users = f"{ACCOUNT}/assigned_users"
    for user in ("7", "8"):
        form = {"user": user, "tasks": '["MANAGE_PHONE"]'}
        assert graph.send("POST", users, data=form).json() == SUCCESS
    seen, query = [], {"business": "506914307656634", "limit": "1"}
    while True:
        page = graph.get(users, **query).json()
        seen += [user["id"] for user in page["data"]]
        if "next" not in page["paging"]:
            break
        query["after"] = page["paging"]["cursors"]["after"]
    assert seen == ["122103847690001", "7", "8"]
    last = page["paging"]["cursors"]["before"]
    back = graph.get(users, business=query["business"], limit="1", before=last).json()
    assert [user["id"] for user in back["data"]] == ["7"]
    assert back["paging"]["previous"]
    all_before = graph.get(users, business=query["business"], limit="50", before=last).json()
    assert [user["id"] for user in all_before["data"]] == ["122103847690001", "7"]
    assert "next" in all_before["paging"]
    assert graph.delete(users, user="7").json() == SUCCESS
    assert error_of(graph.delete(users, user="7")) == (400, 100, 33)


@pytest.mark.parametrize(
    "form", [{"user": "7"}, {"tasks": '["MANAGE"]'}, {"user": "7", "tasks": "X"}]
)
def test_a_malformed_assignment_is_refused(graph: AccountCalls, form: dict[str, str]):
    answer = graph.send("POST", f"{ACCOUNT}/assigned_users", data=form)
    assert error_of(answer) == (400, 100, None)


@pytest.mark.parametrize(
    "page",
    [
        {"limit": "0"},
        {"limit": "101"},
        {"after": "x"},
        {"after": "aXRlbSB4"},
        {"after": "cGFnZSAx"},
    ],
)
def test_a_page_that_cannot_be_is_refused(graph: AccountCalls, page: dict[str, str]):
    assert error_of(graph.get(APPS, **page)) == (400, 100, None)


def test_tasks_that_are_no_list_are_refused(graph: AccountCalls):
    answer = graph.post(f"{ACCOUNT}/assigned_users", {"user": "7", "tasks": {"MANAGE": True}})
    assert error_of(answer) == (400, 100, None)
