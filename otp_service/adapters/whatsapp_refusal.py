"""What it means to a health check that Meta refuses to be asked."""

from otp_service.domain.health import Finding, Gravity, UnansweredError
from otp_service.whatsapp.errors import WhatsAppError

MAKE_ANOTHER = "Make a System User token in Meta Business Settings, for WHATSAPP_ACCESS_TOKEN."
DEAD_TOKEN = Finding(
    "token_valid",
    Gravity.FATAL,
    "Meta does not accept the access token.",
    "No code goes out.",
    MAKE_ANOTHER,
)
_WRONG_SECRET = Finding(
    "token_proof",
    Gravity.FATAL,
    "WHATSAPP_APP_SECRET is not the secret of the access token's app.",
    "Meta refuses every call, and none of its webhooks is believed.",
    "App Dashboard, App settings, Basic: copy the app secret.",
)
_TOKEN_CODES = frozenset({0, 104, 190})
_RESTRICTED_CODES = frozenset({368, 131031})
_UNREACHABLE_SUBCODE = 33


def account_finding(error: WhatsAppError) -> Finding:
    """As below, of a question about the account."""
    return finding_of(error, "account", "WHATSAPP_BUSINESS_ACCOUNT_ID")


def number_finding(error: WhatsAppError) -> Finding:
    """As below, of a question about the number."""
    return finding_of(error, "number", "WHATSAPP_PHONE_NUMBER_ID")


def finding_of(error: WhatsAppError, subject: str, setting: str) -> Finding:
    """The finding, when Meta's refusal says that sends are refused too.

    `setting` names what was asked about. Raise UnansweredError for every other error: Meta is
    away or throttling, or does not know a field in this version.
    """
    graph = error.graph
    if graph is None or not error.stop:
        raise UnansweredError(str(error)) from None
    if graph.code in _TOKEN_CODES:
        return DEAD_TOKEN
    if graph.code == 100 and graph.subcode != _UNREACHABLE_SUBCODE:
        return _WRONG_SECRET
    if graph.code in _RESTRICTED_CODES:
        return Finding(
            "account_restricted",
            Gravity.FATAL,
            f"Meta has restricted the account (error {graph.code}).",
            str(error),
            "WhatsApp Manager says which policy it is about; only Meta lifts it.",
        )
    return Finding(
        f"{subject}_visible",
        Gravity.FATAL,
        f"Meta does not let the access token at {setting} (error {graph.code}).",
        str(error),
        f"Check {setting} with `otp-service whatsapp accounts` and `otp-service whatsapp numbers`;"
        " assign the account to the system user in Meta Business Settings, with full control.",
    )
