"""What is certain about the message when the network, not Meta, ends the call."""

import socket
import threading
import time

import pytest

from otp_service.whatsapp import PlatformError, SingleRetry, UnknownOutcomeError, WhatsAppError
from tests.unit.whatsapp.graph_server import (
    ACCEPTED,
    accept_then_close_idle,
    answer,
    closed_port,
    drop,
    graph_error,
    hang,
    truncate,
)


def send(api):
    return api.send_authentication_otp("+12395550100", "123456")


class Pauses(list[float]):
    """Counts the pauses, hence the retries, without making them."""

    def rule(self, **options):
        return SingleRetry(sleep=self.append, **options)


@pytest.fixture
def pauses():
    return Pauses()


@pytest.fixture
def listener():
    """A socket that accepts connections by the kernel alone, until a test serves them."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(5)
        yield server


def test_a_refused_connection_is_retried_once(make_api, pauses):
    for scheme in ("http", "https"):
        url = f"{scheme}://127.0.0.1:{closed_port()}"
        with pytest.raises(PlatformError, match="NewConnectionError") as caught:
            send(make_api(base_url=url, retry=pauses.rule()))
        assert caught.value.graph is None
        assert caught.value.retry_after_s is None
    assert len(pauses) == 2
    assert all(0 <= pause_s <= 0.5 for pause_s in pauses)


def test_a_server_back_within_the_pause_gets_the_message(make_api, graph):
    port = closed_port()
    revived = []

    def revive(_pause_s):
        revived.append(socket.create_server(("127.0.0.1", port)))
        threading.Thread(target=serve_once, args=(revived[0],)).start()

    def serve_once(server):
        connection, _ = server.accept()
        with connection, server:
            connection.recv(65536)
            body = b'{"messages":[{"id":"wamid.X"}]}'
            head = b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: %d\r\n\r\n"
            connection.sendall(head % len(body) + body)

    api = make_api(base_url=f"http://127.0.0.1:{port}", retry=SingleRetry(sleep=revive))
    assert send(api).wamid == "wamid.X"


def test_an_unknown_host_is_a_connection_never_established(make_api, pauses):
    with pytest.raises(PlatformError, match="NameResolutionError"):
        send(make_api(base_url="https://graph.invalid", retry=pauses.rule()))
    assert len(pauses) == 1


def test_a_tls_handshake_that_fails_sent_nothing(make_api, listener, pauses):
    def slam():
        for _ in range(2):
            connection, _ = listener.accept()
            with connection:
                connection.recv(1)

    server = threading.Thread(target=slam)
    server.start()
    url = f"https://127.0.0.1:{listener.getsockname()[1]}"
    with pytest.raises(PlatformError, match="TLSHandshakeError"):
        send(make_api(base_url=url, retry=pauses.rule()))
    server.join()
    assert len(pauses) == 1
    listener.settimeout(0.05)
    with pytest.raises(TimeoutError):  # no third connection is waiting
        listener.accept()


def test_a_tls_handshake_that_stalls_sent_nothing(make_api, listener, pauses):
    url = f"https://127.0.0.1:{listener.getsockname()[1]}"
    with pytest.raises(PlatformError, match="TLSHandshakeError"):
        send(make_api(base_url=url, retry=pauses.rule(), connect_timeout_s=0.2))
    assert len(pauses) == 1


def test_plain_http_where_tls_is_expected_sent_nothing(make_api, graph, pauses):
    url = graph.url.replace("http://", "https://")
    with pytest.raises(PlatformError, match="TLSHandshakeError"):
        send(make_api(base_url=url, retry=pauses.rule()))
    assert graph.requests == []


def test_a_read_timeout_is_not_retried(make_api, graph, pauses):
    graph.script = [hang]
    with pytest.raises(UnknownOutcomeError, match="ReadTimeout"):
        send(make_api(read_timeout_s=0.3, retry=pauses.rule()))
    assert len(graph.requests) == 1
    assert pauses == []


@pytest.mark.parametrize("reaction", [drop, truncate])
def test_a_connection_dropped_after_the_request_is_not_retried(make_api, graph, pauses, reaction):
    graph.script = [reaction]
    with pytest.raises(UnknownOutcomeError) as caught:
        send(make_api(retry=pauses.rule()))
    assert caught.value.graph is None
    assert len(graph.requests) == 1
    assert pauses == []


def test_the_budget_cuts_the_read_timeout(make_api, graph):
    graph.script = [hang]
    started = time.monotonic()
    with pytest.raises(UnknownOutcomeError):
        send(make_api(retry=SingleRetry(deadline_s=0.3)))
    assert time.monotonic() - started < 3


def test_the_second_attempt_only_has_what_the_first_left(make_api, graph):
    graph.script = [graph_error(131016, 500), hang]
    now = iter([0.0, 14.6])
    retry = SingleRetry(
        monotonic=lambda: next(now), sleep=lambda _: None, min_attempt_s=0.1, deadline_s=15.0
    )
    started = time.monotonic()
    with pytest.raises(UnknownOutcomeError):
        send(make_api(retry=retry))
    assert time.monotonic() - started < 3
    assert len(graph.requests) == 2


def test_a_connection_closed_while_idle_is_replaced(api, graph):
    graph.script = [accept_then_close_idle]
    for _ in range(3):
        assert send(api).wamid
        time.sleep(0.05)  # the close reaches us
    assert graph.connections == 3
    assert len(graph.requests) == 3


def test_connections_are_reused(api, graph):
    for _ in range(3):
        send(api)
    assert graph.connections == 1


def test_the_environment_changes_nothing(monkeypatch, tmp_path, make_api, graph):
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login someone password else\n")
    monkeypatch.setenv("NETRC", str(netrc))
    monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{closed_port()}")
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    send(make_api())
    assert graph.requests[0].headers["Authorization"].startswith("Bearer ")


def test_a_redirect_is_not_followed(api, graph):
    graph.script = [answer(307, {}, {"Location": "/elsewhere"}), answer(200, ACCEPTED)]
    with pytest.raises(WhatsAppError, match="HTTP 307"):
        send(api)
    assert len(graph.requests) == 1
