"""Everything the login flow can refuse, each with the stable word that callers branch on.

`message` is a sentence a login screen may show as it is; it never holds a passcode, a token or a
full phone number. None of these knows HTTP: `http_api/errors.py` has the only status table.
"""

from typing import ClassVar


class OtpError(Exception):
    """Never raised directly.

    `code` is the stable machine word, `retry_after_s` whole seconds until trying again can help.
    """

    code: ClassVar[str]
    default_message: ClassVar[str]

    def __init__(self, message: str | None = None, *, retry_after_s: int | None = None) -> None:
        self.message = message or self.default_message
        self.retry_after_s = retry_after_s
        super().__init__(self.message)

    @property
    def audit_reason(self) -> str:
        """What the audit keeps of it; more precise than what the caller is told."""
        return self.code


class InvalidRequestError(OtpError):
    code = "invalid_request"
    default_message = "The request could not be read."


class InvalidPhoneError(OtpError):
    code = "invalid_phone"
    default_message = "That does not look like a phone number. Check it and try again."


class UnauthorizedError(OtpError):
    code = "unauthorized"
    default_message = "The API key is missing or not known."


class ForbiddenError(OtpError):
    code = "forbidden"
    default_message = "This API key may not do that."


class CountryNotAllowedError(OtpError):
    code = "country_not_allowed"
    default_message = "Codes cannot be sent to phone numbers of this country."


class RateLimitedError(OtpError):
    """A limit is reached; `scope` says whose: `phone`, `ip`, `client`, `global`, or `status`."""

    code = "rate_limited"
    default_message = "Too many codes were requested. Wait a little and try again."

    def __init__(self, scope: str, *, retry_after_s: int) -> None:
        super().__init__(_RATE_LIMIT_SENTENCES[scope], retry_after_s=retry_after_s)
        self.scope = scope

    @property
    def audit_reason(self) -> str:
        return f"{self.code}:{self.scope}"


class PumpingError(RateLimitedError):
    """Far fewer people than usual answer the codes sent to a country or from a network."""

    @property
    def audit_reason(self) -> str:
        return f"{self.code}:pumping"


_RATE_LIMIT_SENTENCES = {
    "phone": "Too many codes were requested for this number. Wait a little and try again.",
    "ip": "Too many codes were requested from this connection. Wait a little and try again.",
    "client": "Too many codes are being requested at the moment. Wait a little and try again.",
    "status": "This login is asked about too often. Ask again in a little while.",
    "global": "No more codes can be sent at the moment. Try again later.",
}


class TooManyBadKeysError(OtpError):
    """One address presented too many wrong API keys; a good key from it is taken all the same."""

    code = RateLimitedError.code
    default_message = "Too many wrong API keys came from this address. Check the key and wait."
    scope = "ip"


class SendInProgressError(OtpError):
    code = "send_in_progress"
    default_message = "A code is already on its way to this number. Give it a few seconds."


class LockedError(OtpError):
    """Too many consecutive failures; without `retry_after_s` only an administrator ends it."""

    code = "locked"
    default_message = "Too many wrong codes were entered for this number."

    def __init__(self, *, retry_after_s: int | None) -> None:
        hint = "Call the office for help." if retry_after_s is None else "Try again later."
        super().__init__(f"{self.default_message} {hint}", retry_after_s=retry_after_s)


class DeliveryError(OtpError):
    """Never raised directly. `meta_code` is Meta's error code, for the audit only."""

    def __init__(
        self,
        message: str | None = None,
        *,
        meta_code: int | None = None,
        retry_after_s: int | None = None,
    ) -> None:
        super().__init__(message, retry_after_s=retry_after_s)
        self.meta_code = meta_code

    @property
    def audit_reason(self) -> str:
        return self.code if self.meta_code is None else f"{self.code}:{self.meta_code}"


class RecipientUnreachableError(DeliveryError):
    code = "recipient_unreachable"
    default_message = "We cannot reach this number on WhatsApp. Check the number."


class IdentityChangedError(RecipientUnreachableError):
    """Somebody else may have the number now: refused until an administrator has looked."""

    default_message = "This number may have a new owner. Call the office to log in with it."
    reason = "identity_changed"

    @property
    def audit_reason(self) -> str:
        return self.reason if self.meta_code is None else f"{self.reason}:{self.meta_code}"


class DeliveryFailedError(DeliveryError):
    code = "delivery_failed"
    default_message = "We could not send the code because of a problem on our side."


class DeliveryUnavailableError(DeliveryError):
    code = "delivery_unavailable"
    default_message = "WhatsApp is not taking messages at the moment. Try again shortly."


class AtCapacityError(DeliveryUnavailableError):
    """Every slot for waiting on Meta is taken: refused at once rather than queued behind them."""

    default_message = "Very many codes are being sent at the moment. Try again shortly."


class ThroughputError(DeliveryUnavailableError):
    """The business number's throughput is taken for longer than a person should wait."""

    default_message = AtCapacityError.default_message

    @property
    def audit_reason(self) -> str:
        return f"{RateLimitedError.code}:throughput"


class CircuitOpenError(DeliveryUnavailableError):
    """Meta was away for the last sends: refused at once instead of waiting for it again."""


class UnconfirmedDeliveryError(DeliveryUnavailableError):
    """Meta may or may not have sent it; a code that arrives answers to `request_id`."""

    default_message = (
        "WhatsApp did not confirm the message. A code that arrives works; else try again shortly."
    )

    def __init__(self, request_id: str) -> None:
        super().__init__()
        self.request_id = request_id


class StoreUnavailableError(OtpError):
    code = "store_unavailable"
    default_message = "The login service is not available at the moment. Try again shortly."


class InvalidCodeError(OtpError):
    code = "invalid_code"
    default_message = "That code is not right."

    def __init__(self, *, attempts_remaining: int, retry_after_s: int | None = None) -> None:
        tail = "Check it and try again." if attempts_remaining else "Request a new code."
        super().__init__(f"{self.default_message} {tail}", retry_after_s=retry_after_s)
        self.attempts_remaining = attempts_remaining


class ExpiredCodeError(OtpError):
    code = "expired_code"
    default_message = "That code is no longer valid. Request a new one."


class TooManyAttemptsError(OtpError):
    code = "too_many_attempts"
    default_message = "Too many wrong tries with this code. Request a new one."
    attempts_remaining = 0
