"""What waits to be told by webhook, each thing from the instant at which it is due."""

import heapq
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from itertools import count

from otp_service.simulator.webhook_body import WebhookUpdate


@dataclass(frozen=True, order=True)
class PendingUpdate:
    """`due_at`: on the monotonic clock. `attempts`: how often it was sent already."""

    due_at: float
    sequence: int
    update: WebhookUpdate = field(compare=False)
    attempts: int = field(compare=False, default=0)


class PendingUpdates:
    """Bounded; safe for many threads. What was taken counts as pending until it is settled."""

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        self._condition = threading.Condition()
        self._heap: list[PendingUpdate] = []
        self._sequence = count()
        self._taken = 0
        self._is_held = False
        self._is_closed = False

    def __len__(self) -> int:
        with self._condition:
            return len(self._heap) + self._taken

    def put(self, update: WebhookUpdate, after_s: float) -> bool:
        """Whether there was room for it."""
        pending = PendingUpdate(time.monotonic() + after_s, next(self._sequence), update)
        return self._push(pending)

    def put_back(self, pending: PendingUpdate, after_s: float) -> bool:
        """To be sent once more; the same answer as `put`."""
        due_at = time.monotonic() + after_s
        return self._push(replace(pending, due_at=due_at, attempts=pending.attempts + 1))

    def take(self, most: Callable[[], int]) -> list[PendingUpdate]:
        """Waits until something is due; the earliest first. Empty once closed.

        `most`: how many at once, asked when the waiting ends.
        """
        with self._condition:
            while not self._is_closed:
                now = time.monotonic()
                if not self._is_held and self._heap and self._heap[0].due_at <= now:
                    return self._pop_due(now, most())
                self._condition.wait(self._wait_s(now))
            return []

    def settle(self, taken: int) -> None:
        """So many of those taken are told, put back, or given up."""
        with self._condition:
            self._taken -= taken

    def hold(self, is_held: bool) -> None:  # noqa: FBT001  # the state itself
        """Held, nothing is due; what becomes due in the meantime waits."""
        with self._condition:
            self._is_held = is_held
            self._condition.notify_all()

    def clear(self) -> None:
        with self._condition:
            self._heap.clear()

    def open(self) -> None:
        with self._condition:
            self._is_closed = False

    def close(self) -> None:
        with self._condition:
            self._is_closed = True
            self._condition.notify_all()

    def _push(self, pending: PendingUpdate) -> bool:
        with self._condition:
            if len(self._heap) >= self._capacity:
                return False
            heapq.heappush(self._heap, pending)
            self._condition.notify_all()
            return True

    def _pop_due(self, now: float, most: int) -> list[PendingUpdate]:
        due: list[PendingUpdate] = []
        while self._heap and self._heap[0].due_at <= now and len(due) < most:
            due.append(heapq.heappop(self._heap))
        self._taken += len(due)
        return due

    def _wait_s(self, now: float) -> float | None:
        if self._is_held or not self._heap:
            return None
        return self._heap[0].due_at - now
