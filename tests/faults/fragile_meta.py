"""Meta's side as it can be slow, refuse, go away and come back, at one and the same address."""

import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import requests

from otp_service.simulator import RunningSimulator, SimulatorSettings, running_simulator
from otp_service.simulator.inbox_message import InboxMessage
from tests.conftest import ACCESS_TOKEN, APP_SECRET, BUSINESS_ACCOUNT_ID, PHONE_NUMBER_ID
from tests.e2e.conftest import free_port

_SETTINGS = SimulatorSettings(
    access_token=ACCESS_TOKEN,
    phone_number_id=PHONE_NUMBER_ID,
    business_account_id=BUSINESS_ACCOUNT_ID,
    app_secret=APP_SECRET,
)
_MANY = 1_000_000
# Nearly all of the 10 s that the service gives it.
_SLOW_S = 9.5


class FragileMeta:
    """What it took before it went away is still in people's hands: messages of every start."""

    def __init__(self) -> None:
        self._port = free_port()
        self.base_url = f"http://127.0.0.1:{self._port}"
        self._running = ExitStack()
        self._starts: list[RunningSimulator] = []
        self._answers_now = threading.Event()

    def start(self) -> None:
        running = running_simulator(_SETTINGS, port=self._port, sleep=self._linger)
        self._starts.append(self._running.enter_context(running))

    def stop(self) -> None:
        """Cut every connection; whoever asks is refused one."""
        self._running.close()

    def messages(self, phone: str) -> list[InboxMessage]:
        """Newest last."""
        return [message for start in self._starts for message in start.inbox(phone)]

    def taken(self, phones: list[str]) -> int:
        """How many messages to all of them."""
        return sum(len(self.messages(phone)) for phone in phones)

    @contextmanager
    def slow(self) -> Iterator[None]:
        """Takes each message at once; answers after `_SLOW_S`, or when told to `hurry`."""
        self._answers_now.clear()
        self._starts[-1].set_latency(_SLOW_S)
        try:
            yield
        finally:
            self._starts[-1].set_latency(0)
            self.hurry()

    def hurry(self) -> None:
        self._answers_now.set()

    def _linger(self, seconds: float) -> None:
        if seconds:
            self._answers_now.wait(seconds)

    @contextmanager
    def refusing(self, code: int) -> Iterator[None]:
        self._refuse(code, _MANY)
        try:
            yield
        finally:
            self._refuse(code, 0)

    def _refuse(self, code: int, times: int) -> None:
        order = {"fail_next": {"code": code, "times": times}}
        requests.post(f"{self.base_url}/control", json=order, timeout=10).raise_for_status()
