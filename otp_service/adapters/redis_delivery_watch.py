"""DeliveryWatch on Redis Pub/Sub: one listening thread a process, for as long as anybody waits.

Pub/Sub may lose a message, so each wait ends after a few seconds anyway and looks again.
"""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import redis
import structlog

CHANNEL = "otp:delivery"
_LOOK_AGAIN_S = 2.0
_LISTEN_S = 1.0
_IDLE_S = 5.0
_log = structlog.get_logger(__name__)


class RedisDeliveryWatch:
    """`seats`: how many of this process's threads may wait at once; the others are not kept."""

    def __init__(self, client: redis.Redis, seats: int) -> None:
        self._client = client
        self._seats = threading.BoundedSemaphore(seats)
        self._lock = threading.Lock()
        self._waiting: dict[str, set[threading.Event]] = {}
        self._listening = False

    @contextmanager
    def watching(self, challenge_id: str) -> Iterator["_Seat"]:
        if not self._seats.acquire(blocking=False):
            yield _Seat(None)
            return
        changed = threading.Event()
        self._add(challenge_id, changed)
        try:
            yield _Seat(changed)
        finally:
            self._remove(challenge_id, changed)
            self._seats.release()

    def _add(self, challenge_id: str, changed: threading.Event) -> None:
        with self._lock:
            self._waiting.setdefault(challenge_id, set()).add(changed)
            if self._listening:
                return
            self._listening = True
        threading.Thread(target=self._listen, name="delivery-watch", daemon=True).start()

    def _remove(self, challenge_id: str, changed: threading.Event) -> None:
        with self._lock:
            others = self._waiting[challenge_id] - {changed}
            if others:
                self._waiting[challenge_id] = others
            else:
                del self._waiting[challenge_id]

    def _listen(self) -> None:
        while not self._ended():
            try:
                self._hear()
            except Exception as error:  # noqa: BLE001 - without this thread nobody is woken
                _log.warning("delivery_watch_deaf", error=type(error).__name__)
                time.sleep(_LISTEN_S)

    def _ended(self) -> bool:
        with self._lock:
            if not self._waiting:
                self._listening = False
            return not self._listening

    def _hear(self) -> None:
        """Wake whoever is named, until nobody has waited for a while."""
        quiet_since = time.monotonic()
        with self._client.pubsub(  # type: ignore[no-untyped-call]
            ignore_subscribe_messages=True
        ) as subscription:
            subscription.subscribe(CHANNEL)
            while time.monotonic() - quiet_since < _IDLE_S:
                message = subscription.get_message(timeout=_LISTEN_S)
                if message:
                    self._wake(str(message["data"]))
                if self._waiting:
                    quiet_since = time.monotonic()

    def _wake(self, challenge_id: str) -> None:
        with self._lock:
            for changed in self._waiting.get(challenge_id, ()):
                changed.set()


class _Seat:
    """StateChange: one waiting thread's, or none's."""

    def __init__(self, changed: threading.Event | None) -> None:
        self._changed = changed

    def wait(self, timeout_s: float) -> bool:
        if self._changed is None:
            return False
        # Woken or not, it is worth a look: the listener may have been deaf.
        self._changed.wait(min(timeout_s, _LOOK_AGAIN_S))
        self._changed.clear()
        return True
