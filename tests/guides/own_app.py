"""docs/samples/own_screen.py as its developer runs it."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import requests

from tests.conftest import GAS_KEY
from tests.e2e.conftest import await_condition, free_port, process_environment
from tests.guides.blocks import SAMPLES


@contextmanager
def running_own_app(service_url: str, log: Path, key: str = GAS_KEY) -> Iterator[str]:
    """The app's address."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    variables = {
        "SERVICE_URL": service_url,
        "SERVICE_KEY": key,
        "SECRET_KEY": "test-secret-of-the-own-app-5f3b9c",
    }
    command = [sys.executable, "-m", "flask", "--app", "own_screen", "run", "--port", str(port)]
    with log.open("ab") as output:
        process = subprocess.Popen(
            command,
            cwd=SAMPLES,
            env=process_environment(variables),
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        await_condition(lambda: _answers(url), "the own app to answer")
        yield url
    finally:
        process.terminate()
        process.wait(20)


def _answers(url: str) -> bool:
    try:
        return requests.get(url, timeout=2).ok
    except requests.RequestException:
        return False


class Visitor:
    """A browser as far as HTTP goes. Like real ones it sends Secure cookies to this machine."""

    def __init__(self, url: str) -> None:
        self.cookies = requests.cookies.RequestsCookieJar()
        self._url = url

    def post(self, path: str, **members: object) -> requests.Response:
        return self._ask("POST", path, json=members)

    def post_form(self, path: str) -> requests.Response:
        return self._ask("POST", path, data={"phoneNumber": "x"})

    def account(self) -> requests.Response:
        return self._ask("GET", "/account")

    def _ask(self, method: str, path: str, **body: Any) -> requests.Response:
        header = "; ".join(f"{cookie.name}={cookie.value}" for cookie in self.cookies)
        with requests.Session() as http:
            # The session keeps what the answer sets, and forgets what it deletes.
            http.cookies = self.cookies
            return http.request(
                method,
                f"{self._url}{path}",
                headers={"Cookie": header},
                timeout=40,
                allow_redirects=False,
                **body,
            )
