"""Lists in pages: followed by cursor, when asked for, and never without end."""

import pytest

from otp_service.whatsapp import InvalidArgumentError, PlatformError
from tests.unit.whatsapp.graph_server import answer


def page(items, after=None, **paging):
    cursors = {"before": "x", "after": after}
    return answer(200, {"data": items, "paging": {"cursors": cursors, **paging}})


NEXT = {"next": "https://graph.facebook.com/v23.0/106/edge?access_token=EAAother&after=other"}


def test_pages_are_followed_by_cursor_and_never_by_url(graph, client):
    graph.script = [page([{"n": 1}, {"n": 2}], "c1", **NEXT), page([{"n": 3}], "c2")]
    items = client.pages("106/edge", {"fields": "n"}, page_size=2)
    assert [item["n"] for item in items] == [1, 2, 3]
    assert [request.query for request in graph.requests] == [
        {"fields": "n", "limit": "2"},
        {"fields": "n", "limit": "2", "after": "c1"},
    ]


def test_a_page_is_asked_for_when_it_is_needed(graph, client):
    graph.script = [page([{"n": 1}], "c1", **NEXT), page([{"n": 2}], "c2")]
    items = client.pages("106/edge", {})
    assert graph.requests == []
    assert next(items) == {"n": 1}
    assert len(graph.requests) == 1


@pytest.mark.parametrize(
    "body",
    [{"data": []}, {"data": [], "paging": {}}, {"data": ["odd"]}],
    ids=["nothing", "empty paging", "odd"],
)
def test_a_list_may_be_empty_and_without_paging(graph, client, body):
    graph.script = [answer(200, body)]
    assert list(client.pages("106/edge", {})) == []


@pytest.mark.parametrize(
    "reaction",
    [answer(200, {}), page([{"n": 1}], **NEXT), page([{"n": 1}], "same", **NEXT)],
    ids=["no list", "no cursor", "the same cursor"],
)
def test_pages_that_lead_nowhere_end_in_an_error(graph, client, reaction):
    graph.script = [reaction]
    with pytest.raises(PlatformError):
        list(client.pages("106/edge", {}))
    assert len(graph.requests) <= 2


@pytest.mark.parametrize("page_size", [0, 101, -1])
def test_a_page_size_outside_meta_s_limits_is_refused_at_once(graph, client, page_size):
    with pytest.raises(InvalidArgumentError, match="1 to 100"):
        client.pages("106/edge", {}, page_size=page_size)
    assert graph.requests == []
