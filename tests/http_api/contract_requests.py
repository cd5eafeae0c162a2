"""The requests that openapi.yaml documents, and ways to be refused at any operation."""

import json
from typing import Any

from flask import Flask
from werkzeug.test import TestResponse

from tests.conftest import CONSOLE_KEY, GAS_KEY
from tests.http_api.conftest import PHONE
from tests.http_api.contract_document import Node, operation_at, operations, resolved
from tests.meta_signature import HANDSHAKE, signature_of

Call = tuple[str, str, dict[str, Any]]

WEBHOOKS = "/whatsapp/webhooks"
AUDIT = "/v1/audit/"

_NEWS_OF_THE_ACCOUNT = {
    "object": "whatsapp_business_account",
    "entry": [{"changes": [{"field": "account_update", "value": {"event": "VERIFIED_ACCOUNT"}}]}],
}
_AUDITOR_KEY = CONSOLE_KEY[::-1]  # it has the scope `audit` alone
_TOO_LARGE = b'{"phoneNumber": "' + b"1" * (16 * 1024) + b'"}'


def concrete(template: str) -> str:
    """An address of this template."""
    return template.replace("{phoneNumber}", PHONE).replace("{requestId}", "A" * 22)


def documented_calls() -> list[Call]:
    """Every example of a request, and operations without a body once, as the document has them."""
    calls: list[Call] = []
    for (method, template), operation in operations().items():
        path = concrete(template)
        if path == WEBHOOKS:
            calls.append((method, path, of_meta(method, operation)))
            continue
        if "requestBody" not in operation:
            calls.append((method, path, {}))
            continue
        for media_type, content in resolved(operation["requestBody"])["content"].items():
            kind = {"application/json": "json"}.get(media_type, "data")
            extra = {} if kind == "json" else {"content_type": media_type}
            calls += [
                (method, path, {kind: example["value"], **extra})
                for example in content["examples"].values()
            ]
    return calls


def of_meta(method: str, operation: Node) -> dict[str, Any]:
    """A documented webhook, with the proof that Meta gives."""
    if method == "GET":
        return {"query_string": HANDSHAKE}
    example, *_ = operation["requestBody"]["content"]["application/json"]["examples"].values()
    raw = json.dumps(example["value"]).encode()
    return {"data": raw, "content_type": "application/json", "headers": signature_of(raw)}


def first_call(method: str, path: str) -> dict[str, Any]:
    calls = documented_calls()
    return next(rest for verb, address, rest in calls if (verb, address) == (method, path))


def refused_call(app: Flask, method: str, path: str, status: str) -> TestResponse:
    """Ask in the way that is refused with this status at any operation."""
    request = first_call(method, path)
    if path == WEBHOOKS:
        return _refused_webhook(app, method, status, request)
    headers = {"X-API-Key": CONSOLE_KEY}
    if status == "401":
        headers = {}
    elif status == "429":
        headers = {"X-API-Key": "guessed"}
        app.test_client().open(path, method=method, headers=headers, **request)
    elif status == "403":
        of_audit = path.startswith(AUDIT)
        headers = {"X-API-Key": GAS_KEY if of_audit else _AUDITOR_KEY}
    elif status == "413":
        request = {"data": _TOO_LARGE, "content_type": "application/json"}
    elif status == "400":
        path, request = _wrong(method, path)
    return app.test_client().open(path, method=method, headers=headers, **request)


def _wrong(method: str, path: str) -> tuple[str, dict[str, Any]]:
    """An address and a request that is told what is wrong with it."""
    if "requestBody" in operation_at(method, path):
        return path, {"data": b"not JSON", "content_type": "application/json"}
    if path.startswith(AUDIT):
        return path, {"query_string": {"nobody": "knows"}}
    if path == "/v1/roles":
        return path, {"query_string": {"role": "nobody"}}
    return "/v1/roles/not-a-number", {}


def _refused_webhook(
    app: Flask, method: str, status: str, request: dict[str, Any]
) -> TestResponse:
    if status == "401":
        request = {**request, "headers": {}}
    elif status == "403":
        request = {**request, "headers": signature_of(b"of another body"), "query_string": {}}
    elif status == "413":
        request = {"data": b"{" * (1024 * 1024 + 1), "headers": signature_of(b"")}
    elif status == "503":
        raw = json.dumps(_NEWS_OF_THE_ACCOUNT).encode()
        request = {"data": raw, "headers": signature_of(raw)}
    return app.test_client().open(WEBHOOKS, method=method, **request)
