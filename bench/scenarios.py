"""What is asked of the service, and of Flask beside it: the lines that wrk sends, by round."""

import hashlib
import hmac
import json
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import requests

from bench.numbers import WaitingLogin, numbers
from bench.site import Site

# Of the logins made, so many have logged in: the others wait for their code.
SIGNED_IN = 20
OTHERS = 500
# More than a round can send.
_FRESH_A_ROUND = 10_000
# Fewer guesses than close a passcode, so that each is compared.
_WRONG_GUESSES = 4
# A worker lets so many wait for Meta, and may be given all the connections.
_SENDING_CONNECTIONS = 24
_VALIDATE, _SEND = "/v1/otp/validate", "/v1/otp/send"

Lines = Callable[[int], Iterable[str]]


@dataclass(frozen=True, slots=True)
class Scenario:
    """`lines`: those of one round. `status`: of every answer. `latency_s`: Meta's.

    `expected`: text of every answer; then each line is sent once only. `spends`: uses up what the
    waiting numbers have.
    """

    name: str
    url: str
    lines: Lines
    headers: Sequence[str] = ()
    status: int = 200
    expected: str = ""
    spends: bool = False
    latency_s: float = 0.0
    connections: int = 32


def scenarios(site: Site, logins: Sequence[WaitingLogin]) -> list[Scenario]:
    """In the order of a round. The first ones of `logins` log in here."""
    waiting = logins[SIGNED_IN:]
    tokens = [_members(token=_session_token(site, login)) for login in logins[:SIGNED_IN]]
    reports = [report_line(site, login, state) for state in _STATES for login in waiting]
    guesses = [attempt(login.phone, wrong(login)) for login in waiting] * _WRONG_GUESSES
    locked = numbers("locked", OTHERS)
    ours = _Ours(site)
    return [
        Scenario("flask", site.flask_url, lambda _: tokens),
        Scenario("bare_login", f"{site.flask_url}/login", lambda _: map(attempt, locked)),
        ours.asking("introspect", "/v1/sessions/introspect", tokens),
        ours.asking("status", "/v1/otp/status", [status_line(one) for one in waiting]),
        ours.asking("webhook", "/whatsapp/webhooks", reports, spends=True),
        ours.asking("locked_validate", _VALIDATE, map(attempt, locked), status=429),
        ours.asking("locked_send", _SEND, map(send, locked), status=429),
        ours.asking("unknown_validate", _VALIDATE, map(attempt, numbers("unknown", OTHERS))),
        ours.asking(
            "validate_right",
            _VALIDATE,
            [attempt(one.phone, one.passcode) for one in waiting],
            expected='"valid":true',
            spends=True,
        ),
        ours.asking("validate_wrong", _VALIDATE, guesses, expected='"invalid_code"', spends=True),
        ours.sending("send_meta_0ms", 0.0, first=0),
        ours.sending("send_meta_300ms", 0.3, first=1_000_000),
    ]


class _Ours:
    def __init__(self, site: Site) -> None:
        self._url = site.service_url
        self._headers = [f"{name}: {value}" for name, value in site.headers.items()]

    def asking(
        self,
        name: str,
        path: str,
        lines: Iterable[str],
        *,
        status: int = 200,
        expected: str = "",
        spends: bool = False,
    ) -> Scenario:
        kept = list(lines)
        return Scenario(
            name=name,
            url=self._url + path,
            lines=lambda _: kept,
            headers=self._headers,
            status=status,
            expected=expected,
            spends=spends,
        )

    def sending(self, name: str, latency_s: float, first: int) -> Scenario:
        """To numbers that nothing was sent to before."""

        def lines(round_: int) -> Iterable[str]:
            return map(send, numbers("fresh", _FRESH_A_ROUND, first + round_ * _FRESH_A_ROUND))

        return Scenario(
            name=name,
            url=self._url + _SEND,
            lines=lines,
            headers=self._headers,
            expected='"success":true',
            latency_s=latency_s,
            connections=_SENDING_CONNECTIONS,
        )


_STATES = ("sent", "delivered", "read")


def send(phone: str) -> str:
    return _members(phoneNumber=phone)


def attempt(phone: str, passcode: str = "123456") -> str:
    return _members(phoneNumber=phone, otpCode=passcode)


def wrong(login: WaitingLogin) -> str:
    """Another code than the one that was sent."""
    return f"{(int(login.passcode) + 1) % 1_000_000:06d}"


def status_line(login: WaitingLogin) -> str:
    return _members(phoneNumber=login.phone, requestId=login.request_id)


def report_line(site: Site, login: WaitingLogin, state: str) -> str:
    """A report of Meta's behind its signature ("Messages webhook, status")."""
    report = {
        "id": login.wamid,
        "status": state,
        "timestamp": str(int(time.time())),
        "recipient_id": login.phone.removeprefix("+"),
        "biz_opaque_callback_data": login.label,
    }
    business_account = site.variables["WHATSAPP_BUSINESS_ACCOUNT_ID"]
    metadata = {"phone_number_id": site.variables["WHATSAPP_PHONE_NUMBER_ID"]}
    value = {"messaging_product": "whatsapp", "metadata": metadata, "statuses": [report]}
    change = {"field": "messages", "value": value}
    entry = {"id": business_account, "changes": [change]}
    body = _members(object="whatsapp_business_account", entry=[entry])
    secret = site.variables["WHATSAPP_APP_SECRET"].encode()
    return f"sha256={hmac.new(secret, body.encode(), hashlib.sha256).hexdigest()}\t{body}"


def _session_token(site: Site, login: WaitingLogin) -> str:
    answer = requests.post(
        site.service_url + _VALIDATE,
        data=attempt(login.phone, login.passcode),
        headers=site.headers,
        timeout=10,
    )
    answer.raise_for_status()
    return str(answer.json()["sessionToken"])


def _members(**members: object) -> str:
    return json.dumps(members)
