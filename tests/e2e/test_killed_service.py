"""kill -9 at random moments under load: no code works twice, no attempt without its event."""

import random
import signal
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import redis
import requests

from otp_service.simulator import RunningSimulator
from tests.e2e.aftermath import assert_one_story, events_of
from tests.e2e.conftest import Service

KILLS = 6
PEOPLE = 6


class Person:
    """Asks for codes and answers each one several times, right and wrong."""

    def __init__(self, index: int, service: Service, simulator: RunningSimulator) -> None:
        self.phone = f"+1239555{2100 + index}"
        self.logins: list[tuple[str, str]] = []
        self._random = random.Random(index)
        self._service = service
        self._simulator = simulator

    def live(self, stop: threading.Event) -> None:
        while not stop.is_set():
            self._post("send", {})
            for message in self._simulator.inbox(self.phone)[-2:]:
                for _ in range(3):
                    self._answer(message.code)
                if self._random.random() < 0.3:
                    self._answer(f"{(int(message.code) + 1) % 10**6:06d}")

    def _answer(self, code: str) -> None:
        answer = self._post("validate", {"otpCode": code})
        if answer.get("valid"):
            self.logins.append((code, answer["sessionToken"]))

    def _post(self, step: str, members: dict[str, str]) -> dict[str, str]:
        try:
            answer = self._service.post(f"/v1/otp/{step}", phoneNumber=self.phone, **members)
        except requests.RequestException:
            return {}
        result: dict[str, str] = answer.json()
        return result


def test_whatever_is_killed_no_code_works_twice_and_every_attempt_is_recorded(
    service: Service, simulator: RunningSimulator, redis_client: redis.Redis
):
    people = [Person(index, service, simulator) for index in range(PEOPLE)]
    stop = threading.Event()
    moments = random.Random(7)
    with ThreadPoolExecutor(PEOPLE) as pool:
        lives = [pool.submit(person.live, stop) for person in people]
        for _ in range(KILLS):
            stop.wait(moments.uniform(0.4, 1.2))
            service.stop(signal.SIGKILL)
            # A lock that its killed owner cannot give back would outlast the test.
            for key in redis_client.scan_iter("*:sending:*"):
                redis_client.delete(key)
            service.start()
        stop.set()
        for life in lives:
            life.result()

    events = events_of(redis_client)
    logins = Counter(e["request_id"] for e in events if e["event"] == "login_succeeded")
    told = Counter(code for person in people for code in person.logins)
    assert sum(told.values()) >= KILLS, "the load never logged anyone in"
    assert max(logins.values()) == 1
    assert max(Counter((p.phone, code) for p in people for code, _ in p.logins).values()) == 1
    assert sum(told.values()) <= sum(logins.values())

    issued = {e["request_id"] for e in events if e["event"] == "passcode_issued"}
    messages = [m for person in people for m in simulator.inbox(person.phone)]
    sent = {str(message.callback_data).partition(".")[0] for message in messages}
    assert sent <= issued
    assert_one_story(redis_client)
