"""PasscodeSender that sends nothing to the test numbers of an app store's reviewers."""

import time
from dataclasses import dataclass

import structlog

from otp_service.domain.delivery import MessageLabel
from otp_service.domain.phone_number import PhoneNumber
from otp_service.domain.ports import Clock, PasscodeSender
from otp_service.domain.review_numbers import ReviewNumbers

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class ReviewPasscodeSender:
    review_numbers: ReviewNumbers
    sender: PasscodeSender
    clock: Clock = time.time

    def send(
        self,
        to: PhoneNumber,
        passcode: str,
        label: MessageLabel,
        locale: str | None,
        identity_hash: str = "",
    ) -> str:
        """For a test number an id that is none of Meta's."""
        # Compared as well: at the end of its last day the passcode may be one that has to be sent.
        if passcode != self.review_numbers.passcode_of(to, self.clock()):
            return self.sender.send(to, passcode, label, locale, identity_hash)
        _log.warning("test_number_used", phone=to.masked, login_request_id=label.challenge_id)
        return f"test_number.{label.challenge_id}"
