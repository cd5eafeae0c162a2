"""The fixed words of an authentication template, which Meta translates.

Meta, "Authentication templates". Translations are here for English and Spanish; every other
language gets the English ones.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class _Words:
    body: str
    security: str
    footer: str
    copy_code: str
    autofill: str


_ENGLISH = _Words(
    body="*{{1}}* is your verification code.",
    security="For your security, do not share this code.",
    footer="This code expires in {minutes} minutes.",
    copy_code="Copy code",
    autofill="Autofill",
)
_SPANISH = _Words(
    body="Tu código de verificación es *{{1}}*.",
    security="Por tu seguridad, no lo compartas.",
    footer="Este código caduca en {minutes} minutos.",
    copy_code="Copiar código",
    autofill="Autocompletar",
)


def body_text(language: str, *, with_security: bool) -> str:
    words = _words(language)
    return f"{words.body} {words.security}" if with_security else words.body


def footer_text(language: str, minutes: int) -> str:
    return _words(language).footer.format(minutes=minutes)


def copy_code_text(language: str) -> str:
    return _words(language).copy_code


def autofill_text(language: str) -> str:
    return _words(language).autofill


def _words(language: str) -> _Words:
    return _SPANISH if language.partition("_")[0] == "es" else _ENGLISH
