"""What each error code of the WhatsApp Cloud API means for a sender of one-time passcodes."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Kind(Enum):
    """Whose side the error is on, which is what a caller treats differently."""

    RECIPIENT = "recipient"
    OPERATOR = "operator"
    PLATFORM = "platform"


class Retry(Enum):
    """Whether sending the same request again can help."""

    NEVER = "never"
    ONCE = "once"
    BACKOFF = "backoff"


NEVER, ONCE, BACKOFF = Retry.NEVER, Retry.ONCE, Retry.BACKOFF
RECIPIENT, OPERATOR, PLATFORM = Kind.RECIPIENT, Kind.OPERATOR, Kind.PLATFORM


@dataclass(frozen=True)
class ErrorCode:
    """One row of Meta's error table.

    `alert`: an operator must look. `stop`: every send fails until someone acts.
    `retry_after_s`: the wait Meta documents, in seconds, where a quicker retry is useless.
    """

    code: int
    title: str
    kind: Kind
    retry: Retry = NEVER
    alert: bool = False
    stop: bool = False
    retry_after_s: float | None = None


#: More than 24 hours since the person wrote: a text, picture or sound is refused, a template not.
WINDOW_CLOSED = 131047
#: The recipient is not the one whose identity the message was for.
IDENTITY_MISMATCH = 137000

# HTTP status plays no part: Meta says to decide on `code`, and 3 and 131045 come as a 500 that
# no retry cures. Source: "Error codes" of the Cloud API; rows outside it are generic Graph codes.
_ROWS = (
    # Authorization and integrity
    ErrorCode(0, "AuthException", OPERATOR, alert=True, stop=True),
    ErrorCode(3, "API Method", OPERATOR, alert=True, stop=True),
    ErrorCode(10, "Permission Denied", OPERATOR, alert=True, stop=True),
    ErrorCode(33, "Parameter value is not valid", OPERATOR, alert=True, stop=True),
    ErrorCode(104, "Access token is missing or badly signed", OPERATOR, alert=True, stop=True),
    ErrorCode(190, "Access token has expired", OPERATOR, alert=True, stop=True),
    *(ErrorCode(c, "API Permission", OPERATOR, alert=True, stop=True) for c in range(200, 300)),
    ErrorCode(368, "Temporarily blocked for policies violations", OPERATOR, alert=True, stop=True),
    ErrorCode(803, "Object does not exist", OPERATOR, alert=True, stop=True),
    ErrorCode(130497, "Country restricted for this business", RECIPIENT, alert=True),
    ErrorCode(131005, "Access denied", OPERATOR, alert=True, stop=True),
    ErrorCode(131031, "Account has been locked", OPERATOR, alert=True, stop=True),
    ErrorCode(131037, "Display name is not approved", OPERATOR, alert=True, stop=True),
    ErrorCode(131042, "Business eligibility payment issue", OPERATOR, alert=True, stop=True),
    ErrorCode(131045, "Incorrect certificate", OPERATOR, alert=True, stop=True),
    ErrorCode(133010, "Phone number Not Registered", OPERATOR, alert=True, stop=True),
    ErrorCode(134011, "Payments terms are not accepted", OPERATOR, alert=True),
    # Throttling
    ErrorCode(4, "API Too Many Calls", PLATFORM, BACKOFF, retry_after_s=60),
    ErrorCode(17, "User request limit reached", PLATFORM, BACKOFF, alert=True, retry_after_s=60),
    ErrorCode(341, "Application limit reached", PLATFORM, BACKOFF, alert=True, retry_after_s=60),
    ErrorCode(613, "Calls exceed the rate limit", PLATFORM, BACKOFF, alert=True, retry_after_s=60),
    ErrorCode(80007, "Rate limit issues", PLATFORM, BACKOFF, retry_after_s=300),
    ErrorCode(80008, "Too many calls to this account", PLATFORM, BACKOFF, retry_after_s=300),
    ErrorCode(80012, "Too many calls for this template", PLATFORM, BACKOFF, retry_after_s=300),
    ErrorCode(130429, "Rate limit hit", PLATFORM, BACKOFF),
    ErrorCode(131048, "Spam rate limit hit", OPERATOR, alert=True, stop=True),
    ErrorCode(131049, "Meta chose not to deliver", RECIPIENT),
    # A retry here makes the wait longer for this person; other people are unaffected.
    ErrorCode(131056, "Pair rate limit hit", PLATFORM, retry_after_s=60),
    ErrorCode(131064, "Template classification limit", OPERATOR, alert=True, stop=True),
    ErrorCode(133008, "Too many PIN guesses", OPERATOR, alert=True),
    ErrorCode(133009, "PIN guessed too fast", OPERATOR, alert=True),
    ErrorCode(133016, "Account register deregister rate limit exceeded", OPERATOR, alert=True),
    # Server side
    ErrorCode(1, "API Unknown", PLATFORM, ONCE, alert=True),
    ErrorCode(2, "API Service", PLATFORM, BACKOFF),
    ErrorCode(131000, "Something went wrong", PLATFORM, BACKOFF),
    ErrorCode(131016, "Service unavailable", PLATFORM, BACKOFF),
    ErrorCode(131057, "Account in maintenance mode", PLATFORM, BACKOFF, retry_after_s=60),
    ErrorCode(133004, "Server Temporarily Unavailable", PLATFORM, BACKOFF),
    # Request and recipient
    ErrorCode(100, "Invalid parameter", OPERATOR, alert=True),
    ErrorCode(130403, "This business blocked the user", RECIPIENT, alert=True),
    ErrorCode(130472, "User's number is part of an experiment", RECIPIENT),
    ErrorCode(131008, "Required parameter is missing", OPERATOR, alert=True),
    # The number was well-formed when it left us, so the value Meta dislikes may be another one.
    ErrorCode(131009, "Parameter value is not valid", RECIPIENT, alert=True),
    ErrorCode(131021, "Recipient cannot be sender", RECIPIENT),
    ErrorCode(131026, "Message undeliverable", RECIPIENT),
    ErrorCode(131030, "Recipient phone number not in allowed list", OPERATOR, alert=True),
    ErrorCode(WINDOW_CLOSED, "Re-engagement message", OPERATOR),
    ErrorCode(131050, "User stopped marketing messages", RECIPIENT),
    ErrorCode(131051, "Unsupported message type", OPERATOR, alert=True),
    ErrorCode(131052, "Media download error", OPERATOR, alert=True),
    ErrorCode(131053, "Media upload error", OPERATOR, alert=True),
    ErrorCode(131055, "Marketing Messages API only", OPERATOR, alert=True),
    ErrorCode(131062, "Business-scoped user ID is not a phone number", RECIPIENT),
    ErrorCode(131063, "Marketing Messages API only", OPERATOR, alert=True),
    ErrorCode(134100, "Marketing Messages API only", OPERATOR, alert=True),
    ErrorCode(134101, "Marketing Messages API only", OPERATOR, alert=True),
    ErrorCode(134102, "Marketing Messages API only", OPERATOR, alert=True),
    ErrorCode(135000, "Generic user error", OPERATOR, alert=True),
    ErrorCode(IDENTITY_MISMATCH, "Identity key hash mismatch", RECIPIENT),
    # Setting up
    ErrorCode(2200, "Callback verification failed", OPERATOR, alert=True),
    ErrorCode(136024, "Request code error", OPERATOR, alert=True),
    ErrorCode(136025, "Verify code error", OPERATOR, alert=True),
    ErrorCode(200005, "Template analytics are not available", OPERATOR),
    ErrorCode(200006, "Template analytics cannot be disabled", OPERATOR),
    ErrorCode(200007, "Template analytics are not enabled", OPERATOR),
    # Template
    ErrorCode(132000, "Template Param Count Mismatch", OPERATOR, alert=True, stop=True),
    ErrorCode(132001, "Template does not exist", OPERATOR, alert=True, stop=True),
    ErrorCode(132005, "Template Hydrated Text Too Long", OPERATOR, alert=True),
    ErrorCode(
        132007, "Template Format Character Policy Violated", OPERATOR, alert=True, stop=True
    ),
    ErrorCode(132008, "Template parameter violates policy", OPERATOR, alert=True),
    ErrorCode(132012, "Template Parameter Format Mismatch", OPERATOR, alert=True, stop=True),
    ErrorCode(132015, "Template is Paused", OPERATOR, alert=True, stop=True),
    ErrorCode(132016, "Template is Disabled", OPERATOR, alert=True, stop=True),
    ErrorCode(132018, "Template validation error", OPERATOR, alert=True),
    ErrorCode(132068, "Flow is blocked", OPERATOR, alert=True),
    ErrorCode(132069, "Flow is throttled", OPERATOR, alert=True),
)

_BY_CODE = {row.code: row for row in _ROWS}
_UNREACHABLE_ID = ErrorCode(100, "Object does not exist", OPERATOR, alert=True, stop=True)
_APPSECRET_PROOF = ErrorCode(100, "appsecret_proof refused", OPERATOR, alert=True, stop=True)


def lookup(
    code: int, *, subcode: int | None = None, message: str = "", is_transient: bool = False
) -> ErrorCode:
    """Return the row of `code`, as answered by a send or reported by a `failed` webhook.

    `subcode`, `message` and `is_transient` are the error's own. Code 100 is many errors, two of
    which break every send; the last two only speak where the code does not.
    """
    if code == 100 and subcode == 33:
        return _UNREACHABLE_ID
    if code == 100 and "appsecret_proof" in message:
        return _APPSECRET_PROOF
    if code in _BY_CODE:
        return _BY_CODE[code]
    if is_transient:
        return ErrorCode(code, "Unlisted transient error", PLATFORM, ONCE, alert=True)
    return ErrorCode(code, "Unlisted error", OPERATOR, alert=True)
