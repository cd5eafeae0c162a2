"""Two instances behind the proxy hold the login flow's bounds together, as one does."""

import json
import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from otp_service.simulator import RunningSimulator
from tests.conftest import GAS_KEY
from tests.deploy.instances import Instance, UnixConnection
from tests.deploy.proxy import Proxy
from tests.e2e.conftest import await_condition

_CALLERS = 12
_LIMIT, _TRIES, _LOCK_AT = 3, 5, 10


def at_once(step: Callable[[int], dict[str, Any]]) -> list[dict[str, Any]]:
    """What `_CALLERS` callers hear who leave a barrier together."""
    barrier = threading.Barrier(_CALLERS)

    def leave(number: int) -> dict[str, Any]:
        barrier.wait(20)
        return step(number)

    with ThreadPoolExecutor(_CALLERS) as pool:
        return list(pool.map(leave, range(_CALLERS)))


def wrong(code: str, number: int) -> str:
    return f"{(int(code) + 1 + number) % 10**6:06d}"


def ask(instance: Instance, address: str, **members: str) -> dict[str, Any]:
    """One instance's own answer, past the proxy."""
    connection = UnixConnection(instance.socket)
    headers = {"X-API-Key": GAS_KEY, "X-Forwarded-For": "127.0.0.1"}
    connection.request("POST", address, json.dumps(members), headers)
    with connection.getresponse() as answer:
        told: dict[str, Any] = json.load(answer)
    connection.close()
    return told


def test_the_proxy_asks_both(proxy: Proxy, instances: list[Instance]):
    def asked() -> list[int]:
        return [proxy.logs.count(str(instance.socket)) for instance in instances]

    before = asked()
    at_once(lambda _: proxy.post("/", action="health"))
    await_condition(lambda: sum(asked()) == sum(before) + _CALLERS, "nginx to log all of them")
    assert all(now > then for now, then in zip(asked(), before, strict=True))


def test_three_messages_leave_however_many_ask_at_once(proxy: Proxy, simulator: RunningSimulator):
    phone = "+12395550201"
    told: list[dict[str, Any]] = []
    while not any(answer.get("code") == "rate_limited" for answer in told):
        told += at_once(lambda _: proxy.post("/v1/otp/send", phoneNumber=phone))
    assert len(simulator.inbox(phone)) == _LIMIT
    assert sum(answer["success"] for answer in told) == _LIMIT
    refusals = Counter(answer["code"] for answer in told if not answer["success"])
    assert set(refusals) <= {"rate_limited", "send_in_progress"}


def test_five_tries_are_compared_however_many_guess_at_once(
    proxy: Proxy, simulator: RunningSimulator
):
    phone = "+12395550202"
    proxy.post("/v1/otp/send", phoneNumber=phone)
    code = simulator.inbox(phone)[-1].code
    told = at_once(
        lambda n: proxy.post("/v1/otp/validate", phoneNumber=phone, otpCode=wrong(code, n))
    )
    assert sum(answer["code"] == "invalid_code" for answer in told) <= _TRIES
    # The right one comes too late: wherever it is asked, the tries are spent.
    for _ in range(4):
        late = proxy.post("/v1/otp/validate", phoneNumber=phone, otpCode=code)
        assert late["valid"] is False
        assert late["code"] == "too_many_attempts"


def test_one_of_many_right_answers_gets_the_session(proxy: Proxy, simulator: RunningSimulator):
    phone = "+12395550203"
    proxy.post("/v1/otp/send", phoneNumber=phone)
    code = simulator.inbox(phone)[-1].code
    told = at_once(lambda _: proxy.post("/v1/otp/validate", phoneNumber=phone, otpCode=code))
    assert sum(answer["valid"] for answer in told) == 1


def test_ten_failures_lock_the_number_on_both(proxy: Proxy, simulator: RunningSimulator):
    phone = "+12395550204"
    for _ in range(_LOCK_AT // _TRIES):
        proxy.post("/v1/otp/send", phoneNumber=phone)
        code = simulator.inbox(phone)[-1].code
        for number in range(_TRIES):
            proxy.post("/v1/otp/validate", phoneNumber=phone, otpCode=wrong(code, number))
    told = at_once(lambda _: proxy.post("/v1/otp/validate", phoneNumber=phone, otpCode=code))
    assert {answer["code"] for answer in told} == {"locked"}
    assert proxy.post("/v1/otp/send", phoneNumber=phone)["code"] == "locked"


def test_a_session_of_one_instance_is_known_and_ended_on_the_other(
    proxy: Proxy, instances: list[Instance], simulator: RunningSimulator
):
    phone = "+12395550205"
    first, second = instances
    ask(first, "/v1/otp/send", phoneNumber=phone)
    code = simulator.inbox(phone)[-1].code
    token = ask(second, "/v1/otp/validate", phoneNumber=phone, otpCode=code)["sessionToken"]
    assert ask(first, "/v1/sessions/introspect", token=token)["active"] is True
    ask(second, "/v1/sessions/revoke", token=token)
    assert ask(first, "/v1/sessions/introspect", token=token) == {"active": False}
