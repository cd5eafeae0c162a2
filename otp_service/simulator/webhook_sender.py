"""Posts webhooks in the background, and again when the receiver does not answer with 2xx.

Meta, "Webhooks, Getting started": signed over the raw body, repeated with decreasing frequency.
"""

import threading
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import requests

from otp_service.simulator.pending_webhooks import PendingUpdate, PendingUpdates
from otp_service.simulator.settings import SimulatorSettings
from otp_service.simulator.webhook_body import WebhookUpdate, signature, webhook_body

#: All that concerns one person goes through one thread, so that it stays in its order.
_THREADS = 4
_CAPACITY = 100_000
_TIMEOUT_S = 5.0


class WebhookSender:
    """Sends while its `running()` block lasts. Without a URL it forgets what it is given.

    `batch`: how many updates, due at the same time, may share one body. `unknown_members`: adds
    members and a field that no reader can know. Both can be changed while running, as can
    `retry_after_s`.
    """

    def __init__(self, settings: SimulatorSettings, *, capacity: int = _CAPACITY) -> None:
        self.batch = 1
        self.unknown_members = False
        self.retry_after_s: Sequence[float] = settings.webhook_retry_after_s
        self._settings = settings
        self._url = settings.webhook_url
        self._lanes = [PendingUpdates(capacity // _THREADS) for _ in range(_THREADS)]
        self._is_held = False
        self._lock = threading.Lock()
        self._counts = Counter[str]()

    @property
    def url(self) -> str | None:
        return self._url

    def send_to(self, url: str | None) -> None:
        """From now on, what is waiting included; None forgets it."""
        self._url = url
        if url is None:
            for lane in self._lanes:
                lane.clear()

    @property
    def is_held(self) -> bool:
        return self._is_held

    def hold(self, is_held: bool) -> None:  # noqa: FBT001  # the state itself
        """Keeps everything, until it is let go."""
        self._is_held = is_held
        for lane in self._lanes:
            lane.hold(is_held)

    def send(self, update: WebhookUpdate, after_s: float, *, about: str) -> None:
        """In so many seconds. `about`: whom it concerns. Counted as dropped without room."""
        if self._url is None:
            return
        lane = self._lanes[zlib.crc32(about.encode()) % _THREADS]
        if not lane.put(update, after_s):
            self._count("dropped", 1)

    def to_json(self) -> dict[str, int]:
        """`pending` and what became of the rest: `answered` with 2xx, `given_up`, `dropped`.

        `repeated`: how many of them were to be sent once more.
        """
        with self._lock:
            counts = {
                name: self._counts[name]
                for name in ("answered", "repeated", "given_up", "dropped")
            }
        return {"pending": sum(len(lane) for lane in self._lanes)} | counts

    @contextmanager
    def running(self) -> Iterator[None]:
        """What is still waiting at the end is never sent."""
        threads = [
            threading.Thread(target=self._work, args=(lane,), name="webhooks", daemon=True)
            for lane in self._lanes
        ]
        for lane in self._lanes:
            lane.open()
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            for lane in self._lanes:
                lane.close()
            for thread in threads:
                thread.join()

    def _work(self, lane: PendingUpdates) -> None:
        with requests.Session() as session:
            # The receiver is named by the settings: no proxy and no .netrc of this machine.
            session.trust_env = False
            while taken := lane.take(lambda: self.batch):
                if self._post(session, [pending.update for pending in taken]):
                    self._count("answered", len(taken))
                else:
                    self._repeat(lane, taken)
                lane.settle(len(taken))

    def _post(self, session: requests.Session, updates: Sequence[WebhookUpdate]) -> bool:
        """Whether it was answered with 2xx."""
        url = self._url
        if url is None:
            return False
        raw = webhook_body(updates, self._settings, unknown_members=self.unknown_members)
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "facebookexternalua",
            "X-Hub-Signature-256": signature(self._settings.app_secret or "", raw),
        }
        try:
            answer = session.post(
                url, data=raw, headers=headers, timeout=_TIMEOUT_S, allow_redirects=False
            )
        except requests.RequestException:
            return False
        return 200 <= answer.status_code < 300

    def _repeat(self, lane: PendingUpdates, taken: Sequence[PendingUpdate]) -> None:
        for pending in taken:
            retry_after_s = self.retry_after_s
            if self._url is None or pending.attempts >= len(retry_after_s):
                self._count("given_up", 1)
            elif lane.put_back(pending, retry_after_s[pending.attempts]):
                self._count("repeated", 1)
            else:
                self._count("dropped", 1)

    def _count(self, name: str, times: int) -> None:
        with self._lock:
            self._counts[name] += times
