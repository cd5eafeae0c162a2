"""Every error code of Meta's page: HTTP status, wording and recorded details.

Meta, "Cloud API error codes" and "Graph API, Handling errors". Statuses are those of the December
2025 page (the later page has none); 400 where Meta names none. Clients must decide on `code`.
"""

from dataclasses import dataclass
from typing import Final

OAUTH_EXCEPTION: Final = "OAuthException"
GRAPH_METHOD_EXCEPTION: Final = "GraphMethodException"


@dataclass(frozen=True)
class ErrorKind:
    """One row of Meta's table. `title` is the `message` after `(#code)`."""

    code: int
    http_status: int
    title: str
    details: str | None = None
    subcode: int | None = None
    is_transient: bool | None = None
    #: Errors of the Graph layer below WhatsApp carry no `(#code)` and no `error_data`.
    is_graph_layer: bool = False


def _graph(
    code: int,
    http_status: int,
    title: str,
    *,
    subcode: int | None = None,
    is_transient: bool | None = None,
) -> ErrorKind:
    return ErrorKind(code, http_status, title, None, subcode, is_transient, is_graph_layer=True)


_SESSION_EXPIRED = (
    "Error validating access token: Session has expired on Monday, 13-Oct-25 10:00:00 PDT. "
    "The current time is Monday, 13-Oct-25 10:07:41 PDT."
)
_WINDOW_CLOSED = (
    "Message failed to send because more than 24 hours have passed since the customer last "
    "replied to this number."
)
_BSUID = "Business-scoped User ID (BSUID) recipients are not supported for this message."
_ALLOWED_LIST = "Recipient phone number not in allowed list"
_PAIR = "(Business Account, Consumer Account) pair rate limit hit"

_AUTHORIZATION = (
    _graph(0, 401, "AuthException"),
    _graph(3, 500, "API Method"),
    _graph(10, 403, "Permission Denied"),
    _graph(104, 401, "An access token is required to request this resource"),
    _graph(190, 401, _SESSION_EXPIRED, subcode=463),
    _graph(200, 403, "Your app doesn't have permission to send messages", subcode=1349174),
    ErrorKind(33, 400, "Parameter value is not valid", "The business phone number was deleted."),
    ErrorKind(368, 403, "Temporarily blocked for policies violations", "Account restricted."),
    ErrorKind(130497, 403, "Business account is restricted from messaging users in this country"),
    ErrorKind(131005, 403, "Access denied", "Permission is either not granted or removed."),
    ErrorKind(131031, 403, "Account has been locked", "Account has been locked."),
    ErrorKind(131037, 400, "Display name approval needed", "The 555 number needs a name."),
    ErrorKind(131042, 400, "Business eligibility payment issue", "Payment method problem."),
    ErrorKind(131045, 500, "Incorrect certificate", "Phone number registration error."),
    ErrorKind(133010, 400, "Phone number Not Registered", "Phone number Not Registered"),
    ErrorKind(134011, 400, "WhatsApp Payments terms of service has not been accepted"),
)

_THROTTLING = (
    _graph(4, 400, "Application request limit reached", subcode=2446079, is_transient=True),
    _graph(17, 400, "User request limit reached", is_transient=True),
    _graph(341, 400, "Application limit reached", is_transient=True),
    _graph(613, 400, "Calls to this api have exceeded the rate limit.", is_transient=True),
    ErrorKind(80007, 400, "Rate limit issues", "The WABA has reached its rate limit."),
    ErrorKind(
        130429,
        400,
        "Rate limit hit",
        "Cloud API message throughput has been reached.",
        subcode=2494055,
    ),
    ErrorKind(131048, 400, "Spam rate limit hit", "Restricted for spam or low quality."),
    ErrorKind(131049, 400, "Meta chose not to deliver.", "Healthy ecosystem engagement."),
    ErrorKind(131056, 400, _PAIR, "Too many messages to this recipient in a short time."),
    ErrorKind(131064, 400, "Messaging limit from template violations", "Limit is temporary."),
)

