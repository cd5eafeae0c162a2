"""Everything the bench measures, each a process of its own: Redis, Meta, the service, Flask."""

import os
import secrets
import socket
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import redis
import requests

from bench.processes import ServerProcesses, server_at
from otp_service.demo.owned_process import OwnedProcess
from otp_service.demo.redis_process import running_redis
from otp_service.settings import Settings

_HOST = "127.0.0.1"
_READY_S = 30.0
_WORKERS = 2
# One caller stands for all: what is limited here is what a caller, a day and Meta may have.
_NO_LIMITS = {
    "OTP_CLIENT_LIMIT": "1000000000 per day",
    "OTP_DAILY_LIMIT": "1000000000 per day",
    "WHATSAPP_THROUGHPUT": "1000",
    "WEB_WORKERS": str(_WORKERS),
}


class NotReadyError(Exception):
    """A part of the bench did not start."""


@dataclass(frozen=True, slots=True)
class Site:
    """`variables`: the service's environment, and so the secrets that the bench signs with.

    `python`: of the installation that is measured, with bare Flask in it.
    """

    python: str
    redis_url: str
    variables: Mapping[str, str] = field(repr=False)
    service_url: str
    service: ServerProcesses
    meta_url: str
    flask_url: str
    flask: ServerProcesses

    @property
    def settings(self) -> Settings:
        arguments: dict[str, Any] = {n.lower(): value for n, value in self.variables.items()}
        return Settings(**arguments)

    @property
    def headers(self) -> dict[str, str]:
        """Of every call to the service."""
        key = self.variables["GAS_API_KEY"]
        return {"X-API-Key": key, "Content-Type": "application/json"}

    def redis(self) -> redis.Redis:
        return redis.Redis.from_url(self.redis_url)

    def slow_meta(self, latency_s: float) -> None:
        """How long Meta takes for each send from now on."""
        order = {"latency_s": latency_s}
        requests.post(f"{self.meta_url}/control", json=order, timeout=5).raise_for_status()


@contextmanager
def running_site(python: str) -> Iterator[Site]:
    """`python`: of the installation to measure. Raise NotReadyError, RedisNotFoundError."""
    with ExitStack() as stack:
        redis_url = stack.enter_context(running_redis()).url
        meta, service, flask = (f"{_HOST}:{_free_port()}" for _ in range(3))
        variables = _variables(redis_url, f"http://{meta}")
        environment = _environment(variables)
        port = meta.rpartition(":")[2]
        _start(
            stack, [sys.executable, "-m", "otp_service", "simulator", "--port", port], environment
        )
        _await(f"http://{meta}/inbox/messages")
        _start(stack, [python, "-m", "bench.bare_flask", flask], environment)
        _start(stack, [python, "-m", "otp_service", "serve", "--bind", service], environment)
        _await(f"http://{service}/readyz")
        _await(f"http://{flask}/", wanted=405)
        yield Site(
            python=python,
            redis_url=redis_url,
            variables=variables,
            service_url=f"http://{service}",
            service=_server(service),
            meta_url=f"http://{meta}",
            flask_url=f"http://{flask}",
            flask=_server(flask),
        )


@contextmanager
def service_on(redis_url: str, site: Site) -> Iterator[Site]:
    """The same with one more service, on another Redis. Raise NotReadyError."""
    bind = f"{_HOST}:{_free_port()}"
    variables = {**site.variables, "REDIS_URL": redis_url}
    with ExitStack() as stack:
        serve = [site.python, "-m", "otp_service", "serve", "--bind", bind]
        _start(stack, serve, _environment(variables))
        _await(f"http://{bind}/readyz")
        yield replace(
            site,
            redis_url=redis_url,
            variables=variables,
            service_url=f"http://{bind}",
            service=_server(bind),
        )


def _variables(redis_url: str, meta_url: str) -> dict[str, str]:
    return _NO_LIMITS | {
        "REDIS_URL": redis_url,
        "OTP_SECRET_KEYS": secrets.token_urlsafe(32),
        "OTP_PSEUDONYM_KEY": secrets.token_urlsafe(32),
        "GAS_API_KEY": secrets.token_urlsafe(32),
        "WHATSAPP_ACCESS_TOKEN": secrets.token_urlsafe(32),
        "WHATSAPP_PHONE_NUMBER_ID": "106540352242922",
        "WHATSAPP_BUSINESS_ACCOUNT_ID": "102290129340398",
        "WHATSAPP_APP_SECRET": secrets.token_hex(16),
        "WHATSAPP_WEBHOOK_VERIFY_TOKEN": secrets.token_urlsafe(32),
        "WHATSAPP_API_BASE_URL": meta_url,
    }


def _environment(variables: Mapping[str, str]) -> dict[str, str]:
    """Nothing of the machine's own settings."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return {**kept, **variables}


def _start(stack: ExitStack, command: Sequence[str], environment: Mapping[str, str]) -> None:
    # Log lines are made and written, to nowhere: a disk is not what is measured.
    process = OwnedProcess(command, environment, quiet=True)
    stack.callback(process.stop)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((_HOST, 0))
        return int(probe.getsockname()[1])


def _server(bind: str) -> ServerProcesses:
    """Once all its workers are there: one of them alone may have answered so far."""
    deadline = time.monotonic() + _READY_S
    while time.monotonic() < deadline:
        found = server_at(bind)
        if found is not None and len(found.workers) == _WORKERS:
            return found
        time.sleep(0.05)
    raise NotReadyError(f"not all workers serve {bind}")


def _await(url: str, wanted: int = 200) -> None:
    deadline = time.monotonic() + _READY_S
    while time.monotonic() < deadline:
        try:
            if requests.get(url, timeout=5).status_code == wanted:
                return
        except requests.RequestException:
            pass
        time.sleep(0.05)
    raise NotReadyError(f"nothing answers at {url}")
