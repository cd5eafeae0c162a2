"""What the operator should know, in words for the office: what happened, and what to do."""

from flask_babel import lazy_gettext as _l

from otp_service.domain.operator_event import OperatorEvent, OperatorEventKind

_TITLES = {
    OperatorEventKind.TEMPLATE_STATUS: _l("Template: status"),
    OperatorEventKind.TEMPLATE_QUALITY: _l("Template: quality"),
    OperatorEventKind.TEMPLATE_COMPONENTS: _l("Template: edited"),
    OperatorEventKind.TEMPLATE_CATEGORY: _l("Template: category"),
    OperatorEventKind.NUMBER_QUALITY: _l("Business number: quality"),
    OperatorEventKind.NUMBER_NAME: _l("Business number: displayed name"),
    OperatorEventKind.CAPABILITY: _l("Business: messaging limit"),
    OperatorEventKind.ACCOUNT_UPDATE: _l("Business account: changed"),
    OperatorEventKind.ACCOUNT_ALERT: _l("Business account: alert"),
    OperatorEventKind.ACCOUNT_REVIEW: _l("Business account: review"),
    OperatorEventKind.SECURITY: _l("Business number: two-step PIN"),
    OperatorEventKind.KEY_GUESSING: _l("API keys are being guessed"),
    OperatorEventKind.META_AWAY: _l("WhatsApp is away"),
    OperatorEventKind.PUMPING: _l("Codes that nobody uses"),
    OperatorEventKind.SEND_CEILING: _l("Ceiling of messages"),
    OperatorEventKind.LOCKOUT_WAVE: _l("Many numbers locked"),
    OperatorEventKind.IDENTITY_CHANGED: _l("Numbers with perhaps a new owner"),
    OperatorEventKind.HEALTH: _l("Health"),
}
# For those that call for something which the page does not say elsewhere.
_MEANINGS = {
    OperatorEventKind.TEMPLATE_CATEGORY: _l(
        "Only a template of category AUTHENTICATION may carry codes. Ask Meta for a review."
    ),
    OperatorEventKind.TEMPLATE_COMPONENTS: _l(
        "If nobody at the office edited it, look who may manage the account at Meta."
    ),
    OperatorEventKind.NUMBER_NAME: _l("It is the name that people see above their code."),
    OperatorEventKind.CAPABILITY: _l("So many people a day can get a code."),
    OperatorEventKind.ACCOUNT_REVIEW: _l("An account that Meta rejects sends no codes."),
    OperatorEventKind.SECURITY: _l(
        "If nobody at the office changed it, somebody is trying to take the number away."
    ),
    OperatorEventKind.IDENTITY_CHANGED: _l(
        "Nobody gets in with them until you accept the owner. "
        "They are in Events: Perhaps a new owner."
    ),
}


def news_title(event: OperatorEvent) -> str:
    return str(_TITLES[event.kind])


def news_meaning(event: OperatorEvent) -> str:
    """In a sentence; empty where title and detail say all."""
    return str(_MEANINGS.get(event.kind, ""))
