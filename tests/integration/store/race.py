"""Callers that leave a barrier together, round after round: one round can miss a race."""

import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

from otp_service.domain.errors import OtpError

T = TypeVar("T")
CALLERS, ROUNDS = 12, 30
_PATIENCE_S = 20.0


class Race:
    """Each step in a thread of its own; a refusal is a result like any other."""

    def __init__(self, pool: ThreadPoolExecutor) -> None:
        self._pool = pool

    def run(self, steps: Sequence[Callable[[], T]]) -> list[T | OtpError]:
        barrier = threading.Barrier(len(steps))

        def leave(step: Callable[[], T]) -> T | OtpError:
            barrier.wait(_PATIENCE_S)
            try:
                return step()
            except OtpError as refusal:
                return refusal

        return list(self._pool.map(leave, steps))


@contextmanager
def races(callers: int = CALLERS) -> Iterator[Race]:
    with ThreadPoolExecutor(callers) as pool:
        yield Race(pool)


def results_of(kind: type[T], outcomes: Sequence[object]) -> list[T]:
    return [outcome for outcome in outcomes if isinstance(outcome, kind)]
