"""Waiting for Meta's review of the template, with its progress."""

import time
from collections.abc import Callable, Sequence

from otp_service.cli.tables import console
from otp_service.whatsapp.errors import PlatformError
from otp_service.whatsapp.template_plan import Act, Step

_REVIEWED = frozenset({"PENDING", "IN_APPEAL"})
_FIRST_PAUSE_S = 0.5
_LONGEST_PAUSE_S = 5.0


def is_under_review(step: Step) -> bool:
    """Whether waiting helps; what was just created may take a moment to be there at all."""
    if step.template is None:
        return step.act is Act.CREATE
    return step.template.status in _REVIEWED


def await_review(look: Callable[[], Sequence[Step]], wait_s: float) -> Sequence[Step]:
    """Tell of each language's status as it changes; the steps when no review is under way.

    After `wait_s` they are returned as they are. Raise PlatformError when Meta is away then.
    """
    shown = console()
    deadline = time.monotonic() + wait_s
    told: dict[str, str] = {}
    pause_s = _FIRST_PAUSE_S
    with shown.status("Waiting for Meta's review."):
        while True:
            left_s = deadline - time.monotonic()
            try:
                steps = look()
            except PlatformError:
                # What was handed in stays so; a hiccup of Meta's changes nothing.
                if left_s <= 0:
                    raise
            else:
                for step in steps:
                    state = _state(step)
                    if told.get(step.language) != state:
                        told[step.language] = state
                        shown.print(f"{step.language:8} {state}")
                if left_s <= 0 or not any(map(is_under_review, steps)):
                    return steps
            time.sleep(max(0.0, min(pause_s, left_s)))
            pause_s = min(pause_s * 2, _LONGEST_PAUSE_S)


def _state(step: Step) -> str:
    if step.template is None:
        return "not there yet"
    reason = step.template.rejected_reason
    status = step.template.status or "of no known status"
    return f"{status} ({reason})" if reason not in {None, "NONE"} else status
