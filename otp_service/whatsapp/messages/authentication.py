"""A one-time passcode in an authentication template, the only message that may carry one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from otp_service.whatsapp.errors import InvalidArgumentError
from otp_service.whatsapp.messages.content import string
from otp_service.whatsapp.messages.template import template_message

if TYPE_CHECKING:
    from otp_service.whatsapp.messages.content import MessageContent

_LONGEST_PASSCODE = 15


def authentication_message(otp_code: str, template: str, language: str) -> MessageContent:
    """Return the template `template` with `otp_code` in its text and on its button.

    Raises InvalidArgumentError outside 1 to 15 characters, and for a newline, a tab or more than
    4 spaces in a row. Source: "Authentication templates", Cloud API.
    """
    _check_passcode(otp_code)
    # The button is of type "url" whatever it was created as.
    passcode = [{"type": "text", "text": otp_code}]
    return template_message(
        template,
        language,
        [
            {"type": "body", "parameters": passcode},
            {"type": "button", "sub_type": "url", "index": "0", "parameters": passcode},
        ],
    )


def _check_passcode(otp_code: str) -> None:
    # A number would have lost its leading zeros.
    if not string(otp_code, "otp_code").strip() or len(otp_code) > _LONGEST_PASSCODE:
        raise InvalidArgumentError("otp_code must be 1 to 15 characters")
    if not otp_code.isprintable() or " " * 5 in otp_code:
        raise InvalidArgumentError(
            "otp_code must hold no newline, tab or run of more than 4 spaces"
        )
