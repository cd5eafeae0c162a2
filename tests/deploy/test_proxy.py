"""deploy/nginx in front of two real instances: over TLS, and against people who lie to it."""

import json
import re
import socket
import ssl
from contextlib import ExitStack
from pathlib import Path

import pytest
import urllib3

from otp_service.simulator import RunningSimulator
from tests.conftest import CONSOLE_KEY, GAS_KEY
from tests.deploy.conftest import THREADS
from tests.deploy.instances import Instance
from tests.deploy.proxy import HOST, Proxy, verdict, write_configuration
from tests.deployed_redis import DeployedRedis
from tests.meta_signature import signature_of
from tests.programs import program

PHONE = "+12395550144"
_LIES = {
    "X-Forwarded-For": "198.51.100.66, 203.0.113.9",
    "X-Real-IP": "198.51.100.66",
    "Forwarded": "for=198.51.100.66",
}


def test_nginx_accepts_the_configuration_without_a_warning(tmp_path: Path):
    write_configuration(tmp_path, tmp_path)
    said = verdict(program("nginx"), tmp_path)
    assert "test is successful" in said
    assert "[warn]" not in said


def test_a_login_works_through_the_proxy(proxy: Proxy, simulator: RunningSimulator):
    sent = proxy.post("/v1/otp/send", phoneNumber=PHONE)
    code = simulator.inbox(PHONE)[-1].code
    answer = proxy.post(
        "/v1/otp/validate", phoneNumber=PHONE, otpCode=code, requestId=sent["requestId"]
    )
    assert answer["valid"] is True
    token = answer["sessionToken"]
    assert proxy.post("/v1/sessions/introspect", token=token)["active"] is True


def test_the_audit_names_the_address_that_connected_whatever_the_caller_says(
    proxy: Proxy, simulator: RunningSimulator
):
    for source in ("127.0.0.1", "127.0.0.2"):
        proxy.ask("POST", "/v1/otp/send", dict(_LIES), json={"phoneNumber": PHONE}, source=source)
    heard = proxy.ask("GET", "/v1/audit/events", {"X-API-Key": CONSOLE_KEY}).json()
    seen = [event["ip"] for event in heard["events"] if event["event"] == "send_requested"]
    assert sorted(set(seen)) == ["127.0.0.1", "127.0.0.2"]


def test_a_visitor_with_a_new_address_in_each_header_is_limited_as_the_one_they_are(
    proxy: Proxy, simulator: RunningSimulator
):
    def messages(number: int, source: str) -> int:
        phone = f"+1239555{number:04d}"
        lie = dict.fromkeys(_LIES, f"198.51.100.{number}")
        page = proxy.ask("GET", "/login", lie, source=source)
        cookie = page.headers["Set-Cookie"].partition(";")[0]
        hidden = re.search(r'name="csrf" value="([^"]+)"', page.data.decode())
        assert hidden, "the login screen has no form"
        form = {"csrf": hidden[1], "country": "US", "number": phone}
        headers = lie | {"Cookie": cookie}
        proxy.ask("POST", "/login", headers, source=source, fields=form, encode_multipart=False)
        return len(simulator.inbox(phone))

    assert [messages(number, "127.0.0.3") for number in range(160, 164)] == [1, 1, 1, 0]
    assert messages(165, "127.0.0.4") == 1


@pytest.mark.parametrize(
    ("address", "bytes_", "status"),
    [
        ("/", 16 * 1024, 401),
        ("/", 16 * 1024 + 1, 413),
        ("/v1/otp/send", 16 * 1024 + 1, 413),
        ("/whatsapp/webhooks", 1024 * 1024 + 1, 413),
    ],
)
def test_bodies_are_refused_where_the_service_would_refuse_them(
    proxy: Proxy, address: str, bytes_: int, status: int
):
    body = b'{"action": "health", "x": "' + b"x" * (bytes_ - 29) + b'"}'
    answer = proxy.ask("POST", address, {"X-API-Key": ""}, body=body)
    assert answer.status == status
    assert answer.headers["Content-Type"] == "application/json"
    code = {413: "payload_too_large", 401: "unauthorized"}[status]
    assert answer.json()["code"] == code


