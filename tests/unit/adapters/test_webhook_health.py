"""The webhooks' check where Meta answers otherwise than a simulated account ever does."""

from typing import Any

import pytest

from otp_service.adapters.whatsapp_webhook_health import NEEDED_FIELDS, WebhookHealth
from otp_service.domain.health import Gravity, UnansweredError
from otp_service.whatsapp import SingleRetry
from otp_service.whatsapp.graph_client import GraphClient
from tests.unit.whatsapp.graph_server import GraphServer, Reaction, answer, graph_error

NOW = 1_760_000_000.0
APP = {"whatsapp_business_api_data": {"id": "7", "name": "ours"}}
NUMBER = {"webhook_configuration": {"application": "https://example.com/whatsapp/webhooks"}}
TOKEN = answer(200, {"access_token": "7|app-token"})


@pytest.fixture
def graph():
    server = GraphServer()
    yield server
    server.close()


class Quiet:
    """No webhook came and nothing was sent: journal and counters in one."""

    def webhook_last_seen_at(self) -> None:
        return None

    def identity_last_told(self) -> None:
        return None

    def read(self, range_: object) -> list[dict[str, int]]:
        return []


def of_app(app_id: str | None, *apps: Any) -> list[Reaction]:
    """What Meta answers up to the question about the app's own fields."""
    return [
        answer(200, {"data": {"app_id": app_id, "is_valid": True}}),
        answer(200, {"data": list(apps)}),
        answer(200, NUMBER),
        answer(200, {}),
    ]


def fields(*names: str, **members: Any) -> Reaction:
    named = [{"name": name, "version": "v23.0"} for name in names]
    node = {"object": "whatsapp_business_account", "active": True, "fields": named}
    return answer(200, {"data": [node | members]})


def bad(graph: GraphServer, *script: Reaction) -> dict[str, str]:
    graph.script = [*script]
    used: Any = Quiet()

    def client(token: str) -> GraphClient:
        retry = SingleRetry(max_pause_s=0.0)
        return GraphClient(access_token=token, base_url=graph.url, retry=retry)

    with client("EAAtest") as ours:
        check = WebhookHealth(
            graph=ours,
            graph_with=client,
            token="EAAtest",
            app_secret="s" * 32,
            business_account_id="1",
            phone_number_id="2",
            journal=used,
            counters=used,
            clock=lambda: NOW,
        )
        return {one.check: one.what for one in check() if one.gravity is not Gravity.GOOD}


def test_all_is_well(graph: GraphServer):
    assert bad(graph, *of_app("7", APP), TOKEN, fields(*NEEDED_FIELDS)) == {}
    assert graph.requests[-1].headers["Authorization"] == "Bearer 7|app-token"


def test_another_app_s_subscription_is_not_ours(graph: GraphServer):
    found = bad(graph, *of_app("8", APP), TOKEN, fields(*NEEDED_FIELDS))
    assert found == {
        "webhook_subscribed": "The app does not get the account's webhooks; another app does."
    }


@pytest.mark.parametrize("members", [{"active": False}, {"object": "page"}])
def test_fields_of_nothing_that_is_ours_do_not_count(graph: GraphServer, members):
    found = bad(graph, *of_app("7", APP), TOKEN, fields(*NEEDED_FIELDS, **members))
    assert list(found) == ["webhook_fields"]
    assert "messages, " in found["webhook_fields"]


def test_where_meta_does_not_tell_the_fields_the_rest_is_told(graph: GraphServer):
    found = bad(graph, *of_app("7"), graph_error(101))
    assert list(found) == ["webhook_subscribed", "webhook_fields"]
    assert "does not say" in found["webhook_fields"]


def test_where_meta_does_not_tell_whose_token_it_is_any_app_may_be_ours(graph: GraphServer):
    assert bad(graph, *of_app(None, APP)) == {}
    assert list(bad(graph, *of_app(None))) == ["webhook_subscribed"]


def test_where_meta_does_not_answer_nothing_is_said(graph: GraphServer):
    with pytest.raises(UnansweredError):
        bad(graph, graph_error(80008))
