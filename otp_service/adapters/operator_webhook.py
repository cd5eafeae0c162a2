"""Tells the operator's chat of what is in the journal: a signed POST in Slack's shape.

One process at a time hands over, oldest first; where it stands is in Redis, so nothing is told
twice and nothing is lost while the other side is away. Never called while somebody waits.
"""

import hashlib
import hmac
import json
import time
from typing import Any

import redis
import requests

from otp_service.adapters.redis_operator_journal import EVENTS
from otp_service.adapters.redis_scripts import store_errors
from otp_service.domain.health import UnansweredError
from otp_service.domain.operator_event import Severity

SIGNATURE_HEADER = "X-Otp-Signature"
TIMESTAMP_HEADER = "X-Otp-Timestamp"
# One hash tag with the journal, so in one slot.
_TOLD_UP_TO = "{otp:operator}:webhook:last"
_TURN = "{otp:operator}:webhook:turn"
_TOLD = "{otp:operator}:webhook:told:"
_KEPT_S = 90 * 86_400
# What Meta repeats is told once; it repeats for longer only after an outage of ours.
_REPEATED_WITHIN_S = 3_600
_AT_ONCE = 20
_TIMEOUT_S = 5.0
_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 10.0, 600.0


class OperatorWebhook:
    """Warnings and worse only. `secret` signs `<timestamp>.<body>` with HMAC-SHA-256."""

    def __init__(self, client: redis.Redis, url: str, secret: str) -> None:
        self._client = client
        self._url = url
        self._secret = secret.encode()
        self._session = requests.Session()
        self._pause_s = _FIRST_PAUSE_S
        self._again_at = 0.0

    def begin(self) -> None:
        """What happened before there was a webhook is in the journal only."""
        with store_errors("begin_webhook"):
            newest: Any = self._client.xrevrange(EVENTS, count=1)
            last = newest[0][0] if newest else "0"
            self._client.set(_TOLD_UP_TO, last, nx=True, ex=_KEPT_S)

    def hand_over(self) -> None:
        """A few events. Raise UnansweredError, StoreUnavailableError."""
        if time.monotonic() < self._again_at:
            return
        with store_errors("hand_over_events"):
            # For longer than a turn can take: whoever dies leaves it to the next.
            seconds = int(_AT_ONCE * 2 * _TIMEOUT_S)
            if not self._client.set(_TURN, "taken", nx=True, ex=seconds):
                return
            try:
                self._hand_over()
            finally:
                self._client.delete(_TURN)

    def _hand_over(self) -> None:
        last: Any = self._client.get(_TOLD_UP_TO) or "0"
        waiting: Any = self._client.xrange(EVENTS, min=f"({last}", count=_AT_ONCE)
        for event_id, fields in waiting:
            if fields["severity"] != Severity.INFO:
                self._tell(fields)
            self._client.set(_TOLD_UP_TO, event_id, ex=_KEPT_S)

    def _tell(self, fields: dict[str, str]) -> None:
        sentence = _sentence(fields)
        mark = _TOLD + hashlib.sha256(sentence.encode(errors="replace")).hexdigest()
        if self._client.exists(mark):
            return
        self._post(json.dumps({"text": sentence}).encode())
        self._client.set(mark, "1", ex=_REPEATED_WITHIN_S)

    def _post(self, body: bytes) -> None:
        timestamp = str(int(time.time()))
        signed = hmac.new(self._secret, f"{timestamp}.".encode() + body, hashlib.sha256)
        headers = {
            "Content-Type": "application/json",
            TIMESTAMP_HEADER: timestamp,
            SIGNATURE_HEADER: f"sha256={signed.hexdigest()}",
        }
        try:
            answer = self._session.post(
                self._url, data=body, headers=headers, timeout=_TIMEOUT_S, allow_redirects=False
            )
            refused = "" if answer.ok and not answer.is_redirect else f"HTTP {answer.status_code}"
        except requests.RequestException as error:
            refused = type(error).__name__
        if refused:
            self._again_at = time.monotonic() + self._pause_s
            self._pause_s = min(self._pause_s * 2, _LONGEST_PAUSE_S)
            # Never the address: in Slack's it is the key.
            raise UnansweredError(f"the operator's webhook: {refused}") from None
        self._pause_s = _FIRST_PAUSE_S


def _sentence(fields: dict[str, str]) -> str:
    detail = ", ".join(f"{name}: {value}" for name, value in json.loads(fields["detail"]).items())
    head = f"[{fields['severity'].upper()}] {fields['kind'].replace('_', ' ')}"
    return f"{head} ({detail})" if detail else head
