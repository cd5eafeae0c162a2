"""What the code screen shows: the server's own figures about one login."""

import time
from dataclasses import dataclass
from typing import Any

import phonenumbers

from otp_service.domain.challenge import RequestOrigin
from otp_service.domain.delivery import DeliveryState, StatusWatch
from otp_service.domain.errors import OtpError
from otp_service.web.login_flow import LoginFlow
from otp_service.web.login_state import LoginState
from otp_service.web.login_words import DeliveryLine, delivery_line, unseen_line

# A worker's thread is held that long; proxies give up on silent answers after 30 s and more.
LONGEST_WAIT_S = 20.0


@dataclass(frozen=True, slots=True)
class Figures:
    """Seconds are from now. None where the store could not be asked.

    `resend_in_s` is None as well when only the office can open the number; `resends_left` is 0
    then.
    """

    state: str
    line: DeliveryLine
    expires_in_s: int | None
    resends_left: int | None
    resend_in_s: int | None

    def to_json(self) -> dict[str, Any]:
        return {
            "state": self.state,
            "tone": self.line.tone,
            "title": self.line.title,
            "advice": self.line.advice,
            "expiresIn": self.expires_in_s,
            "resendsRemaining": self.resends_left,
            "resendAllowedIn": self.resend_in_s,
        }


def read_figures(
    flow: LoginFlow, state: LoginState, watch: StatusWatch | None, origin: RequestOrigin
) -> Figures:
    """Raise RateLimitedError, StoreUnavailableError."""
    status = flow.status(state, watch, origin)
    # A login that nobody knows any more has expired, unless its id never reached this visitor.
    known = status.state is not DeliveryState.NONE
    expired = bool(state.request_id) and status.expires_in_s <= 0
    return Figures(
        state=status.state,
        line=delivery_line(status.state, status.reason, expired=expired),
        expires_in_s=status.expires_in_s if known or state.request_id else None,
        resends_left=status.resends_remaining,
        resend_in_s=status.resend_allowed_in_s,
    )


def figures_or_guess(flow: LoginFlow, state: LoginState, origin: RequestOrigin) -> Figures:
    """As `read_figures`; when the store cannot be asked, what the visitor's own state says."""
    try:
        return read_figures(flow, state, None, origin)
    except OtpError:
        left_s = state.expires_at - int(time.time()) if state.expires_at else None
        return Figures("", unseen_line(), left_s, None, None)


def read_watch(after: str, wait: str) -> StatusWatch | None:
    """None unless `after` is a delivery state and `wait` whole seconds."""
    if after not in list(DeliveryState) or not (wait.isascii() and wait.isdecimal()):
        return None
    return StatusWatch(DeliveryState(after), min(float(wait[:6]), LONGEST_WAIT_S))


def readable_number(e164: str) -> str:
    """`+1 239-555-0100`: as its owner would write it."""
    return phonenumbers.format_number(
        phonenumbers.parse(e164), phonenumbers.PhoneNumberFormat.INTERNATIONAL
    )


def minutes_and_seconds(seconds: int) -> str:
    """`9:41`, as the script counts it down."""
    minutes, rest = divmod(max(0, seconds), 60)
    return f"{minutes}:{rest:02d}"
