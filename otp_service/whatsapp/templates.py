"""The message templates of a business account: list, create, change, delete.

Every function raises InvalidArgumentError before a call leaves, else what `GraphClient` raises;
those that change a template raise `TemplateError` when Meta refuses the change.
Source: "Message templates API", "Template management", "Bulk management".
"""

from __future__ import annotations

import re
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from otp_service.whatsapp.authentication_template import (
    CATEGORY,
    checked_languages,
    checked_name,
    checked_send_ttl,
)
from otp_service.whatsapp.errors import InvalidArgumentError, OperatorError, UnknownOutcomeError
from otp_service.whatsapp.graph_changes import check_success
from otp_service.whatsapp.graph_ids import checked_id
from otp_service.whatsapp.graph_values import members, text
from otp_service.whatsapp.template import template_from
from otp_service.whatsapp.template_error import TemplateError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from otp_service.whatsapp.authentication_template import AuthenticationContent
    from otp_service.whatsapp.graph_client import GraphClient
    from otp_service.whatsapp.graph_values import JsonObject
    from otp_service.whatsapp.template import Template

# One name that this version of the API does not know would fail the whole call.
_FIELDS = (
    "id",
    "name",
    "language",
    "status",
    "category",
    "previous_category",
    "components",
    "message_send_ttl_seconds",
    "quality_score",
    "rejected_reason",
)
_QUALITIES = ("GREEN", "YELLOW", "RED", "UNKNOWN")


@dataclass(frozen=True)
class TemplateFilter:
    """Which templates to list; None for any. `content` is part of a text.

    `status` and `category` are Meta's words, `quality` is GREEN, YELLOW, RED or UNKNOWN.
    Raises InvalidArgumentError.
    """

    name: str | None = None
    language: str | None = None
    status: str | None = None
    category: str | None = None
    content: str | None = None
    quality: str | None = None

    def __post_init__(self) -> None:
        if self.name is not None:
            checked_name(self.name)
        if self.language is not None:
            checked_languages([self.language])
        for member, word in (("status", self.status), ("category", self.category)):
            if word is not None and not re.fullmatch(r"[A-Z_]+", word):
                raise InvalidArgumentError(f"{member} must be a word of Meta's, such as APPROVED")
        if self.quality is not None and self.quality not in _QUALITIES:
            raise InvalidArgumentError(f"quality must be one of {', '.join(_QUALITIES)}")

    def as_query(self) -> dict[str, str]:
        """The parameters that are set."""
        given = {
            "name": self.name,
            "language": self.language,
            "status": self.status,
            "category": self.category,
            "content": self.content,
            "quality_score": self.quality,
        }
        return {parameter: value for parameter, value in given.items() if value is not None}


@dataclass(frozen=True)
class SubmittedTemplate:
    """What Meta says of a template just declared. Only an APPROVED one can be sent."""

    id: str
    status: str | None
    language: str


EVERYTHING = TemplateFilter()


def list_templates(
    graph: GraphClient, business_account_id: str, only: TemplateFilter = EVERYTHING
) -> Iterator[Template]:
    """Yield the account's templates that pass `only`, one for each language of each name."""
    query = {"fields": ",".join(_FIELDS), **only.as_query()}
    path = _edge(business_account_id)
    return _list(graph, path, query, only.name)


def read_template(graph: GraphClient, template_id: str) -> Template:
    """Return the template with this id, which is of one language."""
    path = checked_id(template_id, "template_id")
    return template_from(graph.get(path, {"fields": ",".join(_FIELDS)}))


