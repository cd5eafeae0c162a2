"""Waiting for a condition instead of for a time."""

import time
from collections.abc import Callable

PATIENCE_S = 10.0


def until(condition: Callable[[], object]) -> None:
    """Return once the condition holds; fail when it does not within PATIENCE_S."""
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < deadline, "the awaited condition never came"
        time.sleep(0.002)
