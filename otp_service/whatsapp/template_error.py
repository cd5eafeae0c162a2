"""Why Meta refused to create or change a template, in words for the operator.

Source: "Message templates, error codes"; subcodes that no page lists are from live answers.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from otp_service.whatsapp.errors import OperatorError

if TYPE_CHECKING:
    from otp_service.whatsapp.graph_error import GraphError


class TemplateFault(StrEnum):
    """What is wrong, as far as a caller would act on it."""

    ALREADY_EXISTS = "already_exists"
    NAME_BLOCKED = "name_blocked"
    TOO_MANY = "too_many"
    NOT_CHANGEABLE = "not_changeable"
    TOO_LONG = "too_long"
    MALFORMED = "malformed"
    OTHER = "other"


_FAULTS: dict[int, tuple[TemplateFault, str]] = {
    2388024: (
        TemplateFault.ALREADY_EXISTS,
        "The template exists in this language: update it instead.",
    ),
    2388023: (
        TemplateFault.NAME_BLOCKED,
        "The name is taken, or was deleted in the last 30 days: take another one.",
    ),
    2388019: (
        TemplateFault.TOO_MANY,
        "The account has as many templates as it may: delete some, or have the business verified.",
    ),
    2388039: (
        TemplateFault.NOT_CHANGEABLE,
        "It cannot be changed now: only APPROVED (once in 24 hours, 10 times in 30 days), "
        "REJECTED and PAUSED templates can.",
    ),
    2388040: (TemplateFault.TOO_LONG, "A field is longer than Meta allows."),
    2388047: (TemplateFault.MALFORMED, "The header is malformed."),
    2388072: (TemplateFault.MALFORMED, "The body is malformed."),
    2388073: (TemplateFault.MALFORMED, "The footer is malformed."),
    2388060: (TemplateFault.MALFORMED, "The button is malformed, or has variables."),
    2388293: (TemplateFault.MALFORMED, "There are too many variables for the text's length."),
    2388299: (TemplateFault.MALFORMED, "A variable is the first or the last of the text."),
}
_OTHER = (TemplateFault.OTHER, "Meta refused the template.")


class TemplateError(OperatorError):
    """Meta refused to create, change or delete a template. Nothing changed.

    `fault` says what is wrong, `advice` says it to the operator, `meta_sentence` is Meta's own
    text for people, with numbers masked, if it gave one.
    """

    def __init__(self, error: OperatorError) -> None:
        graph = error.graph
        self.fault, self.advice = _FAULTS.get(_subcode(graph), _OTHER)
        self.meta_sentence = graph.safe_user_message if graph is not None else None
        sentences = [self.advice, *([self.meta_sentence] if self.meta_sentence else [])]
        super().__init__(
            f"{' '.join(sentences)} ({error})", graph=graph, alert=error.alert, stop=error.stop
        )


def _subcode(graph: GraphError | None) -> int:
    return graph.subcode or 0 if graph is not None and graph.code == 100 else 0
