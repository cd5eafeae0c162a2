"""What `doctor` says of the business number: whether Meta takes messages from it, and how many."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from otp_service.adapters.whatsapp_refusal import number_finding
from otp_service.domain.health import Finding, Gravity
from otp_service.whatsapp.errors import WhatsAppError
from otp_service.whatsapp.graph_client import GraphClient
from otp_service.whatsapp.health_status import EntityHealth
from otp_service.whatsapp.phone_numbers import PhoneNumber, read_phone_number
from otp_service.whatsapp.redaction import redact

_LOW_TIERS = frozenset({"TIER_50", "TIER_250"})
_NAMED = frozenset({"APPROVED", "AVAILABLE_WITHOUT_REVIEW"})
_LOW_QUALITIES = frozenset({"YELLOW", "RED"})
_ABLE = frozenset({"AVAILABLE", "LIMITED"})
_SANDBOX = "SANDBOX"
_ENTITIES = {
    "PHONE_NUMBER": "number",
    "WABA": "account",
    "BUSINESS": "business",
    "APP": "app",
    "MESSAGE_TEMPLATE": "template",
}


@dataclass(frozen=True, slots=True)
class NumberHealth:
    """A HealthCheck."""

    subject: ClassVar[str] = "number"
    graph: GraphClient
    phone_number_id: str

    def __call__(self) -> Iterator[Finding]:
        try:
            number = read_phone_number(self.graph, self.phone_number_id)
        except WhatsAppError as error:
            yield number_finding(error)
            return
        yield _registration(number)
        for entity in number.health.entities if number.health else ():
            if entity.can_send_message != "AVAILABLE":
                yield _hindrance(entity)
        yield _quality(number)
        yield _name(number)
        yield _capacity(number)
        if number.account_mode == _SANDBOX:
            yield _test_number()


def _registration(number: PhoneNumber) -> Finding:
    if number.is_connected:
        return Finding("number_registered", Gravity.GOOD, "The business number is connected.")
    # Of a status that it may have invented since, Meta's own word on sending says more.
    may_send = any(
        entity.entity_type == "PHONE_NUMBER" and entity.can_send_message in _ABLE
        for entity in (number.health.entities if number.health else ())
    )
    return Finding(
        "number_registered",
        Gravity.WARNING if may_send else Gravity.FATAL,
        f"The business number is {number.status or 'of no known status'}, not CONNECTED.",
        "Meta may refuse its messages." if may_send else "Meta takes no messages from it.",
        "`otp-service whatsapp register`; for a number that is flagged, restricted or banned, "
        "WhatsApp Manager says why.",
    )


def _hindrance(entity: EntityHealth) -> Finding:
    """What Meta itself says keeps messages from going out."""
    reasons = [*entity.additional_info, *(error.description or "" for error in entity.errors)]
    mends = [error.possible_solution for error in entity.errors if error.possible_solution]
    state = entity.can_send_message or "of no known state"
    thing = _ENTITIES.get(entity.entity_type or "", "platform")
    return Finding(
        "number_sending",
        Gravity.FATAL if state == "BLOCKED" else Gravity.WARNING,
        f"Meta says that sending is {state} for the {thing}.",
        redact(" ".join(reasons)) or "Meta gives no reason.",
        redact(" ".join(mends)) or "WhatsApp Manager says what to do.",
    )


def _quality(number: PhoneNumber) -> Finding:
    if number.quality_rating not in _LOW_QUALITIES:
        # NA and UNKNOWN are those of a new number.
        what = f"The number's quality is {number.quality_rating or 'not rated'}."
        return Finding("number_quality", Gravity.GOOD, what)
    return Finding(
        "number_quality",
        Gravity.WARNING,
        f"The number's quality is {number.quality_rating}.",
        "People block or report the messages; Meta may lower the limit or pause the template.",
        "See who is sent codes, and who says not to have asked: `otp-service audit tail`",
    )


def _name(number: PhoneNumber) -> Finding:
    if number.name_status in _NAMED:
        what = f"People see the name {number.verified_name}."
        return Finding("number_name", Gravity.GOOD, what)
    return Finding(
        "number_name",
        Gravity.WARNING,
        f"The display name is {number.name_status or 'of no known status'}.",
        "People see a bare number and may take the code for fraud.",
        "WhatsApp Manager, Phone numbers: have the display name reviewed.",
    )


def _capacity(number: PhoneNumber) -> Finding:
    what = (
        f"Throughput {number.throughput_level or 'unknown'}, "
        f"messaging limit {number.messaging_limit or 'unknown'}."
    )
    if number.messaging_limit not in _LOW_TIERS:
        return Finding("number_limits", Gravity.GOOD, what)
    return Finding(
        "number_limits",
        Gravity.WARNING,
        what,
        "Beyond it Meta refuses codes to further people until a day has passed.",
        "It rises by itself within hours, once half of it was used over seven days.",
    )


def _test_number() -> Finding:
    return Finding(
        "number_mode",
        Gravity.WARNING,
        "This is a test number.",
        "It reaches only the few people who are on its list.",
        "Add a number of your own in WhatsApp Manager, and set WHATSAPP_PHONE_NUMBER_ID.",
    )
