import hashlib
import hmac
from concurrent.futures import ThreadPoolExecutor

import pytest

from otp_service.whatsapp import SentMessage, UnknownOutcomeError
from tests.unit.whatsapp.conftest import ACCESS_TOKEN
from tests.unit.whatsapp.graph_server import ACCEPTED, answer


def test_the_payload_is_meta_s_to_the_letter(api, graph):
    api.send_authentication_otp("+12395550100", "012345", callback_data="challenge-1")
    [request] = graph.requests
    assert request.path == "/v23.0/106540352242922/messages"
    assert request.body == {
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        "to": "+12395550100",
        "type": "template",
        "biz_opaque_callback_data": "challenge-1",
        "template": {
            "name": "shamrock_auth",
            "language": {"code": "en_US"},
            "components": [
                {"type": "body", "parameters": [{"type": "text", "text": "012345"}]},
                {
                    "type": "button",
                    "sub_type": "url",
                    "index": "0",
                    "parameters": [{"type": "text", "text": "012345"}],
                },
            ],
        },
    }


def test_template_language_and_version_are_settings(make_api, graph):
    api = make_api(api_version="v24.0")
    api.send_authentication_otp("+12395550100", "123456", template="login", language="es")
    [request] = graph.requests
    assert request.path.startswith("/v24.0/")
    assert request.body["template"]["name"] == "login"
    assert request.body["template"]["language"] == {"code": "es"}
    assert "biz_opaque_callback_data" not in request.body


def test_the_token_is_in_the_authorization_header_only(make_api, graph):
    make_api(user_agent="otp-service/9.9").send_authentication_otp("+12395550100", "123456")
    [request] = graph.requests
    assert request.headers["Authorization"] == f"Bearer {ACCESS_TOKEN}"
    assert request.headers["Content-Type"] == "application/json"
    assert request.headers["User-Agent"] == "otp-service/9.9"
    assert ACCESS_TOKEN not in request.path + str(request.body)
    assert "appsecret_proof" not in request.body


def test_the_app_secret_proof_is_in_the_body(make_api, graph):
    make_api(app_secret="app secret").send_authentication_otp("+12395550100", "123456")
    [request] = graph.requests
    expected = hmac.new(b"app secret", ACCESS_TOKEN.encode(), hashlib.sha256).hexdigest()
    assert request.body["appsecret_proof"] == expected
    assert "?" not in request.path
    assert "app secret" not in str(request)


def test_an_accepted_message(api):
    sent = api.send_authentication_otp("+12395550100", "123456")
    assert sent == SentMessage("wamid.HBgLMTIzOTU1NTAxMDAVAgAR", "12395550100", "accepted")
    assert "12395550100" not in repr(sent)
    assert "MTIzOTU1NTAxMDA" not in repr(sent)  # the same number in the wamid's base64


def test_optional_members_of_the_answer_may_be_absent(api, graph):
    graph.script = [answer(200, {"messages": [{"id": "wamid.X"}]})]
    assert api.send_authentication_otp("+12395550100", "123456") == SentMessage(
        "wamid.X", None, None
    )


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>ok</html>",
        b"[" * 100_000,
        b"\xff",
        [],
        "text",
        {},
        {"messages": []},
        {"messages": {}},
        {"messages": ["wamid.X"]},
        {"messages": [{}]},
        {"messages": [{"id": ""}]},
        {"messages": [{"id": 7}]},
        {"error": {"message": "no code"}},
        {"error": {"message": "no integer", "code": True}},
        {"error": "text"},
    ],
    ids=repr,
)
def test_a_200_without_a_message_id_is_an_unknown_outcome(api, graph, body):
    graph.script = [answer(200, body)]
    with pytest.raises(UnknownOutcomeError, match=r"HTTP 200|no message id"):
        api.send_authentication_otp("+12395550100", "123456")
    assert len(graph.requests) == 1


@pytest.mark.parametrize("passcode", ["", "  ", "1" * 16, "12\n34", "12\t34", "12\r34", "1     2"])
def test_a_passcode_meta_would_refuse_is_not_sent(api, graph, passcode):
    with pytest.raises(ValueError, match="otp_code") as caught:
        api.send_authentication_otp("+12395550100", passcode)
    assert not passcode.strip() or passcode not in str(caught.value)
    assert graph.requests == []


def test_a_passcode_of_15_characters_is_sent(api, graph):
    api.send_authentication_otp("+12395550100", "J$FpnYnP1234567")
    assert "J$FpnYnP1234567" in str(graph.requests[0].body)


def test_one_client_serves_many_threads_over_pooled_connections(make_api, graph):
    graph.script = [answer(200, ACCEPTED, {"Set-Cookie": "shared=state"})]
    api = make_api(pool_size=8)
    with ThreadPoolExecutor(8) as threads:
        numbers = [f"+1239555{n:04}" for n in range(80)]
        list(threads.map(lambda number: api.send_authentication_otp(number, "123456"), numbers))
    assert sorted(request.body["to"] for request in graph.requests) == numbers
    assert graph.connections <= 8
    assert not any("Cookie" in request.headers for request in graph.requests)
