"""The demo's page of another site, as a process of its own."""

import sys

import requests

from otp_service.demo.owned_process import OwnedProcess
from tests.e2e.conftest import answers, await_condition, free_port, process_environment


def test_the_page_loads_the_element_from_the_service_that_it_was_told():
    port = free_port()
    command = [sys.executable, "-m", "otp_service.demo.embedding_page", f"--port={port}"]
    service = "http://127.0.0.1:8000"
    page = OwnedProcess([*command, f"--login-url={service}"], process_environment({}))
    try:
        url = f"http://localhost:{port}/"
        await_condition(lambda: answers(url), "the page")
        text = requests.get(url, timeout=5).text
        assert f'<script src="{service}/embed/otp-login.js" defer></script>' in text
        assert "<shamrock-login></shamrock-login>" in text
    finally:
        page.stop()
