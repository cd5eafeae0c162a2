"""The answer to a call that changes something: Meta says `{"success": true}` and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from otp_service.whatsapp.errors import UnknownOutcomeError

if TYPE_CHECKING:
    from otp_service.whatsapp.graph_values import JsonObject


def check_success(answer: JsonObject) -> None:
    """Raises UnknownOutcomeError for an answer that is no refusal and says no success."""
    if answer.get("success") is not True:
        raise UnknownOutcomeError("Meta's answer says neither success nor what went wrong")
