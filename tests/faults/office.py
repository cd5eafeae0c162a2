"""All of it as it is deployed: nginx, two instances, Redis, and a Meta that can fail."""

import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, TypeVar

import redis

from tests.deploy.instances import Instance
from tests.deploy.proxy import Proxy
from tests.e2e.aftermath import assert_one_story, audit_report, events_of
from tests.faults.fragile_meta import FragileMeta

_T = TypeVar("_T")


def together(steps: Sequence[Callable[[], _T]]) -> list[_T]:
    """What each of the callers hears who leave a barrier at the same moment, in their order."""
    barrier = threading.Barrier(len(steps))

    def leave(step: Callable[[], _T]) -> _T:
        barrier.wait(20)
        return step()

    with ThreadPoolExecutor(len(steps)) as pool:
        return list(pool.map(leave, steps))


@dataclass(frozen=True)
class Heard:
    """An answer, and how long its caller waited for it."""

    status: int
    told: dict[str, Any]
    seconds: float

    @property
    def code(self) -> str | None:
        """None: it went well."""
        return self.told.get("code")


@dataclass
class Office:
    """`operator` sees all of Redis. `variables`: the instances' environment."""

    proxy: Proxy
    instances: list[Instance]
    meta: FragileMeta
    operator: redis.Redis
    variables: dict[str, str]
    _sent_to: dict[str, list[Heard]] = field(default_factory=dict)

    def open(self) -> None:
        """Start whichever instance is not running."""
        together([instance.start for instance in self.instances])

    def send(self, phone: str, step: str = "send", **members: str) -> Heard:
        heard = self._ask(f"/v1/otp/{step}", phone, members)
        self._sent_to.setdefault(phone, []).append(heard)
        return heard

    def validate(self, phone: str, code: str) -> Heard:
        return self._ask("/v1/otp/validate", phone, {"otpCode": code})

    def passcode(self, phone: str) -> str:
        """That of the newest message."""
        return self.meta.messages(phone)[-1].code

    def sent_passcode(self, phone: str) -> str:
        assert self.send(phone).status == 200
        return self.passcode(phone)

    def _ask(self, address: str, phone: str, members: dict[str, str]) -> Heard:
        headers = {"X-API-Key": key} if (key := members.pop("key", "")) else {}
        began = time.monotonic()
        body = {"phoneNumber": phone, **members}
        answer = self.proxy.ask("POST", address, headers, json=body)
        return Heard(answer.status, answer.json(), time.monotonic() - began)

    def reasons(self) -> Counter[str]:
        """Of all events that have one."""
        return Counter(e["reason"] for e in events_of(self.operator) if e["reason"])

    def assert_logs_in_once(self, phone: str, code: str) -> None:
        """However many ask together, and wherever they are asked."""
        heard = together([lambda: self.validate(phone, code)] * 4)
        assert sum(one.told["valid"] for one in heard) == 1
        assert {one.code for one in heard} == {None, "expired_code"}

    def assert_nothing_lost_or_done_twice(self) -> None:
        """Answers, messages, events, counters and chains tell the same."""
        assert_one_story(self.operator)
        assert audit_report(self.variables).intact
        events = events_of(self.operator)
        ends = {
            name: {e["request_id"] for e in events if e["event"] == name}
            for name in ("passcode_issued", "send_accepted", "send_failed")
        }
        for phone, heard in self._sent_to.items():
            messages = self.meta.messages(phone)
            taken = Counter(str(one.callback_data).partition(".")[0] for one in messages)
            assert not taken or max(taken.values()) == 1
            # Its passcode is on record, and nobody was told that it failed.
            assert taken.keys() <= ends["passcode_issued"] - ends["send_failed"]
            promised = {one.told["requestId"] for one in heard if one.status == 200}
            assert promised <= ends["send_accepted"] & taken.keys()
