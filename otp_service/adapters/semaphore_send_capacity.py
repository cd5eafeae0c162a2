"""SendCapacity: at most so many of this process's threads wait on Meta at once.

Without a cap a slow Meta takes every thread, and validation, which needs no Meta, waits behind it.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from otp_service.domain.errors import AtCapacityError


class SemaphoreSendCapacity:
    def __init__(self, slots: int) -> None:
        self._slots = threading.BoundedSemaphore(slots)

    @contextmanager
    def slot(self) -> Iterator[None]:
        """Raise AtCapacityError at once when no slot is free."""
        if not self._slots.acquire(blocking=False):
            raise AtCapacityError(retry_after_s=1)
        try:
            yield
        finally:
            self._slots.release()
