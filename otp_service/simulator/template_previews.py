"""How an authentication template will look in each language. Meta, "Template previews"."""

from collections.abc import Sequence
from typing import Any

from otp_service.simulator.template_languages import LANGUAGES
from otp_service.simulator.template_texts import (
    autofill_text,
    body_text,
    copy_code_text,
    footer_text,
)


def template_previews(
    languages: Sequence[str], minutes: int | None, *, with_security: bool
) -> dict[str, Any]:
    """`languages`: none for all of them. `minutes`: None for no footer."""
    return {
        "data": [
            _preview(language, minutes, with_security=with_security)
            for language in languages or sorted(LANGUAGES)
        ]
    }


def _preview(language: str, minutes: int | None, *, with_security: bool) -> dict[str, Any]:
    buttons = [{"autofill_text": autofill_text(language), "text": copy_code_text(language)}]
    preview: dict[str, Any] = {
        "body": body_text(language, with_security=with_security),
        "buttons": buttons,
    }
    if minutes is not None:
        preview["footer"] = footer_text(language, minutes)
    return preview | {"language": language}