_SERVER = (
    _graph(1, 400, "An unknown error occurred"),
    _graph(
        2,
        503,
        "An unexpected error occurred. Please retry your request later.",
        is_transient=True,
    ),
    ErrorKind(131000, 500, "Something went wrong", "Message failed to send: unknown error."),
    ErrorKind(131016, 500, "Service unavailable", "A service is temporarily unavailable."),
    ErrorKind(131057, 500, "Account in maintenance mode", "Business account in maintenance."),
    ErrorKind(133004, 503, "Server Temporarily Unavailable", "Server is unavailable."),
)

_REQUEST = (
    ErrorKind(100, 400, "Invalid parameter", "A parameter is wrong or misspelled."),
    ErrorKind(130403, 400, "User is blocked", "The business blocked this user."),
    ErrorKind(130472, 400, "User's number is part of an experiment", "User in an experiment."),
    ErrorKind(131008, 400, "Required parameter is missing", "A parameter is missing."),
    ErrorKind(131009, 400, "Parameter value is not valid", "A parameter value is not valid."),
    ErrorKind(131021, 400, "Recipient cannot be sender", "Recipient cannot be sender."),
    ErrorKind(131026, 400, "Message undeliverable", "Message Undeliverable."),
    ErrorKind(
        131030,
        400,
        _ALLOWED_LIST,
        f"{_ALLOWED_LIST}: Add recipient phone number to recipient list and try again.",
    ),
    ErrorKind(131047, 400, "Re-engagement message", _WINDOW_CLOSED),
    ErrorKind(131050, 400, "User has stopped marketing messages", "User opted out."),
    ErrorKind(131051, 400, "Unsupported message type", "Message type is not supported."),
    ErrorKind(131052, 400, "Media download error", "Could not download the media."),
    ErrorKind(131053, 400, "Media upload error", "Could not upload the media."),
    ErrorKind(131062, 400, "Recipient not supported", _BSUID),
    ErrorKind(135000, 400, "Generic user error", "Unknown error in the request parameters."),
    ErrorKind(137000, 400, "Identity key hash mismatch", "The recipient's identity changed."),
)

_TEMPLATE = (
    ErrorKind(132000, 400, "Number of parameters does not match the expected number of params"),
    ErrorKind(132001, 404, "Template name does not exist in the translation"),
    ErrorKind(132005, 400, "Template Hydrated Text Too Long", "Translated text is too long."),
    ErrorKind(132007, 400, "Template Format Character Policy Violated", "Content policy."),
    ErrorKind(132008, 400, "Template Parameter Format Policy Violated", "Parameter policy."),
    ErrorKind(132012, 400, "Parameter format does not match format in the created template"),
    ErrorKind(132015, 400, "Template is Paused", "Template is paused due to low quality."),
    ErrorKind(132016, 400, "Template is Disabled", "Template is permanently disabled."),
    ErrorKind(132018, 400, "There's an issue with the parameters in your template"),
    ErrorKind(132068, 400, "Flow is blocked", "Flow is in blocked state."),
    ErrorKind(132069, 400, "Flow is throttled", "Flow is in throttled state."),
)

# Answers of endpoints other than `/messages`: a send meets them only when a test orders so.
_ELSEWHERE = (
    ErrorKind(80008, 400, "There have been too many calls to this WhatsApp Business account"),
    ErrorKind(80012, 400, "There have been too many calls for this template"),
    ErrorKind(131055, 400, "Method not allowed", "Marketing Messages API only."),
    ErrorKind(131063, 400, "Marketing Messages API only"),
    ErrorKind(133008, 400, "Too Many two step verification PIN Guesses"),
    ErrorKind(133009, 400, "Two step verification PIN Guessed Too Fast"),
    ErrorKind(133016, 400, "Account register deregister rate limit exceeded"),
    ErrorKind(134100, 400, "Marketing Messages API only"),
    ErrorKind(134101, 400, "Marketing Messages API only"),
    ErrorKind(134102, 500, "Marketing Messages API only"),
)

OF_OTHER_ENDPOINTS: Final = frozenset(kind.code for kind in _ELSEWHERE)

ERROR_KINDS: Final[dict[int, ErrorKind]] = {
    kind.code: kind
    for group in (_AUTHORIZATION, _THROTTLING, _SERVER, _REQUEST, _TEMPLATE, _ELSEWHERE)
    for kind in group
}
