"""HTTP as it goes over the wire: open connections, odd requests, load, end of a process."""

import http.client
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import requests
from requests.adapters import HTTPAdapter

from otp_service.simulator import running_simulator


def _address(simulator: Any) -> tuple[str, int]:
    host, port = simulator.running.base_url.removeprefix("http://").split(":")
    return host, int(port)


def test_connection_is_kept_through_answers_and_refusals(simulator: Any) -> None:
    connection = http.client.HTTPConnection(*_address(simulator), timeout=10)
    connection.connect()
    kept = connection.sock
    for method, path, body in (
        ("POST", "/v23.0/106540352242922/messages", b'{"never": "read"}'),
        ("GET", "/inbox/messages", None),
        ("POST", "/control", b"not json"),
        ("DELETE", "/inbox/messages", None),
        ("HEAD", "/inbox", None),
        ("GET", "/inbox", None),
    ):
        connection.request(method, path, body=body)
        answer = connection.getresponse()
        answer.read()
        assert answer.version == 11
        assert connection.sock is kept
    connection.close()


def test_caller_that_asks_for_the_end_is_told_of_it(simulator: Any) -> None:
    answer = simulator.session.get(
        simulator.url("/control"), headers={"Connection": "close"}, timeout=10
    )

    assert answer.headers["Connection"] == "close"


def test_pipelined_requests_are_both_answered(simulator: Any) -> None:
    with socket.create_connection(_address(simulator), timeout=10) as connection:
        request = b"GET /inbox/messages HTTP/1.1\r\nHost: x\r\n\r\n"
        connection.sendall(
            request + request.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n")
        )
        received = b"".join(iter(lambda: connection.recv(65536), b""))

    assert received.count(b"HTTP/1.1 200 OK") == 2


def test_dropped_connection_sends_not_a_byte(simulator: Any) -> None:
    simulator.control(drop_next=1)
    with socket.create_connection(_address(simulator), timeout=10) as connection:
        connection.sendall(
            b"POST /v23.0/106540352242922/messages HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n"
            b"Authorization: Bearer EAAG-test-token\r\n\r\n"
        )
        assert connection.recv(1) == b""


@pytest.mark.parametrize(
    ("header", "status"),
    [
        (b"Transfer-Encoding: chunked", 411),
        (b"Content-Length: 2000000", 413),
        (b"Content-Length: -1", 400),
    ],
)
def test_body_without_a_usable_length_ends_the_connection(
    simulator: Any, header: bytes, status: int
) -> None:
    with socket.create_connection(_address(simulator), timeout=10) as connection:
        connection.sendall(b"POST /control HTTP/1.1\r\nHost: x\r\n" + header + b"\r\n\r\n")
        received = b"".join(iter(lambda: connection.recv(65536), b""))

    assert received.startswith(f"HTTP/1.1 {status} ".encode())
    assert b"Connection: close" in received


def test_continue_is_answered_before_the_body(simulator: Any) -> None:
    with socket.create_connection(_address(simulator), timeout=10) as connection:
        connection.sendall(
            b"POST /control HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
            b"Content-Length: 2\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n"
        )
        assert connection.recv(25) == b"HTTP/1.1 100 Continue\r\n\r\n"
        connection.sendall(b"{}")
        received = b"".join(iter(lambda: connection.recv(65536), b""))

    assert received.startswith(b"HTTP/1.1 200 OK")


def test_nothing_answers_after_the_block(settings: Any) -> None:
    with requests.Session() as session:
        with running_simulator(settings) as running:
            url = f"{running.base_url}/inbox/messages"
            assert session.get(url, timeout=10).status_code == 200
        with pytest.raises(requests.ConnectionError):
            session.get(url, timeout=10)


def test_carries_200_sends_a_second_at_300_ms(settings: Any) -> None:
    workers, sends = 100, 400
    with running_simulator(settings) as running, requests.Session() as session:
        running.set_latency(0.3)
        session.mount("http://", HTTPAdapter(pool_maxsize=workers))
        session.headers["Authorization"] = f"Bearer {settings.access_token}"
        url = f"{running.base_url}/v23.0/{settings.phone_number_id}/messages"

        def refused_send(_: int) -> int:
            return session.post(
                url, json={"messaging_product": "whatsapp"}, timeout=30
            ).status_code

        started = time.monotonic()
        with ThreadPoolExecutor(workers) as pool:
            statuses = list(pool.map(refused_send, range(sends)))
        elapsed_s = time.monotonic() - started

    assert statuses == [400] * sends
    # 1.2 s of waiting each at best; one after the other they would need 120 s.
    assert elapsed_s < 10


PROGRAM = """
import sys
from otp_service.simulator import SimulatorSettings, serve
serve(SimulatorSettings("token", "1", "2"), "127.0.0.1", int(sys.argv[1]))
"""


@pytest.mark.parametrize("stop_signal", [signal.SIGTERM, signal.SIGINT])
def test_process_ends_gracefully(stop_signal: signal.Signals) -> None:
    """An answer under way is finished first, and the exit code is 0."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(port)],
        stderr=subprocess.PIPE,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
    )
    url = f"http://127.0.0.1:{port}"
    try:
        _await_answer(f"{url}/control")
        requests.post(f"{url}/control", json={"latency_s": 1}, timeout=10)
        answers: list[int] = []
        sender = threading.Thread(target=lambda: answers.append(_send_nothing(url)))
        sender.start()
        _await(lambda: requests.get(f"{url}/control", timeout=10).json()["requests_received"] == 1)
        process.send_signal(stop_signal)
        _, complaints = process.communicate(timeout=20)
        sender.join(timeout=20)
    finally:
        process.kill()
        process.wait()

    assert answers == [400]
    assert process.returncode == 0
    assert complaints == b""


def _send_nothing(url: str) -> int:
    headers = {"Authorization": "Bearer token"}
    return requests.post(
        f"{url}/v23.0/1/messages", json={}, headers=headers, timeout=20
    ).status_code


def _await_answer(url: str) -> None:
    def answers() -> bool:
        try:
            return requests.get(url, timeout=10).ok
        except requests.ConnectionError:
            return False

    _await(answers)


def _await(condition: Any) -> None:
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)
