"""What the account keeps: figures, message history, media, and what it says of the token."""

from typing import Any

import pytest

from otp_service.simulator.magic_numbers import FAILS_AFTER_ACCEPTANCE
from tests.integration.simulator.account_calls import (
    ACCOUNT,
    NUMBER,
    AccountCalls,
    error_of,
    message_of,
)

MEDIA = "/1037543291543636"


@pytest.fixture
def graph(simulator: Any) -> AccountCalls:
    return AccountCalls(simulator)


@pytest.fixture
def wamid(simulator: Any) -> str:
    """A message that was read a minute ago."""
    sent = simulator.send().json()["messages"][0]["id"]
    simulator.clock.now += 60
    return str(sent)


def _window(simulator: Any) -> tuple[int, int]:
    now = int(simulator.clock.now)
    return now - 86_400, now + 1


def _field(name: str, simulator: Any, granularity: str, more: str = "") -> str:
    start, end = _window(simulator)
    return f"{name}.start({start}).end({end}).granularity({granularity}){more}"


def test_figures_are_fields_of_the_account(simulator: Any, graph: AccountCalls, wamid: str):
    more = '.dimensions(["COUNTRY"]).phone_numbers([])'
    fields = ",".join(
        (
            _field("conversation_analytics", simulator, "DAILY", more),
            _field("pricing_analytics", simulator, "HALF_HOUR", ".dimensions([COUNTRY, PHONE])"),
            _field("analytics", simulator, "DAY"),
            "id",
        )
    )
    answer = graph.get(ACCOUNT, fields=fields).json()
    assert answer["id"] == ACCOUNT[1:]
    (conversations,) = answer["conversation_analytics"]["data"]
    (point,) = conversations["data_points"]
    assert (point["conversation"], point["conversation_category"]) == (1, "AUTHENTICATION")
    assert point["end"] - point["start"] == 86_400
    (price,) = answer["pricing_analytics"]["data"][0]["data_points"]
    assert (price["volume"], price["pricing_type"]) == (1, "REGULAR")
    assert price["end"] - price["start"] == 1800
    (messages,) = answer["analytics"]["data_points"]
    assert (messages["sent"], messages["delivered"]) == (1, 1)


@pytest.mark.parametrize(
    "field",
    [
        "conversation_analytics",
        "conversation_analytics.start(1).end(2)",
        "conversation_analytics.start(1).end(2).granularity(DAY)",
        "analytics.start(1).end(2).granularity(DAILY)",
        "pricing_analytics.start(2).end(1).granularity(DAILY)",
        "pricing_analytics.start(x).end(1).granularity(DAILY)",
        "pricing_analytics.start(1).end(2).granularity(DAILY).colours([])",
        "pricing_analytics.start(1).end(2).granularity(DAILY).dimensions(COUNTRY)",
    ],
)
def test_figures_without_their_arguments_are_refused(graph: AccountCalls, field: str):
    assert error_of(graph.get(ACCOUNT, fields=field)) == (400, 100, None)


def test_template_figures_need_insights(simulator: Any, graph: AccountCalls, wamid: str):
    start, end = _window(simulator)
    query = {"start": start, "end": end, "granularity": "DAILY", "template_ids": "[1]"}
    assert error_of(graph.get(f"{ACCOUNT}/template_analytics", **query)) == (400, 200007, None)


@pytest.mark.parametrize(
    "change",
    [
        {"granularity": "HALF_HOUR"},
        {"granularity": None},
        {"template_ids": "[]"},
        {"template_ids": f"[{','.join('1' * 11)}]"},
        {"template_ids": "["},
        {"metric_types": "SENT,COLOUR"},
        {"start": None},
        {"start": 0, "end": 91 * 86_400},
        {"start": "x"},
        {"start": 5, "end": 4},
    ],
)
def test_template_figures_keep_to_their_limits(graph: AccountCalls, change: dict[str, Any]):
    graph.post(ACCOUNT, {"is_enabled_for_insights": True})
    query = {"start": 0, "end": 86_400, "granularity": "DAILY", "template_ids": "[1]"}
    assert graph.get(f"{ACCOUNT}/template_analytics", **query).status_code == 200
    answer = graph.get(f"{ACCOUNT}/template_analytics", **query | change)
    assert error_of(answer) == (400, 100, None)


def test_a_message_is_followed_through_its_history(
    simulator: Any, graph: AccountCalls, wamid: str
):
    (record,) = graph.get(f"{NUMBER}/message_history", message_id=wamid).json()["data"]
    assert record["message_id"] == wamid
    statuses = [event["delivery_status"] for event in record["events"]["data"]]
    assert statuses == ["SENT", "DELIVERED", "READ"]

    events = graph.get(f"/{record['id']}/events").json()["data"]
    assert [event["node"]["delivery_status"] for event in events] == ["ACCEPTED", *statuses]
    read = graph.get(f"/{record['id']}/events", status_filter="READ", fields="delivery_status")
    assert [event["node"] for event in read.json()["data"]] == [{"delivery_status": "READ"}]
    assert error_of(graph.get(f"/{record['id']}/events", status_filter="FAILED"))[1] == 100
    assert error_of(graph.get(f"/{record['id']}/events", fields="colour"))[1] == 100


def test_a_failure_has_a_name_of_its_own_in_each_list(simulator: Any, graph: AccountCalls):
    wamid = simulator.send(next(iter(FAILS_AFTER_ACCEPTANCE.values()))).json()["messages"][0]["id"]
    simulator.clock.now += 60
    (record,) = graph.get(f"{NUMBER}/message_history", message_id=wamid).json()["data"]
    (failed,) = record["events"]["data"]
    assert failed["delivery_status"] == "FAILED"
    assert failed["error_description"]
    *_, error = graph.get(f"/{record['id']}/events").json()["data"]
    assert error["node"]["delivery_status"] == "ERROR"


def test_an_unknown_message_has_no_history(graph: AccountCalls):
    assert graph.get(f"{NUMBER}/message_history", message_id="wamid.x").json() == {"data": []}
    assert error_of(graph.get(f"{NUMBER}/message_history")) == (400, 100, None)


def test_media_is_there_until_it_is_deleted(graph: AccountCalls):
    assert graph.get(MEDIA).json()["mime_type"] == "audio/ogg; codecs=opus"
    assert error_of(graph.get(MEDIA, phone_number_id="1")) == (400, 100, 33)
    assert graph.delete(MEDIA, phone_number_id=NUMBER[1:]).json() == {"success": True}
    assert error_of(graph.get(MEDIA)) == (400, 100, 33)
    assert error_of(graph.delete(MEDIA)) == (400, 100, 33)


def test_the_token_says_what_it_may_do(simulator: Any, graph: AccountCalls, settings: Any):
    token = settings.access_token
    data = graph.get("/debug_token", input_token=token).json()["data"]
    assert data["is_valid"] is True
    assert data["scopes"] == ["whatsapp_business_management", "whatsapp_business_messaging"]
    simulator.control(token={"scopes": ["public_profile"], "expires_at": 1_760_000_100})
    data = graph.get("/debug_token", input_token=token).json()["data"]
    assert (data["scopes"], data["expires_at"]) == (["public_profile"], 1_760_000_100)
    assert token not in str(data)


def test_another_token_is_not_valid(graph: AccountCalls):
    assert graph.get("/debug_token", input_token="x").json()["data"]["is_valid"] is False
    assert "input_token" in message_of(graph.get("/debug_token"))
