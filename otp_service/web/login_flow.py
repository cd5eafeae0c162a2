"""The login's steps for a visitor: each takes where the login stands to where it stands next."""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Protocol

from otp_service.domain.challenge import RequestOrigin
from otp_service.domain.delivery import LoginStatus, StatusWatch
from otp_service.domain.delivery_service import DeliveryService
from otp_service.domain.errors import (
    OtpError,
    SendInProgressError,
    UnconfirmedDeliveryError,
)
from otp_service.domain.login_service import LoginService
from otp_service.domain.phone_number import MAX_INPUT_CHARS, PhoneNumberReader
from otp_service.domain.session import Login
from otp_service.web.login_state import LoginState, Refusal


class VisitLimiter(Protocol):
    """Limits what one connection may ask of the pages; sends have limits of their own."""

    def admit(self, ip: str) -> None:
        """Raise RateLimitedError, StoreUnavailableError. An empty `ip` is let through."""
        ...


@dataclass(frozen=True, slots=True)
class LoginFlow:
    """No step raises an OtpError: what was refused is in the state, for the screen to say."""

    logins: LoginService
    deliveries: DeliveryService
    visits: VisitLimiter
    require_request_id: bool
    clock: Callable[[], float] = time.time

    def send(
        self, state: LoginState, country: str, number: str, origin: RequestOrigin
    ) -> LoginState:
        """Send a code to `number`, any spelling of a number of `country` (ISO 3166-1)."""
        asked = replace(state.heard(), country=country, entered=number[:MAX_INPUT_CHARS])
        try:
            self.visits.admit(origin.ip)
            phone = PhoneNumberReader(country).read(number).e164
        except OtpError as refusal:
            return self.refused(asked, refusal)
        return self._sent(asked, phone, lambda: self._send(phone, asked, origin))

    def resend(self, state: LoginState, origin: RequestOrigin) -> LoginState:
        """Send a new code to the number that has one already."""
        asked = state.heard()
        try:
            self.visits.admit(origin.ip)
        except OtpError as refusal:
            return self.refused(asked, refusal)
        after = self._sent(asked, asked.phone, lambda: self._resend(asked, origin))
        return after if after.refusal else replace(after, notice="resent")

    def validate(
        self, state: LoginState, passcode: str, origin: RequestOrigin
    ) -> Login | LoginState:
        asked = state.heard()
        try:
            self.visits.admit(origin.ip)
            return self.logins.validate(asked.phone, passcode, asked.request_id or None, origin)
        except OtpError as refusal:
            return self.refused(asked, refusal)

    def status(
        self, state: LoginState, watch: StatusWatch | None, origin: RequestOrigin
    ) -> LoginStatus:
        """How the message stands. Raise RateLimitedError, StoreUnavailableError."""
        self.visits.admit(origin.ip)
        return self.deliveries.status(state.phone, state.request_id, watch)

    def refused(self, state: LoginState, refusal: OtpError) -> LoginState:
        wait_s = refusal.retry_after_s
        return replace(
            state,
            refusal=Refusal(
                code=refusal.code,
                scope=getattr(refusal, "scope", "") or getattr(refusal, "reason", ""),
                until=int(self.clock()) + wait_s if wait_s else 0,
                tries_left=getattr(refusal, "attempts_remaining", None),
            ),
        )

    def _sent(
        self, state: LoginState, phone: str, send: Callable[[], tuple[str, int]]
    ) -> LoginState:
        try:
            request_id, expires_in_s = send()
        except UnconfirmedDeliveryError as refusal:
            on_its_way = replace(state, phone=phone, request_id=refusal.request_id, expires_at=0)
            return self.refused(on_its_way, refusal)
        except SendInProgressError as refusal:
            return self._already_sending(state, phone, refusal)
        except OtpError as refusal:
            return self.refused(state, refusal)
        return replace(
            state,
            phone=phone,
            request_id=request_id,
            expires_at=int(self.clock()) + expires_in_s,
        )

    def _already_sending(
        self, state: LoginState, phone: str, refusal: SendInProgressError
    ) -> LoginState:
        """A second click, mostly: its code comes, though the answer with its id went elsewhere."""
        if phone == state.phone or self.require_request_id:
            return self.refused(state, refusal)
        return replace(state, phone=phone, request_id="", expires_at=0)

    def _send(self, phone: str, state: LoginState, origin: RequestOrigin) -> tuple[str, int]:
        receipt = self.logins.send(phone, origin, state.language or None)
        return receipt.challenge_id, receipt.expires_in_s

    def _resend(self, state: LoginState, origin: RequestOrigin) -> tuple[str, int]:
        receipt = self.logins.resend(state.phone, origin, state.language or None)
        return receipt.challenge_id, receipt.expires_in_s
