"""Management calls of the simulator as raw HTTP: what is sent is what a test says."""

from typing import Any

import requests

from tests.integration.simulator.conftest import PHONE_NUMBER_ID, SETTINGS, TOKEN

NUMBER = f"/{PHONE_NUMBER_ID}"
ACCOUNT = f"/{SETTINGS.business_account_id}"
APP = f"/{SETTINGS.app_id}"


class AccountCalls:
    """`simulator`: the fixture of the same name. Paths are without version."""

    def __init__(self, simulator: Any, token: str = TOKEN) -> None:
        self._simulator = simulator
        self._headers = {"Authorization": f"Bearer {token}"}

    def send(self, method: str, path: str, **options: Any) -> requests.Response:
        url = self._simulator.url(f"/v23.0{path}")
        session: requests.Session = self._simulator.session
        return session.request(method, url, headers=self._headers, timeout=10, **options)

    def get(self, path: str, **query: Any) -> requests.Response:
        return self.send("GET", path, params=query)

    def post(self, path: str, body: Any = None) -> requests.Response:
        return self.send("POST", path, json=body)

    def delete(self, path: str, **query: Any) -> requests.Response:
        return self.send("DELETE", path, params=query)


def error_of(answer: requests.Response) -> tuple[int, int, int | None]:
    """HTTP status, code and subcode of a refusal."""
    error = answer.json()["error"]
    assert error["fbtrace_id"]
    return answer.status_code, error["code"], error.get("error_subcode")


def message_of(answer: requests.Response) -> str:
    return str(answer.json()["error"]["message"])