def create_template(
    graph: GraphClient,
    business_account_id: str,
    name: str,
    language: str,
    content: AuthenticationContent,
    *,
    message_send_ttl_s: int | None = None,
) -> SubmittedTemplate:
    """Declare an authentication template in one language; Meta reviews it, often at once.

    `message_send_ttl_s`: how long Meta tries to deliver, 30 to 900 seconds or THIRTY_DAYS; None
    for Meta's 600. Keep it within the life of a passcode. 100 creations an hour are the limit.
    """
    [checked_language] = checked_languages([language])
    declared: dict[str, object] = {
        "name": checked_name(name),
        "language": checked_language,
        "category": CATEGORY,
        "components": content.as_json(),
    }
    if message_send_ttl_s is not None:
        declared["message_send_ttl_seconds"] = checked_send_ttl(message_send_ttl_s)
    with _refusals():
        answer = graph.post(_edge(business_account_id), declared)
    return _submitted(answer, checked_language)


def update_template(
    graph: GraphClient,
    template_id: str,
    *,
    content: AuthenticationContent | None = None,
    message_send_ttl_s: int | None = None,
) -> None:
    """Change the content (all of it) or the lifetime of a template; Meta reviews it again.

    An APPROVED template can be changed once in 24 hours and 10 times in 30 days.
    """
    change: dict[str, object] = {}
    if content is not None:
        change["components"] = content.as_json()
    if message_send_ttl_s is not None:
        change["message_send_ttl_seconds"] = checked_send_ttl(message_send_ttl_s)
    if not change:
        raise InvalidArgumentError("content or message_send_ttl_s must be given")
    path = checked_id(template_id, "template_id")
    with _refusals():
        check_success(graph.post(path, change))


def delete_template(
    graph: GraphClient, business_account_id: str, name: str, *, template_id: str | None = None
) -> None:
    """Delete the template in all languages, or only that with `template_id`.

    The name cannot be used again for 30 days. A DISABLED template cannot be deleted.
    """
    query = {"name": checked_name(name)}
    if template_id is not None:
        query["hsm_id"] = checked_id(template_id, "template_id")
    path = _edge(business_account_id)
    with _refusals():
        check_success(graph.delete(path, query))


def unpause_template(graph: GraphClient, template_id: str) -> None:
    """Resume a template that pacing paused; a pause for quality ends by itself."""
    path = f"{checked_id(template_id, 'template_id')}/unpause"
    with _refusals():
        check_success(graph.post(path, {}))


def upsert_templates(
    graph: GraphClient,
    business_account_id: str,
    name: str,
    languages: Collection[str],
    content: AuthenticationContent,
) -> list[SubmittedTemplate]:
    """Create or update one authentication template in many languages with Meta's own texts.

    Buttons can have no labels here, and no message_send_ttl_s: set it by `update_template`.
    """
    if content.button.text is not None or content.button.autofill_text is not None:
        raise InvalidArgumentError("text and autofill_text must be None: Meta translates them")
    declared: dict[str, object] = {
        "name": checked_name(name),
        "languages": checked_languages(languages),
        "category": CATEGORY,
        "components": content.as_json(),
    }
    path = _edge(business_account_id, "upsert_message_templates")
    with _refusals():
        answer = graph.post(path, declared)
    return [_submitted(node, text(node, "language")) for node in members(answer, "data")]


def _list(
    graph: GraphClient, path: str, query: dict[str, str], name: str | None
) -> Iterator[Template]:
    for node in graph.pages(path, query):
        template = template_from(node)
        # Whether Meta takes a part of a name for a match is not documented.
        if name in (None, template.name):
            yield template


def _submitted(node: JsonObject, language: str | None) -> SubmittedTemplate:
    template_id = text(node, "id")
    if not template_id or not language:
        raise UnknownOutcomeError("Meta's answer holds no template id")
    return SubmittedTemplate(id=template_id, status=text(node, "status"), language=language)


@contextmanager
def _refusals() -> Iterator[None]:
    try:
        yield
    except OperatorError as error:
        refused = TemplateError(error)
        raise refused from None


def _edge(business_account_id: str, edge: str = "message_templates") -> str:
    return f"{checked_id(business_account_id, 'business_account_id')}/{edge}"
