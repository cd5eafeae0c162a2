from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import pytest

from otp_service.whatsapp import SingleRetry, WhatsAppCloudAPI
from otp_service.whatsapp.graph_client import GraphClient
from tests.unit.whatsapp.graph_server import GraphServer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ACCESS_TOKEN = "EAAtest6sk3yLqP91token"


@pytest.fixture
def graph() -> Iterator[GraphServer]:
    server = GraphServer()
    yield server
    server.close()


@pytest.fixture
def make_api(graph: GraphServer) -> Iterator[Callable[..., WhatsAppCloudAPI]]:
    """Clients of `graph` that pause for no time; closed before it."""
    with ExitStack() as clients:

        def make(**options: Any) -> WhatsAppCloudAPI:
            defaults: dict[str, Any] = {
                "access_token": ACCESS_TOKEN,
                "phone_number_id": "106540352242922",
                "base_url": graph.url,
                "retry": SingleRetry(sleep=lambda _: None),
            }
            client = WhatsAppCloudAPI(**{**defaults, **options})
            clients.callback(client.close)
            return client

        yield make


@pytest.fixture
def api(make_api: Callable[..., WhatsAppCloudAPI]) -> WhatsAppCloudAPI:
    return make_api()


@pytest.fixture
def make_client(graph: GraphServer) -> Iterator[Callable[..., GraphClient]]:
    """Clients of any path of `graph` that pause for no time; closed before it."""
    with ExitStack() as clients:

        def make(**options: Any) -> GraphClient:
            defaults: dict[str, Any] = {
                "access_token": ACCESS_TOKEN,
                "base_url": graph.url,
                "retry": SingleRetry(sleep=lambda _: None),
            }
            client = GraphClient(**{**defaults, **options})
            clients.callback(client.close)
            return client

        yield make


@pytest.fixture
def client(make_client: Callable[..., GraphClient]) -> GraphClient:
    return make_client()
