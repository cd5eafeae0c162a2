"""The inbox: what the people who own the phones would see. The simulator's own, not Meta's."""

import re
from collections.abc import Callable
from datetime import UTC, datetime

from flask import Blueprint, abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from otp_service.simulator.inbound_message import LONGEST_TEXT, InboundMessage
from otp_service.simulator.inbox_actions import refuse_other_sites
from otp_service.simulator.inbox_message import InboxMessage
from otp_service.simulator.settings import SimulatorSettings
from otp_service.simulator.state import SimulatorState

_DIGITS = re.compile(r"[1-9][0-9]{6,14}", re.ASCII)


def create_inbox_pages(settings: SimulatorSettings, state: SimulatorState) -> Blueprint:
    """`GET /inbox` (all chats) and `GET /inbox/<digits>` (one chat; 404 for anything else).

    The chat's forms: `POST /inbox/<digits>/inbound` and `POST /inbox/<digits>/did-not-request`.
    """
    inbox_pages = Blueprint("inbox_pages", __name__)
    inbox_pages.before_request(refuse_other_sites)

    for name, template_filter in _FILTERS.items():
        inbox_pages.add_app_template_filter(template_filter, name)

    @inbox_pages.get("/inbox")
    def chats() -> str:
        return render_template(
            "chats.html", latest=state.latest_of_chats(settings.page_size), settings=settings
        )

    @inbox_pages.get("/inbox/<digits>")
    def chat(digits: str) -> str:
        number = _number(digits)
        return render_template(
            "chat.html",
            number=number,
            timeline=_timeline(
                state.messages(to=number, limit=settings.page_size), state.inbound.of(number)
            ),
            longest_text=LONGEST_TEXT,
            settings=settings,
        )

    @inbox_pages.post("/inbox/<digits>/inbound")
    def write(digits: str) -> Response:
        text = request.form.get("text", "").strip()
        if not 1 <= len(text) <= LONGEST_TEXT:
            abort(400)
        state.inbound.write(_number(digits), text)
        return _back_to_chat(digits)

    @inbox_pages.post("/inbox/<digits>/did-not-request")
    def did_not_request(digits: str) -> Response:
        try:
            state.disown(request.form.get("wamid", ""))
        except KeyError:
            abort(404)
        return _back_to_chat(digits)

    return inbox_pages


def _iso_utc(instant: float) -> str:
    return datetime.fromtimestamp(instant, UTC).isoformat(timespec="seconds")


def _clock_time(instant: float) -> str:
    return datetime.fromtimestamp(instant).astimezone().strftime("%H:%M")


def _spaced(number: str) -> str:
    """+12395550100 as +1 239-555-0100; numbers of other countries as they are."""
    return re.sub(r"^\+1(\d{3})(\d{3})(\d{4})$", r"+1 \1-\2-\3", number)


_FILTERS: dict[str, Callable[..., str]] = {
    "iso_utc": _iso_utc,
    "clock_time": _clock_time,
    "spaced": _spaced,
}


def _number(digits: str) -> str:
    if not _DIGITS.fullmatch(digits):
        abort(404)
    return f"+{digits}"


def _timeline(
    messages: list[InboxMessage], inbound: list[InboundMessage]
) -> list[InboxMessage | InboundMessage]:
    """Both sides of the chat, in the order in which they were written."""
    return sorted([*messages, *inbound], key=_written_at)


def _written_at(message: InboxMessage | InboundMessage) -> float:
    return message.sent_at if isinstance(message, InboundMessage) else message.accepted_at


def _back_to_chat(digits: str) -> Response:
    return redirect(url_for("inbox_pages.chat", digits=digits), 303)
