"""What the callers' guides show is what the samples hold, and what can be run has been run."""

import os
import re
import shlex
import subprocess
from xml.etree import ElementTree

import pytest
import requests

from otp_service.settings import Settings
from otp_service.web.next_page import NextPages
from tests.conftest import GAS_KEY
from tests.e2e.command_line import otp_service
from tests.e2e.conftest import Service
from tests.environment import environment, settings_of
from tests.guides.blocks import SAMPLES, blocks_of, languages_of
from tests.guides.conftest import Phone

GUIDES = ("clients.md", "mobile.md", "sessions.md", "web.md", "wix.md")
# Kotlin and Swift want an Android and an Apple SDK: nothing here can run them.
LANGUAGES = {"", "sh", "python", "js", "html", "xml", "kotlin", "swift"}
SOURCES = [
    file.read_text(encoding="utf-8")
    for file in SAMPLES.rglob("*.*")
    if file.suffix in {".py", ".js", ".mjs", ".html"}
]
SETTING = re.compile(r"^([A-Z_]+)=(.*)$", re.MULTILINE)
LINKS_TO_THE_SERVICE = 2
COMMANDS = [
    (page, line)
    for page in GUIDES
    for block in blocks_of(page, "sh")
    for line in block.splitlines()
    if line.startswith("otp-service ")
]
CURLS = [line for line in "".join(blocks_of("sessions.md", "sh")).splitlines() if "curl" in line]


@pytest.mark.parametrize("page", GUIDES)
def test_a_guide_has_no_block_that_nobody_looks_at(page: str):
    assert languages_of(page) <= LANGUAGES
    told = ("otp-service ", "curl ", "openapi-python-client ", "cd docs/samples", "SERVICE_URL=")
    for block in blocks_of(page, "sh"):
        assert all(line.startswith(told) for line in block.splitlines()), block


@pytest.mark.parametrize("language", ["python", "js"])
@pytest.mark.parametrize("page", GUIDES)
def test_code_in_a_guide_is_that_of_a_tested_sample(page: str, language: str):
    for block in blocks_of(page, language):
        assert any(block in source for source in SOURCES), block


def test_html_in_a_guide_is_a_samples_or_leads_to_the_service(service: Service):
    links = 0
    for block in [block for page in GUIDES for block in blocks_of(page, "html")]:
        if any(block in source for source in SOURCES):
            continue
        (target,) = re.findall(r'(?:src|href)="(?:https://login\.example\.com)?(/[^"]+)"', block)
        assert requests.get(f"{service.url}{target}", timeout=20).status_code == 200
        links += 1
    assert links == LINKS_TO_THE_SERVICE


def test_the_login_screens_link_leads_where_the_guides_setting_allows():
    (setting,) = [b for b in blocks_of("web.md", "") if b.startswith("LOGIN_NEXT_ALLOWLIST=")]
    (target,) = re.findall(r"/login\?next=([^\"]+)", "".join(blocks_of("web.md", "html")))
    assert NextPages([setting.strip().split("=")[1]]).checked(target) == target


@pytest.mark.parametrize("page", GUIDES)
def test_settings_in_a_guide_are_taken_by_the_service(page: str):
    shown = {
        name: value for block in blocks_of(page, "") for name, value in SETTING.findall(block)
    }
    assert {name.lower() for name in shown} <= set(Settings.model_fields)
    settings_of(environment("redis://127.0.0.1:9/0", "http://127.0.0.1:9", **shown))


@pytest.mark.parametrize(("page", "line"), COMMANDS, ids=[line for _, line in COMMANDS])
def test_a_command_in_a_guide_exists(page: str, line: str):
    _, *arguments = shlex.split(line)
    command = [word for word in arguments[:2] if not word.startswith("-")]
    ran = otp_service({}, *command, "--help")
    assert ran.returncode == 0, ran.stderr
    for option in [word for word in arguments if word.startswith("--")]:
        assert option in ran.stdout


@pytest.mark.parametrize("line", CURLS)
def test_a_question_to_the_service_is_answered(service: Service, phone: Phone, line: str):
    asked = subprocess.run(
        ["/bin/sh", "-c", line.replace("https://login.example.com", service.url)],
        env={"PATH": os.environ["PATH"], "KEY": GAS_KEY, "TOKEN": phone.log_in()},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ('"active":true' if "introspect" in line else '"success":true') in asked.stdout


def test_xml_in_a_guide_is_well_formed():
    blocks = [block for page in GUIDES for block in blocks_of(page, "xml")]
    assert blocks
    for block in blocks:
        ElementTree.fromstring(f"<all>{block}</all>")
