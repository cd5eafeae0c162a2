"""The inbox: what the people who own the phones would see. The simulator's own, not Meta's."""

import re
from datetime import UTC, datetime

from flask import Blueprint, abort, render_template

from otp_service.simulator.settings import SimulatorSettings
from otp_service.simulator.state import SimulatorState

_DIGITS = re.compile(r"[1-9][0-9]{6,14}", re.ASCII)


def create_inbox_pages(settings: SimulatorSettings, state: SimulatorState) -> Blueprint:
    """`GET /inbox` (all chats) and `GET /inbox/<digits>` (one chat; 404 for anything else)."""
    inbox_pages = Blueprint("inbox_pages", __name__)

    @inbox_pages.app_template_filter()
    def iso_utc(instant: float) -> str:
        return datetime.fromtimestamp(instant, UTC).isoformat(timespec="seconds")

    @inbox_pages.app_template_filter()
    def clock_time(instant: float) -> str:
        return datetime.fromtimestamp(instant).astimezone().strftime("%H:%M")

    @inbox_pages.app_template_filter()
    def spaced(number: str) -> str:
        """+12395550100 as +1 239-555-0100; numbers of other countries as they are."""
        return re.sub(r"^\+1(\d{3})(\d{3})(\d{4})$", r"+1 \1-\2-\3", number)

    @inbox_pages.get("/inbox")
    def chats() -> str:
        return render_template(
            "chats.html", latest=state.latest_of_chats(settings.page_size), settings=settings
        )

    @inbox_pages.get("/inbox/<digits>")
    def chat(digits: str) -> str:
        if not _DIGITS.fullmatch(digits):
            abort(404)
        return render_template(
            "chat.html",
            number=f"+{digits}",
            messages=state.messages(to=f"+{digits}", limit=settings.page_size),
            settings=settings,
        )

    return inbox_pages
