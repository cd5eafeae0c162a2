"""A browser without scripts, at the login's pages."""

import re
from typing import Any

from flask import Flask
from werkzeug.test import Client, TestResponse

from tests.http_api.conftest import PHONE


class Visitor:
    """A browser without scripts, at our own pages or in another site's frame."""

    def __init__(self, app: Flask, base_url: str = "http://localhost", embed: str = "") -> None:
        self.client: Client = app.test_client()
        self.base_url = base_url
        self.page = self.get(f"/login?embed=1&origin={embed}" if embed else "/login")

    @classmethod
    def of(cls, client: Client, path: str) -> "Visitor":
        """Another look with the cookies of `client`."""
        visitor = cls.__new__(cls)
        visitor.client, visitor.base_url = client, "http://localhost"
        visitor.get(path)
        return visitor

    def get(self, path: str, **options: Any) -> TestResponse:
        self.page = self.client.get(path, base_url=self.base_url, **options)
        return self.page

    def post(
        self, path: str, headers: dict[str, str] | None = None, **fields: str
    ) -> TestResponse:
        """Send the shown page's form; a redirect is followed to the next page."""
        form = dict([self.hidden]) | fields
        answer = self.client.post(path, data=form, headers=headers, base_url=self.base_url)
        if answer.status_code == 303:
            self.get(answer.location)
        elif answer.status_code == 200 and answer.mimetype == "text/html":
            self.page = answer
        return answer

    def ask(
        self, number: str = PHONE, headers: dict[str, str] | None = None, **fields: str
    ) -> TestResponse:
        return self.post("/login", headers, number=number, country="US", **fields)

    @property
    def hidden(self) -> tuple[str, str]:
        match = re.search(r'type="hidden" name="(csrf|state)" value="([^"]+)"', self.text)
        assert match, self.text
        return match[1], match[2]

    @property
    def text(self) -> str:
        return self.page.get_data(as_text=True)
