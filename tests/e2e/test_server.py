"""gunicorn as we run it: slow clients, broken requests, a stop in the middle of a send."""

import signal
import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from otp_service.demo.redis_process import RedisProcess
from otp_service.simulator import RunningSimulator
from tests.conftest import GAS_KEY
from tests.e2e.conftest import Service, answers, await_condition, running_service
from tests.environment import environment

PHONE = "+12395550177"
CODE = "654321"
_BODY = f'{{"apiKey":"{GAS_KEY}","phoneNumber":"{PHONE}","otpCode":"{CODE}"}}'
_POST = "POST / HTTP/1.1\r\nHost: x\r\n"


@pytest.fixture(scope="module")
def small_service(
    redis_server: RedisProcess,
    simulator: RunningSimulator,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Service]:
    """One worker of four threads that waits a second for a request."""
    variables = environment(
        redis_server.url, simulator.base_url, WEB_THREADS="4", WEB_READ_TIMEOUT="1"
    )
    log = tmp_path_factory.mktemp("service") / "service.log"
    with running_service(variables, log) as running:
        yield running


@pytest.mark.parametrize(
    "begun",
    [
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{",
        b"POST / HTTP/1.1\r\nHost: x\r\nX-Sl",
        b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{",
    ],
    ids=["body", "head", "chunk"],
)
def test_requests_that_never_end_do_not_stop_the_others(small_service: Service, begun: bytes):
    with ExitStack() as stack:
        for _ in range(6):
            address = ("127.0.0.1", small_service.port)
            sock = stack.enter_context(socket.create_connection(address))
            sock.sendall(begun)
        await_condition(lambda: answers(f"{small_service.url}/healthz"), "a free thread")


@pytest.mark.parametrize(
    "raw",
    [
        f"{_POST}Content-Length: 0\r\n\r\n{_BODY}\r\n\r\n",
        f"{_POST}\r\n{_BODY}\r\n\r\n",
        f"{_POST}X-API-Key {GAS_KEY}\r\n\r\n",
        f"{_POST}Transfer-Encoding: chunked\r\n\r\nZZ\r\n{_BODY}\r\n0\r\n\r\n",
        f"{_BODY}\r\n\r\n",
    ],
    ids=["no length", "length missing", "no colon", "no chunk", "no head"],
)
def test_a_broken_request_is_neither_logged_nor_quoted(small_service: Service, raw: str):
    with socket.create_connection(("127.0.0.1", small_service.port)) as sock:
        sock.sendall(raw.encode())
        sock.settimeout(10)
        answer = b""
        while chunk := sock.recv(65536):
            answer += chunk
    assert b"HTTP/1.1 4" in answer
    assert b"HTTP/1.1 5" not in answer
    said = answer.decode() + small_service.log.read_text(encoding="utf-8")
    for secret in (GAS_KEY, PHONE, PHONE[2:], CODE):
        assert secret not in said


def refuses(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port)).close()
    except ConnectionRefusedError:
        return True
    return False


def test_a_stop_lets_the_send_in_flight_end_and_nobody_else_in(
    service: Service, simulator: RunningSimulator
):
    simulator.set_latency(1.5)
    received = simulator.requests_received
    told: list[dict[str, Any]] = []

    def ask() -> None:
        told.append(service.post("/v1/otp/send", phoneNumber=PHONE).json())

    try:
        asking = threading.Thread(target=ask)
        asking.start()
        await_condition(lambda: simulator.requests_received > received, "the send to reach Meta")
        service.send_signal(signal.SIGTERM)
        await_condition(lambda: refuses(service.port), "the door to close")
        assert not told
        assert service.stop() == 0
        asking.join()
    finally:
        simulator.set_latency(0)
    assert told[0]["success"] is True
