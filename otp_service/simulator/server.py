"""Runs the simulator: as a process of its own, or inside a test."""

import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

from otp_service.simulator.app import create_simulator
from otp_service.simulator.faults import OrderedFaults
from otp_service.simulator.http_server import SimulatorServer
from otp_service.simulator.inbox_message import InboxMessage
from otp_service.simulator.settings import SimulatorSettings
from otp_service.simulator.state import SimulatorState
from otp_service.simulator.webhook_sender import WebhookSender

_POLL_INTERVAL_S = 0.05
_STOP_GRACE_S = 5.0


def serve(settings: SimulatorSettings, host: str = "127.0.0.1", port: int = 8900) -> None:
    """Serves until SIGTERM or SIGINT, then lets answers under way end (5 s at most).

    Must run in the main thread. An occupied port ends the process with a sentence on stderr.
    """
    stop = threading.Event()

    def ask_to_stop(_signal: int, _frame: FrameType | None) -> None:
        stop.set()

    sender = WebhookSender(settings)
    server = SimulatorServer(host, port, create_simulator(settings, sender=sender))
    previous = {number: signal.signal(number, ask_to_stop) for number in _STOP_SIGNALS}
    try:
        with sender.running(), _serving(server, grace_s=_STOP_GRACE_S):
            stop.wait()
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)


_STOP_SIGNALS = (signal.SIGTERM, signal.SIGINT)


class RunningSimulator:
    """A simulator in this process, and what a test wants to know of it."""

    def __init__(self, base_url: str, state: SimulatorState, faults: OrderedFaults) -> None:
        #: Scheme, host and port, without a slash at the end.
        self.base_url = base_url
        self._state = state
        self._faults = faults

    @property
    def requests_received(self) -> int:
        """Calls to the Graph API so far, refused and dropped ones included."""
        return self._state.requests_received

    def inbox(self, to_e164: str) -> list[InboxMessage]:
        """All messages kept for this recipient, newest last."""
        return self._state.messages(to=to_e164)

    def write_to_business(self, from_e164: str, text: str = "Hello") -> str:
        """They write, which opens their customer service window for 24 hours; the wamid."""
        return self._state.inbound.write(from_e164, text).wamid

    def disown(self, wamid: str) -> str:
        """Presses "I didn't request a code" under a message; the wamid of the press.

        Raises `KeyError` for a message that is not kept or has no such button.
        """
        return self._state.disown(wamid).wamid

    def set_latency(self, seconds: float) -> None:
        self._faults.set_latency(seconds)


@contextmanager
def running_simulator(
    settings: SimulatorSettings,
    *,
    port: int = 0,
    clock: Callable[[], float] = time.time,
    sleep: Callable[[float], None] = time.sleep,
) -> Iterator[RunningSimulator]:
    """Serves on the loopback until the block ends, then cuts every connection.

    `port`: 0 takes a free one. `clock`: Unix seconds, decides how far delivery has come.
    `sleep`: seconds, called for latency and slow answers.
    """
    state = SimulatorState(settings, clock)
    faults = OrderedFaults(settings.latency_s)
    sender = WebhookSender(settings)
    app = create_simulator(settings, state=state, faults=faults, sender=sender, sleep=sleep)
    server = SimulatorServer("127.0.0.1", port, app)
    with sender.running(), _serving(server, grace_s=0.0):
        yield RunningSimulator(f"http://127.0.0.1:{server.port}", state, faults)


@contextmanager
def _serving(server: SimulatorServer, *, grace_s: float) -> Iterator[None]:
    thread = threading.Thread(
        target=server.serve_forever, args=(_POLL_INTERVAL_S,), name="simulator", daemon=True
    )
    thread.start()
    try:
        yield
    finally:
        server.stop(grace_s)
        thread.join()
