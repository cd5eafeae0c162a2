"""Renders the console's pages: what every one of them is given."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from flask import Response, g, make_response, redirect, render_template, request

from otp_service.web.console.access import FormTokens, Officer
from otp_service.web.console.times import Times
from otp_service.web.cookies import PageCookie
from otp_service.web.languages import LANGUAGES, known_language, speak, spoken_language
from otp_service.web.login_words import role_name
from otp_service.web.page_policy import protect_page

_LANGUAGE_COOKIE = PageCookie("shamrock_language")
_LANGUAGE_KEPT_S = 365 * 86_400


@dataclass(frozen=True, slots=True)
class Screen:
    tokens: FormTokens
    times: Times

    def page(
        self,
        name: str,
        *,
        status: int = 200,
        **context: Any,  # noqa: ANN401
    ) -> Response:
        """One of templates/console/*.html."""
        someone: Officer | None = g.get("officer")
        page = render_template(
            f"console/{name}.html",
            languages=LANGUAGES,
            language=spoken_language(),
            officer=someone,
            role_name=role_name,
            csrf=self.tokens.token(someone.session) if someone else "",
            times=self.times,
            in_language=_in_language,
            **context,
        )
        return protect_page(make_response(page, status))


def moved(place: str) -> Response:
    """Redirect after a form, so that reloading the page sends nothing again."""
    return make_response(redirect(place, 303))


def choose_language() -> None:
    """A before_request hook: the language asked for, or the one asked for before."""
    wanted = known_language(request.args.get("lang", ""))
    if language := wanted or known_language(_LANGUAGE_COOKIE.read()):
        speak(language)


def keep_language(response: Response) -> Response:
    """An after_request hook."""
    if language := known_language(request.args.get("lang", "")):
        _LANGUAGE_COOKIE.write(response, language, _LANGUAGE_KEPT_S)
    return response


def _in_language(code: str) -> str:
    """This page's address in another language; a form's answer has none, so its page's own."""
    asked = [(name, value) for name, value in request.args.items(multi=True) if name != "lang"]
    return "?" + urlencode([*asked, ("lang", code)])
