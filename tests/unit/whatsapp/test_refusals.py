"""Which exception a caller gets for what the server answers, over HTTP."""

from typing import Any

import pytest

from otp_service.whatsapp import (
    OperatorError,
    PlatformError,
    RecipientError,
    UnknownOutcomeError,
    WhatsAppCloudAPI,
    WhatsAppError,
)
from tests.unit.whatsapp.graph_server import ACCEPTED, answer, graph_error


def failure(api: WhatsAppCloudAPI) -> Any:
    with pytest.raises(WhatsAppError) as caught:
        api.send_authentication_otp("+12395550100", "123456")
    return caught.value


def test_meta_s_error_object_is_carried_whole(api, graph):
    graph.script = [
        graph_error(
            131026,
            message="(#131026) Message undeliverable",
            error_subcode=2494010,
            is_transient=False,
            error_data={"messaging_product": "whatsapp", "details": "Not on WhatsApp."},
        )
    ]
    error = failure(api)
    assert error.graph.code == 131026
    assert error.graph.subcode == 2494010
    assert error.graph.type == "OAuthException"
    assert error.graph.message == "(#131026) Message undeliverable"
    assert error.graph.details == error.graph.safe_details == "Not on WhatsApp."
    assert error.graph.fbtrace_id == "AbC-123_x"
    assert error.graph.http_status == 400
    assert error.graph.is_transient is False
    assert str(error) == (
        "Meta error 131026/2494010 (Message undeliverable), HTTP 400, fbtrace_id AbC-123_x: "
        "Not on WhatsApp."
    )
    assert type(error) is RecipientError


def test_an_error_object_of_another_shape_is_read_as_far_as_it_goes(api, graph):
    graph.script = [
        graph_error(
            190,
            401,
            message=7,
            type=None,
            error_data=[],
            error_subcode="33",
            fbtrace_id="a b\nc",
        )
    ]
    error = failure(api)
    assert (error.graph.message, error.graph.type, error.graph.details) == ("", None, None)
    assert (error.graph.subcode, error.graph.fbtrace_id) == (None, None)
    assert type(error) is OperatorError


def test_a_transient_error_is_retried_once(api, graph):
    graph.script = [graph_error(131016, 500), answer(200, ACCEPTED)]
    assert api.send_authentication_otp("+12395550100", "123456").message_status == "accepted"
    first, second = graph.requests
    assert first.body == second.body


def test_a_transient_error_that_stays_is_meta_s(api, graph):
    graph.script = [graph_error(131016, 500)]
    error = failure(api)
    assert error.graph.code == 131016
    assert len(graph.requests) == 2
    assert type(error) is PlatformError


@pytest.mark.parametrize("code", [131056, 190, 131026, 3, 131045, 4])
def test_the_other_errors_are_not_retried(api, graph, code):
    graph.script = [graph_error(code, 500)]
    failure(api)
    assert len(graph.requests) == 1


def test_retry_after_outranks_the_table(api, graph):
    body = {"error": {"message": "x", "code": 131016}}
    graph.script = [answer(503, body, {"Retry-After": "7"})]
    assert failure(api).retry_after_s == 7.0
    assert len(graph.requests) == 1


@pytest.mark.parametrize("value", ["0", "-1", "", "soon", "Wed, 21 Oct 2026 07:28:00 GMT", "1e3"])
def test_a_retry_after_that_is_no_number_of_seconds_is_ignored(api, graph, value):
    graph.script = [answer(429, b"slow down", {"Retry-After": value})]
    assert failure(api).retry_after_s is None


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_a_5xx_that_is_not_meta_s_leaves_the_outcome_unknown(api, graph, status):
    for body in (b"<html>Bad Gateway</html>", {"error": "text"}, ACCEPTED):
        graph.script = [answer(status, body)]
        error = failure(api)
        assert type(error) is UnknownOutcomeError
        assert str(status) in str(error)
    assert len(graph.requests) == 3


@pytest.mark.parametrize("status", [408, 425, 429])
def test_an_edge_that_asks_to_come_back_is_the_platform(api, graph, status):
    graph.script = [answer(status, b"<html></html>", {"Retry-After": "30"})]
    error = failure(api)
    assert type(error) is PlatformError
    assert error.graph is None
    assert error.retry_after_s == 30.0
    assert len(graph.requests) == 1


@pytest.mark.parametrize("status", [302, 400, 403, 404, 413])
def test_an_answer_from_something_else_than_the_graph_api_is_ours(api, graph, status):
    graph.script = [answer(status, b"<html></html>", {"Location": "/"})]
    error = failure(api)
    assert type(error) is OperatorError
    assert error.alert
    assert not error.stop
    assert error.graph is None
