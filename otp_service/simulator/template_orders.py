"""Orders of `POST /control` that change templates, so that a test can see a login's one go wrong.

`template`: one template by `name` and `language`, and any of `status`, `reason`, `quality`,
`category`, `code_expiration_minutes` and `otp_type`, which Meta or a colleague changed, e.g.
`{"name": "shamrock_auth", "language": "en_US", "status": "REJECTED", "reason": "SCAM"}`.
`template_status`: the status of every template.
`template_review`: how reviews go from now on: any of `after_s`, `status` and `reason`.
"""

from collections.abc import Callable
from dataclasses import replace
from enum import StrEnum
from typing import Any, TypeVar

from otp_service.simulator.template import OtpType, Quality, Template, TemplateStatus, Verdict
from otp_service.simulator.template_store import TemplateStore

Order = Callable[[], None]
Word = TypeVar("Word", bound=StrEnum)

_CATEGORIES = ("AUTHENTICATION", "UTILITY", "MARKETING")
_VERDICTS = (TemplateStatus.APPROVED, TemplateStatus.REJECTED)
_MEMBERS = (
    "name",
    "language",
    "status",
    "reason",
    "quality",
    "category",
    "code_expiration_minutes",
    "otp_type",
)


def template_orders(templates: TemplateStore) -> dict[str, Callable[[Any], Order]]:
    """A reader for each member. It raises `ValueError` with a sentence and changes nothing."""
    return {
        "template": lambda value: _template(value, templates),
        "template_status": lambda value: _template_status(value, templates),
        "template_review": lambda value: _template_review(value, templates),
    }


def _template_status(value: object, templates: TemplateStore) -> Order:
    verdict = Verdict(status=_word(value, TemplateStatus, "template_status"))
    return lambda: templates.decide([t.id for t in templates.all()], verdict)


def _template_review(value: object, templates: TemplateStore) -> Order:
    given = _object(value, ("after_s", "status", "reason"), "template_review")
    after_s = given.get("after_s", templates.review.after_s)
    if isinstance(after_s, bool) or not isinstance(after_s, int | float) or after_s < 0:
        raise ValueError("template_review.after_s must be seconds, 0 or more")
    review = replace(templates.review, after_s=float(after_s))
    if "status" in given:
        status = _word(given["status"], TemplateStatus, "template_review.status")
        if status not in _VERDICTS:
            raise ValueError(f"template_review.status must be one of {', '.join(_VERDICTS)}")
        review = replace(review, status=status, reason="NONE")
    if "reason" in given:
        review = replace(review, reason=_text(given["reason"], "template_review.reason"))

    def change() -> None:
        templates.review = review

    return change


def _template(value: object, templates: TemplateStore) -> Order:
    given = _object(value, _MEMBERS, "template")
    template = templates.find(str(given.get("name")), str(given.get("language")))
    if template is None:
        raise ValueError("template.name and template.language must be of an existing template")
    verdict = Verdict(
        status=_optional_word(given, "status", TemplateStatus),
        quality=_optional_word(given, "quality", Quality),
    )
    if "reason" in given:
        verdict = replace(verdict, reason=_text(given["reason"], "template.reason"))
    if "category" in given:
        if given["category"] not in _CATEGORIES:
            raise ValueError(f"template.category must be one of {', '.join(_CATEGORIES)}")
        verdict = replace(verdict, category=given["category"])
    verdict = _with_content(verdict, given, template)
    return lambda: templates.decide([template.id], verdict)


def _with_content(verdict: Verdict, given: dict[str, Any], template: Template) -> Verdict:
    content = template.content
    if "code_expiration_minutes" in given:
        minutes = given["code_expiration_minutes"]
        if minutes is not None and type(minutes) is not int:
            raise ValueError("template.code_expiration_minutes must be minutes or null")
        content = replace(content, code_expiration_minutes=minutes)
    if "otp_type" in given:
        otp_type = _word(given["otp_type"], OtpType, "template.otp_type")
        content = replace(content, button=replace(content.button, otp_type=otp_type))
    return replace(verdict, content=content)


def _object(value: object, known: tuple[str, ...], order: str) -> dict[str, Any]:
    if not isinstance(value, dict) or not value or not set(value) <= set(known):
        raise ValueError(f"{order} must be an object of {', '.join(known)}")
    return value


def _text(value: object, path: str) -> str:
    if not isinstance(value, str) or not value:
        raise ValueError(f"{path} must be one of Meta's reasons, such as INVALID_FORMAT")
    return value


def _word(value: object, words: type[Word], path: str) -> Word:
    if not isinstance(value, str) or value not in list(words):
        raise ValueError(f"{path} must be one of {', '.join(words)}")
    return words(value)


def _optional_word(given: dict[str, Any], member: str, words: type[Word]) -> Word | None:
    return _word(given[member], words, f"template.{member}") if member in given else None
