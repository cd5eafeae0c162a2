"""PasscodeSender that sends nothing to the test numbers of an app store's reviewers."""

import time
from dataclasses import dataclass

import structlog

from otp_service.domain.delivery import PasscodeMessage
from otp_service.domain.ports import Clock, PasscodeSender
from otp_service.domain.review_numbers import ReviewNumbers

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class ReviewPasscodeSender:
    review_numbers: ReviewNumbers
    sender: PasscodeSender
    clock: Clock = time.time

    def send(self, message: PasscodeMessage) -> str:
        """For a test number an id that is none of Meta's."""
        # Compared as well: at the end of its last day the passcode may be one that has to be sent.
        to, challenge_id = message.to, message.label.challenge_id
        if message.passcode != self.review_numbers.passcode_of(to, self.clock()):
            return self.sender.send(message)
        _log.warning("test_number_used", phone=to.masked, login_request_id=challenge_id)
        return f"test_number.{challenge_id}"
