"""What `doctor` says of the authentication template: without it every send fails."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import ClassVar

from otp_service.adapters.whatsapp_refusal import account_finding
from otp_service.domain.health import Finding, Gravity
from otp_service.whatsapp.errors import WhatsAppError
from otp_service.whatsapp.graph_client import GraphClient
from otp_service.whatsapp.template import Template
from otp_service.whatsapp.template_plan import DeclaredTemplate, Difference, differences
from otp_service.whatsapp.templates import TemplateFilter, list_templates

_APPLY = "`otp-service template apply`"
_ANOTHER_NAME = f"Only a new one helps: set another WHATSAPP_TEMPLATE_NAME, then {_APPLY}"
# With these wrong Meta refuses the send, or the person is told what is not so.
_FATAL_PARTS = frozenset({"category", "button", "code_expiration_minutes"})
_WHY = {
    "category": "Meta takes codes in AUTHENTICATION templates only, and charges by category.",
    "button": "People cannot copy the code, or the app does not get it.",
    "code_expiration_minutes": "People are told that a code lives longer or shorter than it does.",
    "security_recommendation": "People read another text than the one that is declared.",
    "message_send_ttl_s": "A code may arrive after it expired, or be given up too early.",
    "supported_apps": "The app does not get the code by itself.",
}
_MENDS = {
    "PENDING": "Wait for Meta's review: `otp-service template status`",
    "IN_APPEAL": "Wait for Meta's review: `otp-service template status`",
    "PAUSED": "A pause for quality ends by itself after 3 or 6 hours; see who is sent codes that "
    "they did not ask for: `otp-service audit tail`",
    "REJECTED": f"WhatsApp Manager says why; hand it in again: {_APPLY}",
}


@dataclass(frozen=True, slots=True)
class TemplateHealth:
    """A HealthCheck. Without one of the other languages, people get the first one's."""

    subject: ClassVar[str] = "template"
    graph: GraphClient
    business_account_id: str
    declared: DeclaredTemplate

    def __call__(self) -> Iterator[Finding]:
        wanted = TemplateFilter(name=self.declared.name)
        try:
            listed = list(list_templates(self.graph, self.business_account_id, wanted))
        except WhatsAppError as error:
            yield account_finding(error)
            return
        found = {template.language: template for template in listed}
        first, *others = self.declared.languages
        yield from self._findings(first, found, Gravity.FATAL)
        for language in others:
            yield from self._findings(language, found, Gravity.WARNING)

    def _findings(
        self, language: str, found: Mapping[str, Template], gravity: Gravity
    ) -> Iterator[Finding]:
        name = f"{self.declared.name} in {language}"
        template = found.get(language)
        if template is None:
            yield _missing(name, found, gravity)
            return
        if not template.is_sendable:
            yield _not_sendable(name, template, gravity)
        wrong = differences(self.declared, template)
        for one in wrong:
            yield _difference(name, one, gravity)
        if template.is_sendable and not wrong:
            what = f"The template {name} is APPROVED and as it is declared."
            yield Finding("template_status", Gravity.GOOD, what)
        if template.quality == "RED":
            yield _low_quality(name)


def _missing(name: str, found: Mapping[str, Template], gravity: Gravity) -> Finding:
    others = f"; there is {', '.join(sorted(found))}" if found else ""
    what = f"There is no template {name}{others}."
    return Finding("template_exists", gravity, what, _consequence(gravity), _APPLY)


def _not_sendable(name: str, template: Template, gravity: Gravity) -> Finding:
    what = f"The template {name} is {template.status or 'of no known status'}."
    mend = _MENDS.get(template.status or "", _ANOTHER_NAME)
    return Finding("template_status", gravity, what, _consequence(gravity), mend)


def _consequence(gravity: Gravity) -> str:
    if gravity is Gravity.FATAL:
        return "Meta refuses every code that is sent with it."
    return "People who speak it get the first language's instead, one refusal later."


def _difference(name: str, one: Difference, gravity: Gravity) -> Finding:
    return Finding(
        f"template_{one.part}",
        gravity if one.part in _FATAL_PARTS else Gravity.WARNING,
        f"The template {name} has {one.part} {one.at_meta}, where {one.declared} is declared.",
        _WHY[one.part],
        _ANOTHER_NAME if one.part == "category" else _APPLY,
    )


def _low_quality(name: str) -> Finding:
    return Finding(
        "template_quality",
        Gravity.WARNING,
        f"The template {name} is of quality RED.",
        "Meta is about to pause it; then no code goes out for hours.",
        "See who is sent codes that they did not ask for: `otp-service audit tail`",
    )
