"""Whoever is woken finds a runbook: each alert has its section, under the anchor it names."""

import re
from typing import Any

import yaml

from tests.guides.blocks import DOCS, ROOT
from tests.guides.test_links import anchors_of

RUNBOOKS = DOCS / "operations.md"
ALERTS = ROOT / "deploy" / "monitoring" / "alerts.yaml"


def alerts() -> list[dict[str, Any]]:
    document = yaml.safe_load(ALERTS.read_text(encoding="utf-8"))
    return [rule for group in document["groups"] for rule in group["rules"] if "alert" in rule]


def kebab(name: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "-", name).lower()


def test_every_alert_leads_to_a_section_of_its_own_name():
    assert alerts()
    for rule in alerts():
        assert rule["annotations"]["runbook"] == f"docs/operations.md#{kebab(rule['alert'])}"
    assert {kebab(rule["alert"]) for rule in alerts()} <= anchors_of(RUNBOOKS)


def sections() -> dict[str, str]:
    """Anchor to text of each section under "Alerts"."""
    _, _, rest = RUNBOOKS.read_text(encoding="utf-8").partition("\n## Alerts\n")
    _, *found = rest.partition("\n## ")[0].split("\n### ")
    parts = (section.partition("\n") for section in found)
    return {heading.lower().replace(" ", "-"): text.strip() for heading, _, text in parts}


def test_no_section_is_about_an_alert_that_is_gone():
    assert set(sections()) == {kebab(rule["alert"]) for rule in alerts()}


def test_a_section_begins_with_what_it_means():
    for anchor, text in sections().items():
        assert text.startswith("**Means** "), anchor
