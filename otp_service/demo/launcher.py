"""`otp-service demo`: starts everything, says how to try it, stops everything."""

import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from types import FrameType

import click
import requests

from otp_service.demo.guide import ADMINISTRATOR, DemoAddresses, guide
from otp_service.demo.owned_process import OwnedProcess
from otp_service.demo.redis_process import RedisProcess, running_redis

_READY_TIMEOUT_S = 30.0
_HOST = "127.0.0.1"


class DemoError(Exception):
    """Something of the demo did not start, or ended by itself."""


@dataclass(frozen=True, slots=True)
class DemoPorts:
    """`page` is that of the example of another site with the login on it."""

    service: int
    simulator: int
    page: int


def run_demo(ports: DemoPorts) -> None:
    """Block until Ctrl-C or SIGTERM. Raise DemoError, OSError, RedisNotFoundError."""
    for wanted in (ports.service, ports.simulator, ports.page):
        _require_free(wanted)
    service_url = f"http://{_HOST}:{ports.service}"
    inbox = f"http://{_HOST}:{ports.simulator}/inbox"
    with ExitStack() as stack:
        stopping = stack.enter_context(_stop_signals())
        redis_server = stack.enter_context(running_redis())
        environment = _environment(redis_server, ports)
        simulator_command = ["otp_service", "simulator", "--port", str(ports.simulator)]
        simulator = _started(stack, simulator_command, environment)
        # Before the service, which looks at its template as soon as it starts.
        _await_ready(f"{inbox}/messages", simulator, stopping)
        serve_command = ["otp_service", "serve", "--bind", f"{_HOST}:{ports.service}"]
        service = _started(stack, serve_command, environment)
        page = _started(stack, _page_command(ports.page, service_url), environment)
        _await_ready(f"{service_url}/readyz", service, stopping)
        _make_administrator(environment)
        if not stopping():
            addresses = DemoAddresses(service_url, inbox, f"http://localhost:{ports.page}/")
            click.echo(guide(addresses, environment["GAS_API_KEY"]))
        while not stopping():
            if simulator.ended or service.ended or page.ended:
                raise DemoError("A part of the demo ended by itself.")
            time.sleep(0.1)
        click.echo("Stopping.")


def _page_command(port: int, service_url: str) -> list[str]:
    module = "otp_service.demo.embedding_page"
    return [module, "--port", str(port), "--login-url", service_url]


def _make_administrator(environment: Mapping[str, str]) -> None:
    """Raise DemoError."""
    command = [sys.executable, "-m", "otp_service", "roles", "set", ADMINISTRATOR, "admin"]
    ended = subprocess.run(command, env=dict(environment), capture_output=True, check=False)
    if ended.returncode:
        raise DemoError("The administrator's role could not be set.")


def _environment(redis_server: RedisProcess, ports: DemoPorts) -> dict[str, str]:
    """Made-up secrets, new at every start; nothing of the caller's own settings."""
    inherited = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return inherited | {
        "REDIS_URL": redis_server.url,
        "OTP_SECRET_KEYS": secrets.token_urlsafe(32),
        "OTP_PSEUDONYM_KEY": secrets.token_urlsafe(32),
        "GAS_API_KEY": secrets.token_urlsafe(32),
        "WHATSAPP_ACCESS_TOKEN": secrets.token_urlsafe(32),
        "WHATSAPP_PHONE_NUMBER_ID": "106540352242922",
        "WHATSAPP_BUSINESS_ACCOUNT_ID": "102290129340398",
        "WHATSAPP_APP_SECRET": secrets.token_hex(16),
        "WHATSAPP_WEBHOOK_VERIFY_TOKEN": secrets.token_urlsafe(32),
        "SIMULATOR_WEBHOOK_URL": f"http://{_HOST}:{ports.service}/whatsapp/webhooks",
        "WHATSAPP_API_BASE_URL": f"http://{_HOST}:{ports.simulator}",
        "CORS_ORIGINS": f"http://localhost:{ports.page}",
    }


def _started(stack: ExitStack, command: list[str], environment: Mapping[str, str]) -> OwnedProcess:
    """`command` is a module and its arguments."""
    process = OwnedProcess([sys.executable, "-m", *command], environment)
    stack.callback(process.stop)
    return process


def _require_free(port: int) -> None:
    """Raise OSError that names the port."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((_HOST, port))
        except OSError as error:
            raise OSError(f"port {port} is taken; name another one") from error


def _await_ready(url: str, process: OwnedProcess, stopping: Callable[[], bool]) -> None:
    deadline = time.monotonic() + _READY_TIMEOUT_S
    while not stopping():
        if process.ended or time.monotonic() > deadline:
            raise DemoError(f"Nothing answers at {url}.")
        try:
            if requests.get(url, timeout=2).ok:
                return
        except requests.RequestException:
            pass
        time.sleep(0.05)


@contextmanager
def _stop_signals() -> Iterator[Callable[[], bool]]:
    """Whether SIGINT or SIGTERM came, while the block runs."""
    came = []

    def note(number: int, _frame: FrameType | None) -> None:
        came.append(number)

    previous = {number: signal.signal(number, note) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield lambda: bool(came)
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)
