"""PasscodeSender over the WhatsApp Cloud API, and what Meta's errors mean to a login."""

import logging
import math
from collections.abc import Sequence
from dataclasses import dataclass

import structlog

from otp_service.domain.delivery import PasscodeMessage
from otp_service.domain.errors import (
    DeliveryError,
    DeliveryFailedError,
    DeliveryUnavailableError,
    IdentityChangedError,
    RecipientUnreachableError,
)
from otp_service.domain.ports import UnconfirmedSendError
from otp_service.whatsapp import (
    InvalidArgumentError,
    OperatorError,
    PlatformError,
    RecipientError,
    SentMessage,
    UnknownOutcomeError,
    WhatsAppCloudAPI,
    WhatsAppError,
)
from otp_service.whatsapp.error_codes import IDENTITY_MISMATCH

_LONGEST_WAIT_S = 86_400.0
# Missing or not approved, paused, disabled, or another one than is declared: in this language.
_TEMPLATE_REFUSED = frozenset({132000, 132001, 132012, 132015, 132016})
_REGION_LETTERS = 2
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class WhatsAppPasscodeSender:
    """Sends the authentication template `template`, in the person's language where we have it.

    The first of `languages` is for everybody else.
    """

    api: WhatsAppCloudAPI
    template: str
    languages: tuple[str, ...]

    def send(self, message: PasscodeMessage) -> str:
        try:
            sent = self._send(message, language_of(message.locale, self.languages))
        except InvalidArgumentError as error:
            # Of the arguments only the number is the person's; Meta was not asked.
            _log.warning(
                "whatsapp_refused",
                phone=message.to.masked,
                login_request_id=message.label.challenge_id,
                summary=str(error),
            )
            raise RecipientUnreachableError from None
        except UnknownOutcomeError as error:
            _log_failure("whatsapp_unconfirmed", error, message)
            raise UnconfirmedSendError from None
        except WhatsAppError as error:
            _log_failure("whatsapp_refused", error, message)
            raise _refusal(error) from None
        return sent.wamid

    def _send(self, message: PasscodeMessage, language: str) -> SentMessage:
        try:
            return self.api.send_authentication_otp(
                message.to.e164,
                message.passcode,
                template=self.template,
                language=language,
                callback_data=message.label.encode(),
                identity_key_hash=message.identity_hash or None,
            )
        except OperatorError as error:
            first = self.languages[0]
            refused = error.graph is not None and error.graph.code in _TEMPLATE_REFUSED
            if not refused or language == first:
                raise
            # Surely not sent, so it may be sent once more.
            _log_failure("whatsapp_language_refused", error, message)
        return self._send(message, first)


def language_of(locale: str | None, languages: Sequence[str]) -> str:
    """The one of `languages` (Meta's codes) that fits a language tag (RFC 5646) best.

    Next to the very country comes the language without one, then that of another country, and
    last the first of all, which is everybody's.
    """
    primary, *subtags = (locale or "").lower().replace("-", "_").split("_")
    region = next((one for one in subtags if len(one) == _REGION_LETTERS), "")
    same = [one for one in languages if one.partition("_")[0] == primary]
    for wanted in (f"{primary}_{region.upper()}", primary):
        if wanted in same:
            return wanted
    return next(iter(same), languages[0])


def _refusal(error: WhatsAppError) -> DeliveryError:
    """What the person is told: never Meta's words, only whose problem it is."""
    meta_code = error.graph.code if error.graph else None
    if meta_code == IDENTITY_MISMATCH:
        return IdentityChangedError(meta_code=meta_code)
    if isinstance(error, RecipientError):
        return RecipientUnreachableError(meta_code=meta_code)
    if isinstance(error, OperatorError):
        return DeliveryFailedError(meta_code=meta_code)
    wait_s = error.retry_after_s if isinstance(error, PlatformError) else None
    return DeliveryUnavailableError(
        meta_code=meta_code, retry_after_s=_whole_wait(wait_s) if wait_s else None
    )


def _whole_wait(wait_s: float) -> int:
    # The figure is the answering server's: believed up to a day.
    return math.ceil(min(wait_s, _LONGEST_WAIT_S))


def _log_failure(event: str, error: WhatsAppError, message: PasscodeMessage) -> None:
    """The operator's line: Meta's code, details and trace id, which no caller gets to see."""
    graph = error.graph
    _log.log(
        logging.ERROR if error.alert or error.stop else logging.WARNING,
        event,
        phone=message.to.masked,
        login_request_id=message.label.challenge_id,
        summary=str(error),
        meta_code=graph.code if graph else None,
        meta_subcode=graph.subcode if graph else None,
        meta_details=graph.safe_details if graph else None,
        fbtrace_id=graph.fbtrace_id if graph else None,
        every_send_fails=error.stop,
    )
