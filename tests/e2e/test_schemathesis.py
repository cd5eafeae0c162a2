"""Schemathesis asks the running service everything openapi.yaml allows, and much it does not."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import redis
import requests
import schemathesis
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from otp_service.demo.redis_process import RedisProcess
from otp_service.simulator import RunningSimulator
from tests.conftest import CONSOLE_KEY
from tests.e2e.conftest import Service, running_service
from tests.environment import environment
from tests.meta_signature import HANDSHAKE, signature_of

_NO_LIMIT = "100000 per minute"
_CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
_CONFIG = schemathesis.Config.from_dict(
    {
        # The same requests in every run: a failure here is the change's, not the dice's.
        "generation": {"deterministic": True, "max-examples": 25},
        # 503 is documented, but nothing is away here: any 5xx is a fault.
        "checks": {"not_a_server_error": {"expected-statuses": ["2xx", "3xx", "4xx"]}},
    }
)
contract = schemathesis.openapi.from_path(
    Path(__file__).parents[2] / "openapi.yaml", config=_CONFIG
)


@pytest.fixture(scope="module")
def running(
    redis_server: RedisProcess,
    simulator: RunningSimulator,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Service]:
    with redis.Redis.from_url(redis_server.url) as client:
        client.flushall()
    # Limits would soon answer everything: behind them nothing is tried.
    variables = environment(
        redis_server.url,
        simulator.base_url,
        OTP_SEND_LIMIT=_NO_LIMIT,
        OTP_SEND_WAITS="0",
        OTP_IP_LIMIT=_NO_LIMIT,
        OTP_CLIENT_LIMIT=_NO_LIMIT,
        OTP_DAILY_LIMIT=_NO_LIMIT,
        OTP_STATUS_LIMIT=_NO_LIMIT,
    )
    log = tmp_path_factory.mktemp("schemathesis") / "service.log"
    with running_service(variables, log) as service:
        yield service


@pytest.fixture(scope="module")
def session() -> Iterator[requests.Session]:
    with requests.Session() as session:
        yield session


@pytest.fixture(scope="module")
def statuses() -> Iterator[dict[str, set[int]]]:
    """What each operation answered; one that only ever refused was not really tried."""
    seen: dict[str, set[int]] = {}
    yield seen
    assert [label for label, answered in seen.items() if 200 not in answered] == []


def make_some_phones_real(members: dict[str, Any]) -> None:
    """Made-up text is never a phone number, and behind such a one nothing else is tried."""
    phone = members.get("phoneNumber")
    # Half of the texts, and several numbers: one alone would soon be locked.
    if isinstance(phone, str) and len(phone) % 2 == 0:
        members["phoneNumber"] = f"+123955501{len(phone) % 50:02d}"


def sign_as_meta(prepared: requests.PreparedRequest) -> requests.PreparedRequest:
    """Without the signature every webhook is refused, and behind that nothing is tried."""
    if urlsplit(str(prepared.url)).path == "/whatsapp/webhooks" and prepared.method == "POST":
        body = prepared.body or b""
        prepared.headers.update(signature_of(body.encode() if isinstance(body, str) else body))
    return prepared


@contract.parametrize()
def test_the_service_keeps_its_contract(
    case: schemathesis.Case[Any],
    running: Service,
    session: requests.Session,
    statuses: dict[str, set[int]],
) -> None:
    if isinstance(case.body, dict):
        # A made-up key in the body counts before the real one in the header: always 401.
        case.body.pop("apiKey", None)
        make_some_phones_real(case.body)
    make_some_phones_real(case.path_parameters)
    if case.path == "/whatsapp/webhooks" and case.method == "GET":
        case.query = {**case.query, **HANDSHAKE}
    answer = case.call_and_validate(
        base_url=running.url,
        session=session,
        headers={"X-API-Key": CONSOLE_KEY},
        auth=sign_as_meta,
        checks=_CHECKS,
    )
    # Other methods are tried at the same address: their answers are not this operation's.
    if case.method == case.operation.method.upper():
        statuses.setdefault(case.operation.label, set()).add(answer.status_code)
