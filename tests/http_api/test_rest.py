"""`/v1/otp/*`: the same bodies with real statuses; and the service on a real socket."""

import json
import socket
import threading
from urllib.parse import urlsplit

import pytest
import requests
from werkzeug.serving import make_server

from tests.conftest import CONSOLE_KEY, GAS_KEY
from tests.http_api.conftest import PHONE, wrong


@pytest.fixture
def post(app):
    def post(verb, key=GAS_KEY, **members):
        headers = {"Authorization": f"Bearer {key}"}
        return app.test_client().post(f"/v1/otp/{verb}", json=members, headers=headers)

    return post


@pytest.mark.parametrize("verb", ["send", "resend"])
def test_a_send_and_a_login_answer_exactly_the_documented_members(post, received, verb):
    sent = post(verb, phoneNumber="2395550100", locale="en-US", endUserIp="203.0.113.7")
    assert sent.status_code == 200
    request_id = sent.get_json()["requestId"]
    assert sent.get_json() == {
        "success": True,
        "message": "OTP sent",
        "expiresIn": pytest.approx(595, abs=5),
        "requestId": request_id,
    }
    login = post("validate", phoneNumber=PHONE, otpCode=received(), requestId=request_id)
    assert login.status_code == 200
    body = login.get_json()
    assert set(body) == {"valid", "sessionToken", "role", "userId", "expiresIn"}
    assert (body["valid"], body["role"], body["expiresIn"]) == (True, "indemnitor", 604800)


def test_a_wrong_code_is_a_200_that_is_not_valid(post, received):
    post("send", phoneNumber=PHONE)
    answer = post("validate", phoneNumber=PHONE, otpCode=wrong(received()))
    assert (answer.status_code, answer.get_json()["code"]) == (200, "invalid_code")


def test_a_code_sent_by_one_client_validates_for_another(post, received):
    post("send", phoneNumber=PHONE)
    answer = post("validate", CONSOLE_KEY, phoneNumber=PHONE, otpCode=received())
    assert answer.get_json()["valid"] is True


def test_an_action_member_means_nothing_here(post, simulator):
    before = simulator.requests_received
    answer = post("validate", action="whatsapp_send_otp", phoneNumber=PHONE, otpCode="123456")
    assert answer.get_json()["code"] == "expired_code"
    assert simulator.requests_received == before


def test_the_key_may_come_in_the_body_here_too(app):
    body = {"apiKey": GAS_KEY, "phoneNumber": PHONE}
    assert app.test_client().post("/v1/otp/send", json=body).status_code == 200


def test_a_number_is_one_person_at_every_endpoint(app, post, received):
    post("send", phoneNumber=PHONE)
    action = {"action": "whatsapp_validate_otp", "apiKey": GAS_KEY, "phoneNumber": "2395550100"}
    answer = app.test_client().post("/", json={**action, "otpCode": received()})
    assert answer.get_json()["valid"] is True


@pytest.fixture
def origin(app):
    """The service on a socket of its own."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_large_body_over_a_socket_is_answered_at_once(origin):
    answer = requests.post(origin, data=b" " * 3_000_000, timeout=1)
    assert answer.status_code == 413


@pytest.mark.parametrize(("padding", "status"), [(100, 200), (16_000, 200)])
def test_a_chunked_body_is_read_like_any_other(origin, padding, status):
    text = json.dumps({"action": "health", "apiKey": GAS_KEY}).ljust(padding)
    answer = requests.post(origin, data=(char.encode() for char in text[:400]), timeout=5)
    assert answer.status_code == status
    assert answer.json()["success"] is True


@pytest.mark.parametrize("start", [{"action": "health", "apiKey": GAS_KEY}, "x"])
def test_a_large_chunked_body_is_a_413_too(origin, start):
    chunks = [json.dumps(start).encode(), *[b" " * 1000] * 3000]
    answer = requests.post(origin, data=iter(chunks), timeout=5)
    assert answer.status_code == 413


def test_a_body_that_never_comes_holds_up_nobody_else(origin):
    parts = urlsplit(origin)
    with socket.create_connection((parts.hostname or "", parts.port or 0)) as stuck:
        stuck.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 500\r\n\r\n{")
        answer = requests.get(f"{origin}/healthz", timeout=5)
    assert answer.status_code == 200
