"""The nodes of the number and the account: fields, lists, ids and who may ask."""

from dataclasses import replace
from typing import Any

import pytest

from tests.integration.simulator.account_calls import (
    ACCOUNT,
    APP,
    NUMBER,
    AccountCalls,
    error_of,
    message_of,
)


@pytest.fixture
def graph(simulator: Any) -> AccountCalls:
    return AccountCalls(simulator)


def test_a_node_answers_the_fields_that_were_asked_for_in_their_order(graph: AccountCalls):
    answer = graph.get(NUMBER, fields="status,id,throughput").json()
    assert list(answer.items()) == [
        ("status", "CONNECTED"),
        ("id", NUMBER[1:]),
        ("throughput", {"level": "STANDARD"}),
    ]


@pytest.mark.parametrize(
    ("path", "node_type"),
    [
        (NUMBER, "WhatsAppBusinessPhoneNumber"),
        (f"{ACCOUNT}/phone_numbers", "WhatsAppBusinessPhoneNumber"),
        (ACCOUNT, "WhatsAppBusinessAccount"),
        ("/506914307656634/whatsapp_business_accounts", "WhatsAppBusinessAccount"),
        ("/506914307656634/owned_whatsapp_business_accounts", "WhatsAppBusinessAccount"),
        ("/122103847690001/assigned_whatsapp_business_accounts", "WhatsAppBusinessAccount"),
    ],
)
def test_one_unknown_field_refuses_the_whole_call(graph: AccountCalls, path: str, node_type: str):
    answer = graph.get(path, fields="id,colour")
    assert error_of(answer) == (400, 100, None)
    assert message_of(answer) == (
        f"(#100) Tried accessing nonexisting field (colour) on node type ({node_type})"
    )


def test_a_field_can_be_ordered_to_be_unknown_as_in_an_older_version(
    simulator: Any, graph: AccountCalls
):
    field = "whatsapp_business_manager_messaging_limit"
    assert graph.get(NUMBER, fields=field).json() == {field: "TIER_2K"}
    simulator.control(unknown_fields=[field])
    assert error_of(graph.get(NUMBER, fields=field)) == (400, 100, None)
    assert graph.get(NUMBER, fields="id").status_code == 200


@pytest.mark.parametrize("fields", ["id,", "id,{}", "a.b", "ID", "id{name"])
def test_fields_that_are_no_list_of_names_are_refused(graph: AccountCalls, fields: str):
    assert error_of(graph.get(NUMBER, fields=fields))[0] == 400


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/999"),
        ("GET", "/999/phone_numbers"),
        ("POST", "/999/register"),
        ("GET", "/999/subscribed_apps"),
        ("GET", "/999/message_history?message_id=wamid.x"),
        ("GET", "/999/events"),
        ("POST", f"{ACCOUNT}/register"),
        ("GET", f"{NUMBER}/register"),
        ("DELETE", NUMBER),
        ("POST", f"{ACCOUNT}/template_analytics"),
    ],
)
def test_a_wrong_id_and_a_wrong_method_are_the_same_to_meta(
    graph: AccountCalls, method: str, path: str
):
    answer = graph.send(method, path)
    assert error_of(answer) == (400, 100, 33)
    assert message_of(answer).startswith(f"Unsupported {method.lower()} request. Object with ID '")


def test_an_edge_nobody_knows_is_an_unknown_path(graph: AccountCalls):
    assert error_of(graph.get(f"{NUMBER}/colours")) == (400, 2500, None)


def test_a_version_that_is_none_is_an_unknown_path(simulator: Any, graph: AccountCalls):
    headers = {"Authorization": "Bearer EAAG-test-token"}
    answer = simulator.session.get(simulator.url(f"/23{NUMBER}"), headers=headers, timeout=10)
    assert error_of(answer) == (400, 2500, None)


@pytest.mark.parametrize("path", [NUMBER, ACCOUNT, "/debug_token", f"{APP}/subscriptions"])
def test_every_call_needs_the_right_token(simulator: Any, path: str):
    assert error_of(AccountCalls(simulator, token="wrong").get(path)) == (401, 190, None)
    assert error_of(AccountCalls(simulator, token="").get(path)) == (401, 104, None)


def test_every_call_needs_the_proof_if_the_app_requires_it(start: Any, settings: Any):
    graph = AccountCalls(start(replace(settings, require_app_secret_proof=True)))
    assert error_of(graph.get(NUMBER)) == (400, 100, None)
    assert "appsecret_proof" in message_of(graph.get(NUMBER))
    assert "Invalid" in message_of(graph.post(NUMBER, {"pin": "123456", "appsecret_proof": "0"}))


def test_a_misspelled_parameter_is_found(graph: AccountCalls):
    assert 'Unexpected key "field"' in message_of(graph.get(NUMBER, field="id"))
    assert 'Unexpected key "pni"' in message_of(graph.post(NUMBER, {"pni": "123456"}))


def test_a_body_that_cannot_be_read_is_refused(graph: AccountCalls):
    headers_and_body = {"data": b"{", "params": {}}
    assert error_of(graph.send("POST", NUMBER, **headers_and_body)) == (400, 100, None)


def test_numbers_are_listed_by_account_mode(graph: AccountCalls):
    def listed(mode: str) -> list[Any]:
        rule = f'[{{"field":"account_mode","operator":"EQUAL","value":"{mode}"}}]'
        answer = graph.get(f"{ACCOUNT}/phone_numbers", fields="id", filtering=rule)
        return list(answer.json()["data"])

    assert listed("LIVE") == [{"id": NUMBER[1:]}]
    assert listed("SANDBOX") == []


@pytest.mark.parametrize("filtering", ["LIVE", "[]", '[{"field":"status"}]', '["account_mode"]'])
def test_a_filter_that_is_none_is_refused(graph: AccountCalls, filtering: str):
    answer = graph.get(f"{ACCOUNT}/phone_numbers", filtering=filtering)
    assert error_of(answer) == (400, 100, None)


def test_a_filter_of_another_field_is_refused(graph: AccountCalls):
    rule = '[{"field":"status","operator":"EQUAL","value":"CONNECTED"}]'
    assert error_of(graph.get(f"{ACCOUNT}/phone_numbers", filtering=rule)) == (400, 100, None)


def test_health_is_the_worst_of_the_entities(simulator: Any, graph: AccountCalls):
    simulator.control(health={"BUSINESS": "LIMITED"})
    health = graph.get(ACCOUNT, fields="health_status").json()["health_status"]
    assert health["can_send_message"] == "LIMITED"
    assert [entity["entity_type"] for entity in health["entities"]] == ["WABA", "BUSINESS", "APP"]
    assert health["entities"][1]["additional_info"]

    simulator.control(number={"status": "DISCONNECTED"})
    health = graph.get(NUMBER, fields="health_status").json()["health_status"]
    assert health["can_send_message"] == "BLOCKED"
    assert health["entities"][0]["errors"][0]["error_code"] == 141000


def test_insights_are_switched_on_for_good(graph: AccountCalls):
    assert graph.post(ACCOUNT, {"is_enabled_for_insights": True}).json() == {"success": True}
    assert error_of(graph.post(ACCOUNT, {"is_enabled_for_insights": False})) == (400, 200006, None)
    assert graph.get(ACCOUNT, fields="is_enabled_for_insights").json() == {
        "is_enabled_for_insights": True
    }
