"""What `doctor` says of the authentication template: without it every send fails."""

from collections.abc import Iterator
from dataclasses import dataclass

from otp_service.adapters.whatsapp_health import meta_asked
from otp_service.domain.health import Finding, Gravity
from otp_service.whatsapp.graph_client import GraphClient
from otp_service.whatsapp.template import Template
from otp_service.whatsapp.template_plan import DeclaredTemplate, differences
from otp_service.whatsapp.templates import TemplateFilter, list_templates

_APPLY = "otp-service template apply"
# With these wrong Meta refuses the send, or the person is told what is not so.
_FATAL_PARTS = frozenset({"category", "button", "code_expiration_minutes"})


@dataclass(frozen=True, slots=True)
class TemplateHealth:
    """A HealthCheck. The first language is the one that is fallen back on."""

    graph: GraphClient
    business_account_id: str
    declared: DeclaredTemplate

    def __call__(self) -> Iterator[Finding]:
        wanted = TemplateFilter(name=self.declared.name)
        with meta_asked():
            found = {
                template.language: template
                for template in list_templates(self.graph, self.business_account_id, wanted)
            }
        for index, language in enumerate(self.declared.languages):
            yield from self._findings(language, found.get(language), needed=index == 0)

    def _findings(
        self, language: str, template: Template | None, *, needed: bool
    ) -> Iterator[Finding]:
        name = f"{self.declared.name} in {language}"
        # Without one of the others, people get the first language's.
        gravity = Gravity.FATAL if needed else Gravity.WARNING
        if template is None:
            yield Finding(
                "template_exists", gravity, f"There is no template {name}.", _why(needed), _APPLY
            )
            return
        if not template.is_sendable:
            yield Finding(
                "template_status",
                gravity,
                f"The template {name} is {template.status or 'of no known status'}.",
                _why(needed),
                _mend(template),
            )
        wrong = differences(self.declared, template)
        for difference in wrong:
            fatal = difference.part in _FATAL_PARTS
            yield Finding(
                f"template_{difference.part}",
                gravity if fatal else Gravity.WARNING,
                f"The template {name} has {difference.part} {difference.at_meta}, "
                f"where {difference.declared} is set.",
                "People are told what is not so, or Meta refuses the send.",
                _APPLY,
            )
        if template.is_sendable and not wrong:
            yield _good(name, template)


def _why(needed: bool) -> str:  # noqa: FBT001 - two words, one place
    if needed:
        return "Meta refuses every code."
    return "People who speak it get the first language's instead."


def _mend(template: Template) -> str:
    if template.status in {"PENDING", "IN_APPEAL"}:
        return "Wait for Meta's review: otp-service template status"
    if template.status == "PAUSED":
        return "A pause for quality ends by itself after 3 or 6 hours; send to fewer strangers."
    if template.status == "REJECTED":
        return f"WhatsApp Manager says why; then {_APPLY}"
    return "Make a template of another name: WHATSAPP_TEMPLATE_NAME, then " + _APPLY


def _good(name: str, template: Template) -> Finding:
    if template.quality == "RED":
        return Finding(
            "template_quality",
            Gravity.WARNING,
            f"The template {name} is of quality RED.",
            "Meta is about to pause it; then no code goes out for hours.",
            "Look at who is sent codes that they did not ask for.",
        )
    return Finding("template_status", Gravity.GOOD, f"The template {name} is APPROVED and right.")
