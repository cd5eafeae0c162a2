"""What every management call shares: token, proof, errors, and what is tried a second time."""

import hashlib
import hmac

import pytest

from otp_service.whatsapp import (
    OperatorError,
    PlatformError,
    SingleRetry,
    UnknownOutcomeError,
    WhatsAppError,
)
from otp_service.whatsapp.graph_client import GraphClient
from tests.unit.whatsapp.conftest import ACCESS_TOKEN
from tests.unit.whatsapp.graph_server import answer, closed_port, drop, graph_error, hang, truncate

APP_SECRET = "app-secret-9Z"
PROOF = hmac.new(APP_SECRET.encode(), ACCESS_TOKEN.encode(), hashlib.sha256).hexdigest()
READ, CHANGE = ("get",), ("post", "post_form", "delete")
BROKEN = {
    "dropped": drop,
    "truncated": truncate,
    "html": answer(502, b"<html>"),
    "unreadable": answer(200, b"{"),
    "no object": answer(200, b"[]"),
}


def call(client, method, path="106/edge", parameters=None):
    return getattr(client, method)(path, parameters if parameters is not None else {"a": "b"})


@pytest.mark.parametrize("method", [*READ, *CHANGE])
def test_a_call_carries_the_token_the_proof_and_its_parameters(graph, make_client, method):
    graph.script = [answer(200, {"id": "7"})]
    assert call(make_client(app_secret=APP_SECRET), method) == {"id": "7"}
    [request] = graph.requests
    assert request.method == method.partition("_")[0].upper()
    assert request.path == "/v23.0/106/edge"
    assert request.headers["Authorization"] == f"Bearer {ACCESS_TOKEN}"
    sent = request.query or request.body
    assert sent == {"a": "b", "appsecret_proof": PROOF}
    assert bool(request.query) == (method in ("get", "delete"))


def test_a_payload_is_json_and_a_form_is_a_form(graph, client):
    graph.script = [answer(200, {})]
    client.post("106", {"on": True})
    client.post_form("106", {"on": "true"})
    assert [request.body for request in graph.requests] == [{"on": True}, {"on": "true"}]


def test_what_the_caller_gave_is_not_changed(graph, make_client):
    graph.script = [answer(200, {})]
    given = {"a": "b"}
    for method in (*READ, *CHANGE):
        call(make_client(app_secret=APP_SECRET), method, parameters=given)
    assert given == {"a": "b"}


@pytest.mark.parametrize("path", ["", "/106", "106/", "106?a=b", "../106", "106#x", "a b", "a//b"])
def test_a_path_that_could_lead_elsewhere_is_refused(graph, client, path):
    for method in (*READ, *CHANGE):
        with pytest.raises(ValueError, match="path must be"):
            call(client, method, path)
    assert graph.requests == []


@pytest.mark.parametrize("reaction", BROKEN.values(), ids=BROKEN)
def test_a_read_is_repeated_whatever_broke_it(graph, client, reaction):
    graph.script = [reaction, answer(200, {"id": "7"})]
    assert client.get("106", {}) == {"id": "7"}
    assert len(graph.requests) == 2


@pytest.mark.parametrize("reaction", BROKEN.values(), ids=BROKEN)
def test_a_read_that_stays_broken_is_the_platform_s(graph, client, reaction):
    graph.script = [reaction]
    with pytest.raises(PlatformError) as caught:
        client.get("106", {})
    assert len(graph.requests) == 2
    assert caught.value.graph is None


def test_a_read_that_waits_too_long_is_repeated_within_its_budget(graph, make_client):
    graph.script = [hang]
    quick = SingleRetry(sleep=lambda _: None, deadline_s=0.5, min_attempt_s=0.1)
    with pytest.raises(PlatformError, match="ReadTimeout"):
        make_client(read_timeout_s=0.2, retry=quick).get("106", {})
    assert len(graph.requests) == 2


@pytest.mark.parametrize("method", CHANGE)
@pytest.mark.parametrize("reaction", BROKEN.values(), ids=BROKEN)
def test_a_change_that_may_have_been_made_is_not_repeated(graph, client, method, reaction):
    graph.script = [reaction]
    with pytest.raises(UnknownOutcomeError):
        call(client, method)
    assert len(graph.requests) == 1


@pytest.mark.parametrize("method", [*READ, *CHANGE])
def test_a_transient_error_is_repeated_once(graph, client, method):
    graph.script = [graph_error(2, 500), answer(200, {"id": "7"})]
    assert call(client, method) == {"id": "7"}
    assert len(graph.requests) == 2


@pytest.mark.parametrize("method", [*READ, *CHANGE])
def test_an_error_that_lasts_is_not_repeated(graph, client, method):
    graph.script = [graph_error(100, error_subcode=33)]
    with pytest.raises(OperatorError) as caught:
        call(client, method)
    assert len(graph.requests) == 1
    assert caught.value.stop


@pytest.mark.parametrize(
    ("live", "published"),
    [
        (graph_error(100, 400, error_subcode=33), graph_error(803, 404)),
        (graph_error(80008, 400), graph_error(80008, 429)),
        (graph_error(4, 400), graph_error(4, 429, error_subcode=2446079, is_transient=True)),
        (graph_error(190, 401), graph_error(190, 401, error_subcode=463)),
        (graph_error(100, 400), graph_error(100, 422)),
    ],
    ids=["unknown id", "account limit", "app limit", "token", "unknown field"],
)
def test_both_forms_of_an_error_are_one_and_the_same(graph, client, live, published):
    seen = []
    for reaction in (live, published):
        graph.script = [reaction]
        with pytest.raises(WhatsAppError) as caught:
            client.get("106", {})
        error = caught.value
        seen.append((type(error), error.alert, error.stop, getattr(error, "retry_after_s", None)))
    assert seen[0] == seen[1]


def test_a_connection_never_established_is_the_platform_s(make_client):
    client = make_client(base_url=f"http://127.0.0.1:{closed_port()}")
    for method in (*READ, *CHANGE):
        with pytest.raises(PlatformError, match="NewConnectionError"):
            call(client, method)


def test_what_meta_would_show_a_person_is_kept_without_numbers(graph, client):
    graph.script = [
        graph_error(
            200, 403, error_user_title="Permission Denied", error_user_msg="12395550100 may not."
        )
    ]
    with pytest.raises(OperatorError) as caught:
        client.get("106", {})
    assert caught.value.graph is not None
    assert caught.value.graph.safe_user_message == "Permission Denied: [redacted] may not."


def test_a_client_is_built_from_the_environment(graph):
    variables = {
        "WHATSAPP_ACCESS_TOKEN": ACCESS_TOKEN,
        "WHATSAPP_PHONE_NUMBER_ID": "106",
        "WHATSAPP_APP_SECRET": APP_SECRET,
        "WHATSAPP_API_VERSION": "v24.0",
        "WHATSAPP_API_BASE_URL": graph.url,
    }
    graph.script = [answer(200, {})]
    with GraphClient.from_environment(variables) as client:
        client.get("106", {})
    [request] = graph.requests
    assert (request.path, request.query) == ("/v24.0/106", {"appsecret_proof": PROOF})


@pytest.mark.parametrize(
    "options",
    [
        {"access_token": ""},
        {"access_token": "a b"},
        {"user_agent": "x\n"},
        {"api_version": "23"},
        {"base_url": "http://graph.facebook.com"},
    ],
    ids=["no token", "token of two words", "user agent", "version", "not https"],
)
def test_a_client_that_could_not_work_is_not_built(make_client, options):
    with pytest.raises(ValueError, match="must"):
        make_client(**options)
