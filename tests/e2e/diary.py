"""Callers of one number under load, and what each of them was told."""

import random
import threading
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import requests

from tests.conftest import CONSOLE_KEY
from tests.e2e.meta_side import MetaSide

STATES = ["none", "sending", "accepted", "sent", "failed", "delivered", "read"]
_HEADERS = {"X-API-Key": CONSOLE_KEY}
# An answer that does not say what became of the request, as a broken connection does not.
_UNKNOWN = {"store_unavailable", "internal_error"}
# The event that each answer has to have left behind, by its code; None: whatever went well.
EVENT_OF: dict[str, dict[str | None, str]] = {
    "send": {
        None: "send_accepted",
        "send_in_progress": "send_refused",
        "locked": "send_refused",
        "delivery_unavailable": "send_unconfirmed",
    },
    "validate": {
        None: "login_succeeded",
        "invalid_code": "attempt_rejected",
        "expired_code": "attempt_refused",
        "too_many_attempts": "attempt_refused",
        "locked": "attempt_refused",
    },
    "clear": {None: "lockout_cleared"},
}
_PATHS = {"clear": "/v1/lockouts/clear"}


@dataclass
class Diary:
    """`told`: events that answers promise. `lost`: how many answers of a step never came."""

    phone: str
    told: Counter[str] = field(default_factory=Counter)
    lost: Counter[str] = field(default_factory=Counter)
    request_ids: list[str] = field(default_factory=list)
    tokens: list[str] = field(default_factory=list)
    codes: list[str] = field(default_factory=list)
    statuses: dict[tuple[int, str], list[str]] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)


class Caller:
    """One of a number's callers: sends, answers right and wrong, asks how it stands."""

    def __init__(self, index: int, diary: Diary, meta: MetaSide) -> None:
        self._index = index
        self._diary = diary
        self._meta = meta
        self._dice = random.Random(index)
        self._session = requests.Session()

    def live(self, stop: threading.Event) -> None:
        with self._session:
            while not stop.is_set():
                self._dice.choice([self._send, self._answer, self._answer, self._ask])()

    def _send(self) -> None:
        answer = self._post("send")
        if answer and answer.get("success"):
            with self._diary.lock:
                self._diary.request_ids.append(answer["requestId"])

    def _answer(self) -> None:
        inbox = self._meta.simulator.inbox(self._diary.phone)
        if not inbox:
            return
        code = self._dice.choice(inbox[-2:]).code
        if self._dice.random() < 0.2:
            code = f"{(int(code) + 1) % 10**6:06d}"
        answer = self._post("validate", otpCode=code)
        if answer and answer.get("valid"):
            with self._diary.lock:
                self._diary.tokens.append(answer["sessionToken"])
        elif answer and answer["code"] == "locked":
            self._post("clear")

    def _ask(self) -> None:
        request_ids = self._diary.request_ids[-2:]
        if request_ids:
            request_id = self._dice.choice(request_ids)
            answer = self._post("status", requestId=request_id)
            if answer and "status" in answer:
                seen = self._diary.statuses.setdefault((self._index, request_id), [])
                seen.append(answer["status"])

    def _post(self, step: str, **members: str) -> dict[str, Any] | None:
        """The answer; None when it is lost. Writes into the diary what it promises."""
        url = self._meta.service.url + _PATHS.get(step, f"/v1/otp/{step}")
        body = {"phoneNumber": self._diary.phone, **members}
        answer: dict[str, Any] | None = None
        with suppress(requests.RequestException):
            answer = self._session.post(url, json=body, headers=_HEADERS, timeout=10).json()
        code = answer.get("code") if answer else "lost"
        with self._diary.lock:
            if answer is None or code in _UNKNOWN:
                self._diary.lost[step] += 1
            elif step in EVENT_OF:
                self._diary.told[EVENT_OF[step][code]] += 1
        return answer
