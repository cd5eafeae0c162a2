"""An authentication template as it is declared, checked against Meta's limits before it leaves.

Its texts are Meta's own and translated; only what stands here can be chosen.
Source: "Authentication templates", WhatsApp Business Management API.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from otp_service.whatsapp.errors import InvalidArgumentError
from otp_service.whatsapp.template_languages import LANGUAGES

if TYPE_CHECKING:
    from collections.abc import Collection

CATEGORY = "AUTHENTICATION"
DEFAULT_SEND_TTL_S = 600
#: Of `message_send_ttl_s`: Meta tries to deliver for 30 days.
THIRTY_DAYS = -1

_NAME = re.compile(r"[a-z][a-z0-9_]*")
_PACKAGE_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*(\.[A-Za-z][A-Za-z0-9_]*)+")
_SIGNATURE_HASH = re.compile(r"[A-Za-z0-9+/=]{11}")
_LONGEST_NAME = 512
_LONGEST_PACKAGE_NAME = 224
_LONGEST_LABEL = 25
_LONGEST_EXPIRATION_MIN = 90
_SHORTEST_SEND_TTL_S, _LONGEST_SEND_TTL_S = 30, 900
_MOST_APPS = 5


def _check(is_right: object, rule: str) -> None:
    if not is_right:
        raise InvalidArgumentError(rule)


class OtpType(StrEnum):
    """How the passcode gets from the message into the app.

    COPY_CODE: the person copies it. ONE_TAP: a tap hands it over. ZERO_TAP: it comes unseen.
    """

    COPY_CODE = "COPY_CODE"
    ONE_TAP = "ONE_TAP"
    ZERO_TAP = "ZERO_TAP"


@dataclass(frozen=True)
class SupportedApp:
    """An Android app that may take the passcode. Raises InvalidArgumentError.

    `package_name`: such as `com.example.app`. `signature_hash`: the 11 characters of its
    signing key hash.
    """

    package_name: str
    signature_hash: str

    def __post_init__(self) -> None:
        _check(
            len(self.package_name) <= _LONGEST_PACKAGE_NAME
            and _PACKAGE_NAME.fullmatch(self.package_name),
            f"package_name must be two or more names joined by dots, {_LONGEST_PACKAGE_NAME} "
            "characters at most",
        )
        _check(
            _SIGNATURE_HASH.fullmatch(self.signature_hash),
            "signature_hash must be the 11 characters of the app's signing key hash",
        )


@dataclass(frozen=True)
class OtpButton:
    """The one button. Labels that are None are Meta's own, translated.

    `zero_tap_terms_accepted`: that the business answers for passcodes that come unseen; Meta
    creates no ZERO_TAP template without it. Raises InvalidArgumentError.
    """

    otp_type: OtpType = OtpType.COPY_CODE
    text: str | None = None
    autofill_text: str | None = None
    supported_apps: tuple[SupportedApp, ...] = ()
    zero_tap_terms_accepted: bool = False

    def __post_init__(self) -> None:
        for name, label in (("text", self.text), ("autofill_text", self.autofill_text)):
            _check(
                label is None or (0 < len(label) <= _LONGEST_LABEL and "{" not in label),
                f"{name} must be 1 to {_LONGEST_LABEL} characters without variables",
            )
        if self.otp_type is OtpType.COPY_CODE:
            _check(
                not self.supported_apps and self.autofill_text is None,
                "supported_apps and autofill_text are for ONE_TAP and ZERO_TAP",
            )
        else:
            _check(
                1 <= len(self.supported_apps) <= _MOST_APPS,
                f"supported_apps must be 1 to {_MOST_APPS} apps for {self.otp_type}",
            )
        _check(
            self.otp_type is not OtpType.ZERO_TAP or self.zero_tap_terms_accepted,
            "zero_tap_terms_accepted must be True for ZERO_TAP",
        )

    def as_json(self) -> dict[str, object]:
        """The button as Meta takes it; what is None is left to Meta."""
        button: dict[str, object] = {"type": "OTP", "otp_type": str(self.otp_type)}
        if self.text is not None:
            button["text"] = self.text
        if self.autofill_text is not None:
            button["autofill_text"] = self.autofill_text
        if self.supported_apps:
            button["supported_apps"] = [
                {"package_name": app.package_name, "signature_hash": app.signature_hash}
                for app in self.supported_apps
            ]
        if self.otp_type is OtpType.ZERO_TAP:
            button["zero_tap_terms_accepted"] = True
        return button


@dataclass(frozen=True)
class AuthenticationContent:
    """What can be chosen of the message itself. Raises InvalidArgumentError.

    `code_expiration_minutes`: 1 to 90, said in the footer; None: no footer, and the button works
    for 10 minutes. `security_recommendation`: adds "do not share this code".
    """

    button: OtpButton = OtpButton()
    security_recommendation: bool = True
    code_expiration_minutes: int | None = None

    def __post_init__(self) -> None:
        minutes = self.code_expiration_minutes
        _check(
            minutes is None or 1 <= minutes <= _LONGEST_EXPIRATION_MIN,
            f"code_expiration_minutes must be 1 to {_LONGEST_EXPIRATION_MIN}",
        )

    def as_json(self) -> list[dict[str, object]]:
        """The `components` as Meta takes them."""
        body = {"type": "BODY", "add_security_recommendation": self.security_recommendation}
        components: list[dict[str, object]] = [body]
        if self.code_expiration_minutes is not None:
            footer = {"type": "FOOTER", "code_expiration_minutes": self.code_expiration_minutes}
            components.append(footer)
        return [*components, {"type": "BUTTONS", "buttons": [self.button.as_json()]}]


def checked_name(name: str) -> str:
    """Return `name`. Raises InvalidArgumentError unless it can name a template."""
    _check(
        len(name) <= _LONGEST_NAME and _NAME.fullmatch(name),
        "name must be lowercase letters, digits and underscores, a letter first, "
        f"{_LONGEST_NAME} characters at most",
    )
    return name


def checked_languages(languages: Collection[str]) -> list[str]:
    """Return `languages`. Raises InvalidArgumentError for one Meta does not have.

    `en` and `en_US` are two languages: a template in one cannot be sent in the other.
    """
    _check(languages, "languages must name at least one")
    for language in languages:
        _check(
            language in LANGUAGES,
            "language must be one of Meta's template languages, such as en_US or es",
        )
    return list(languages)


def checked_send_ttl(message_send_ttl_s: int) -> int:
    """Return the seconds. Raises InvalidArgumentError unless 30 to 900, or THIRTY_DAYS."""
    _check(
        message_send_ttl_s == THIRTY_DAYS
        or _SHORTEST_SEND_TTL_S <= message_send_ttl_s <= _LONGEST_SEND_TTL_S,
        f"message_send_ttl_s must be {_SHORTEST_SEND_TTL_S} to {_LONGEST_SEND_TTL_S}, or "
        f"{THIRTY_DAYS} for 30 days",
    )
    return message_send_ttl_s
