"""How a login stands, for the screen of whoever waits: `POST /v1/otp/status`."""

from typing import Any

from otp_service.domain.delivery import DeliveryState, LoginStatus, StatusWatch
from otp_service.domain.delivery_service import DeliveryService
from otp_service.domain.errors import InvalidRequestError
from otp_service.http_api.request_body import optional_text, request_id_member, text_member
from otp_service.http_api.request_log import note

MAX_WAIT_S = 20


def status_answer(deliveries: DeliveryService, body: dict[str, Any]) -> dict[str, Any]:
    """Raise InvalidRequestError, InvalidPhoneError, RateLimitedError, StoreUnavailableError."""
    text = text_member(body, "phoneNumber")
    request_id = request_id_member(body, required=True) or ""
    watch = _watch(body)
    phone = deliveries.numbers.read(text)
    note(phone=phone.masked)
    return status_members(deliveries.status(phone, request_id, watch))


def status_members(status: LoginStatus) -> dict[str, Any]:
    """The answer's members. `reason` is there on failed messages only."""
    members: dict[str, Any] = {
        "status": status.state,
        "expiresIn": status.expires_in_s,
        "resendsRemaining": status.resends_remaining,
        "resendAllowedIn": status.resend_allowed_in_s,
    }
    if status.reason:
        members["reason"] = status.reason
    return members


def _watch(body: dict[str, Any]) -> StatusWatch | None:
    """None where the caller does not want to wait. Raise InvalidRequestError."""
    wait = body.get("wait")
    after = optional_text(body, "after")
    if after is not None and after not in list(DeliveryState):
        raise InvalidRequestError(f"after must be one of: {', '.join(DeliveryState)}.")
    if wait is None:
        return None
    if isinstance(wait, bool) or not isinstance(wait, int | float) or not 0 <= wait <= MAX_WAIT_S:
        raise InvalidRequestError(f"wait must be 0 to {MAX_WAIT_S} seconds.")
    if wait == 0:
        return None
    if after is None:
        raise InvalidRequestError("wait needs after: the status that the screen shows already.")
    return StatusWatch(DeliveryState(after), float(wait))
