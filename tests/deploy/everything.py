"""Everything that the service does with Redis, once: its user's rights have to suffice."""

import json
import time
from typing import Any

import requests

from otp_service.simulator.magic_numbers import FAILS_AFTER_ACCEPTANCE, REFUSED
from tests.conftest import CONSOLE_KEY
from tests.e2e.command_line import otp_service
from tests.e2e.conftest import await_condition
from tests.e2e.meta_side import MetaSide

PHONE = "+12395550211"
_OTHER, _ADMIN = "+12395550212", "+12395550213"
_COMMANDS = (
    ("roles", "set", _ADMIN, "admin"),
    ("roles", "list"),
    ("roles", "remove", _ADMIN),
    ("doctor", "--json"),
    ("audit", "tail"),
    ("audit", "verify"),
    ("audit", "trim"),
    ("keys", "rekey"),
    ("identity", "accept", PHONE, "--owner", "same"),
    ("privacy", "show", PHONE),
    ("privacy", "erase", "--yes", PHONE),
)


def do_everything(meta: MetaSide, variables: dict[str, str]) -> None:
    log_in_out_and_everywhere(meta)
    fail_and_be_cleared(meta)
    meet_refusals(meta)
    disown(meta)
    administer(meta)
    for command in _COMMANDS:
        run = otp_service(variables, *command)
        # doctor's 1 is about the simulated Meta; a Redis that says no is a sentence of its own.
        assert "Redis refuses" not in run.stdout, run.stdout
        assert run.returncode == 0 or command[0] == "doctor", (command, run.stderr)


def code_for(meta: MetaSide, phone: str, step: str = "send") -> tuple[str, str]:
    request_id = meta.ask(step, phone)["requestId"]
    return meta.simulator.inbox(phone)[-1].code, request_id


def log_in_out_and_everywhere(meta: MetaSide) -> None:
    """With resend, a watched delivery and a question about the session."""
    code_for(meta, PHONE)
    code, request_id = code_for(meta, PHONE, "resend")
    _watch_until(meta, request_id, "delivered")
    told = meta.ask("validate", PHONE, otpCode=code, endUserIp="203.0.113.20")
    token = {"token": told["sessionToken"]}
    assert called(meta, "POST", "/v1/sessions/introspect", token)["active"] is True
    called(meta, "POST", "/v1/sessions/revoke", token)
    code, _ = code_for(meta, PHONE)
    token = {"token": meta.ask("validate", PHONE, otpCode=code)["sessionToken"]}
    called(meta, "POST", "/v1/sessions/revoke", {**token, "everywhere": True})


def _watch_until(meta: MetaSide, request_id: str, last: str) -> None:
    deadline, shown = time.monotonic() + 30, "sending"
    while shown not in {last, "read"}:
        assert time.monotonic() < deadline, shown
        told = meta.ask("status", PHONE, requestId=request_id, wait=5, after=shown)
        shown = told["status"]


def fail_and_be_cleared(meta: MetaSide) -> None:
    for _ in range(2):
        code, _ = code_for(meta, _OTHER)
        for step in range(1, 6):
            guess = f"{(int(code) + step) % 10**6:06d}"
            meta.ask("validate", _OTHER, otpCode=guess)
    assert meta.ask("send", _OTHER)["code"] == "locked"
    called(meta, "POST", "/v1/lockouts/clear", {"phoneNumber": _OTHER})


def meet_refusals(meta: MetaSide) -> None:
    """Meta refuses at once, so every place is given back; and later, by webhook."""
    refused = meta.ask("send", REFUSED[131026], endUserIp="203.0.113.21")
    assert refused["code"] == "recipient_unreachable"
    meta.ask("send", FAILS_AFTER_ACCEPTANCE[131026], endUserIp="203.0.113.21")
    told = [meta.ask("send", "+12395550214", endUserIp="203.0.113.22") for _ in range(4)]
    assert told[-1]["code"] == "rate_limited"
    meta.settle()


def disown(meta: MetaSide) -> None:
    code_for(meta, "+12395550215")
    meta.simulator.disown(meta.simulator.inbox("+12395550215")[-1].wamid)
    await_condition(
        lambda: "passcode_disowned" in str(called(meta, "GET", "/v1/audit/events")),
        "the service to hear of it",
    )


def administer(meta: MetaSide) -> None:
    called(meta, "PUT", f"/v1/roles/{PHONE}", {"role": "staff"})
    called(meta, "GET", "/v1/roles")
    called(meta, "GET", f"/v1/roles/{PHONE}")
    called(meta, "DELETE", f"/v1/roles/{PHONE}")
    called(meta, "POST", "/v1/identities/accept", {"phoneNumber": PHONE, "owner": "new"})
    for address in ("events", f"events?phoneNumber=%2B{PHONE[1:]}", "summary", "export"):
        called(meta, "GET", f"/v1/audit/{address}")
    called(meta, "GET", "/readyz")
    called(meta, "GET", "/metrics")


def called(meta: MetaSide, method: str, address: str, members: Any = None) -> dict[str, Any]:
    url, headers = f"{meta.service.url}{address}", {"X-API-Key": CONSOLE_KEY}
    answer = requests.request(method, url, json=members, headers=headers, timeout=30)
    assert answer.ok, (address, answer.text)
    try:
        told: dict[str, Any] = answer.json()
    except json.JSONDecodeError:
        return {}
    return told
