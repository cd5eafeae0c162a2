"""Somebody of the office at the console: a browser without scripts that has logged in."""

import re
from collections.abc import Callable
from typing import Any

from flask import Flask
from werkzeug.test import TestResponse

from tests.conftest import CONSOLE_KEY
from tests.http_api.page_visitor import Visitor

ADMIN, STAFF, FAMILY = "+12395550142", "+12395550143", "+12395550144"


def give_role(app: Flask, phone: str, role: str) -> str:
    """Return the number's userId."""
    headers = {"X-API-Key": CONSOLE_KEY}
    answer = app.test_client().put(f"/v1/roles/{phone}", json={"role": role}, headers=headers)
    return str(answer.get_json()["userId"])


class ConsoleVisitor(Visitor):
    """`user_id` is their own."""

    def __init__(
        self,
        app: Flask,
        received: Callable[..., str],
        phone: str,
        role: str,
        begin: str = "/login?next=/admin",
    ) -> None:
        self.user_id = give_role(app, phone, role)
        super().__init__(app)
        self.get(begin)
        self.ask(phone)
        self.leads_to = self.post("/login/code", code=received(phone)).location

    def submit(self, path: str, **fields: str) -> TestResponse:
        """Send a form of the shown page without following where it leads."""
        form = {"csrf": self.csrf} | fields
        return self.client.post(path, data=form, base_url=self.base_url)

    @property
    def csrf(self) -> str:
        name, token = self.hidden
        assert name == "csrf"
        return token

    @property
    def words(self) -> str:
        """What is to be read on the shown page."""
        without_tags = re.sub(r"<(style|svg).*?</\1>|<[^>]+>", " ", self.text, flags=re.DOTALL)
        return re.sub(r"\s+", " ", without_tags)


def events_of(app: Flask, **query: Any) -> list[dict[str, Any]]:
    """What the audit says, newest first."""
    headers = {"X-API-Key": CONSOLE_KEY}
    answer = app.test_client().get("/v1/audit/events", headers=headers, query_string=query)
    events: list[dict[str, Any]] = answer.get_json()["events"]
    return events
