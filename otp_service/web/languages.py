"""English and Spanish: which one a visitor reads, and where the words are."""

from pathlib import Path

from flask import Flask, g, request
from flask_babel import Babel, refresh

LANGUAGES = {"en": "English", "es": "Español"}
_CATALOGS = Path(__file__).parent / "translations"


def register_languages(app: Flask) -> None:
    Babel(
        app,
        default_translation_directories=str(_CATALOGS),
        locale_selector=spoken_language,
    )


def known_language(wanted: str) -> str:
    """`wanted` when we speak it, else nothing."""
    return wanted if wanted in LANGUAGES else ""


def spoken_language() -> str:
    """What `speak` said; else, of those we speak, the browser's favourite (RFC 9110 12.5.4)."""
    if chosen := g.get("language"):
        return str(chosen)
    return request.accept_languages.best_match(LANGUAGES, default="en") or "en"


def speak(language: str) -> None:
    """Answer this request in `language` from here on; before that, in the browser's."""
    g.language = language
    refresh()