def test_a_webhook_of_nearly_a_mebibyte_reaches_the_service(proxy: Proxy):
    body = json.dumps({"object": "whatsapp_business_account", "x": "x" * 1_000_000}).encode()
    answer = proxy.ask("POST", "/whatsapp/webhooks", signature_of(body), body=body)
    assert answer.status == 200


def test_metrics_and_readiness_are_not_for_the_internet(proxy: Proxy):
    for address in ("/metrics", "/readyz", "/%6detrics", "//readyz", "/./metrics"):
        answer = proxy.ask("GET", address)
        assert answer.status == 404, address
        assert answer.json()["code"] == "not_found"


def test_other_hosts_get_no_answer(proxy: Proxy):
    stranger = urllib3.HTTPSConnectionPool(
        "127.0.0.1", proxy.port, server_hostname="evil.example", cert_reqs="CERT_NONE"
    )
    with pytest.raises(urllib3.exceptions.SSLError):
        stranger.request("GET", "/healthz", retries=False)
    with pytest.raises(urllib3.exceptions.ProtocolError):
        proxy.ask("GET", "/healthz", {"Host": "evil.example"})


def test_plain_http_sends_browsers_on_and_refuses_keys(proxy: Proxy):
    plain = urllib3.HTTPConnectionPool("127.0.0.1", proxy.plain_port, headers={"Host": HOST})
    sent_on = plain.request("GET", "/login", redirect=False)
    assert (sent_on.status, sent_on.headers["Location"]) == (301, f"https://{HOST}/login")
    assert plain.request("POST", "/", json={"action": "health"}).status == 403


def test_callers_that_dawdle_take_no_thread_of_the_service(
    proxy: Proxy, instances: list[Instance]
):
    context = ssl.create_default_context(cafile=str(proxy.folder / "ca.pem"))
    begun = f"POST / HTTP/1.1\r\nHost: {HOST}\r\nContent-Length: 900\r\n\r\n" + "{"
    with ExitStack() as stack:
        for _ in range(2 * THREADS + 8):
            plain = socket.create_connection(("127.0.0.1", proxy.port))
            slow = stack.enter_context(context.wrap_socket(plain, server_hostname=HOST))
            slow.sendall(begun.encode())
        answer = proxy.ask("GET", "/healthz", timeout=2)
    assert answer.status == 200


def test_no_log_of_nginx_holds_a_key_a_number_or_a_token(proxy: Proxy, instances: list[Instance]):
    secret = "verify-token-4f1d9a8b"
    console = {"X-API-Key": CONSOLE_KEY}
    for instance in instances:
        instance.stop()
    # With nobody behind it nginx writes errors, which quote the whole request.
    for address in (
        f"/v1/roles/{PHONE}",
        f"/v1/audit/events?phoneNumber={PHONE[1:]}",
        f"/whatsapp/webhooks?hub.mode=subscribe&hub.verify_token={secret}",
        f"/healthz?apiKey={GAS_KEY}",
    ):
        assert proxy.ask("GET", address, console).status == 503
    for private in (PHONE[1:], CONSOLE_KEY, secret):
        assert private not in proxy.logs
    assert "/v1/roles/-" in proxy.logs


def test_with_nobody_behind_it_the_proxy_says_so_in_the_contract_s_words(
    proxy: Proxy, instances: list[Instance], empty_redis: DeployedRedis
):
    for instance in instances:
        instance.stop()
    answer = proxy.ask("POST", "/v1/otp/send", json={"phoneNumber": PHONE})
    assert answer.status == 503
    assert answer.json()["code"] == "store_unavailable"
    assert answer.headers["Retry-After"] == str(answer.json()["retryAfter"])
