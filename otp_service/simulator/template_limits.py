"""How often templates can be created and edited, and which names are blocked.

Meta, "Message templates, limitations" and "Delete templates".
"""

from collections import deque
from collections.abc import Callable

from otp_service.simulator.graph_error import GraphError
from otp_service.simulator.template import Template, TemplateStatus
from otp_service.simulator.template_errors import (
    language_is_blocked,
    status_not_changeable,
    template_limit_reached,
)

_HOUR_S = 3_600.0
_DAY_S = 86_400.0
_CREATIONS_PER_HOUR = 100
_EDITS_IN_30_DAYS = 10
_EDITABLE = (TemplateStatus.APPROVED, TemplateStatus.REJECTED, TemplateStatus.PAUSED)


class CreationLimits:
    """Not safe for threads by itself. `clock` gives Unix seconds."""

    def __init__(self, most_templates: int, clock: Callable[[], float]) -> None:
        self._most_templates = most_templates
        self._clock = clock
        self._created_at: deque[float] = deque()
        self._blocked_until: dict[tuple[str, str | None], float] = {}

    def check_name(self, name: str, language: str) -> None:
        """Raises `GraphError` 100/2388023 for 30 days after a deletion."""
        for key in ((name, None), (name, language)):
            if self._blocked_until.get(key, 0.0) > self._clock():
                raise language_is_blocked(name)

    def check_room(self, existing: int, more: int) -> None:
        """Raises `GraphError` 100/2388019 for one too many, 80008 for too many in an hour."""
        if existing + more > self._most_templates:
            raise template_limit_reached()
        while self._created_at and self._created_at[0] <= self._clock() - _HOUR_S:
            self._created_at.popleft()
        if len(self._created_at) + more > _CREATIONS_PER_HOUR:
            raise GraphError.of(80008, f"{_CREATIONS_PER_HOUR} templates an hour can be created.")

    def count_creation(self) -> None:
        self._created_at.append(self._clock())

    def block(self, name: str, language: str | None) -> None:
        """`language`: None for all of them."""
        self._blocked_until[name, language] = self._clock() + 30 * _DAY_S


def check_editable(template: Template, now: float) -> None:
    """Raises `GraphError` 100/2388039 for a status that forbids it, or too many edits.

    Which code answers too many edits is not documented.
    """
    if template.status not in _EDITABLE:
        raise status_not_changeable(f"A template that is {template.status} can't be edited.")
    recent = [at for at in template.edited_at if at > now - 30 * _DAY_S]
    if template.status is TemplateStatus.APPROVED and (
        len(recent) >= _EDITS_IN_30_DAYS or any(at > now - _DAY_S for at in recent)
    ):
        raise status_not_changeable(
            "An approved template can be edited once in 24 hours and 10 times in 30 days."
        )
