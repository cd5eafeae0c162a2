"""deploy/monitoring: rules that fire and keep quiet as they should, on figures that exist."""

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from prometheus_client.core import Metric
from prometheus_client.parser import text_string_to_metric_families

from otp_service.app import create_app
from otp_service.demo.redis_process import RedisProcess
from otp_service.simulator import RunningSimulator
from tests.conftest import CONSOLE_KEY
from tests.environment import environment, settings_of
from tests.programs import program

ROOT = Path(__file__).parents[2]
MONITORING = ROOT / "deploy" / "monitoring"
RULES, TESTS = MONITORING / "alerts.yaml", MONITORING / "alerts.test.yaml"
DASHBOARD = MONITORING / "dashboard.json"
_METRIC = re.compile(r"\botp_[a-z0-9_]+\b")


def alerts() -> list[dict[str, Any]]:
    groups = yaml.safe_load(RULES.read_text("utf-8"))["groups"]
    return [rule for group in groups for rule in group["rules"]]


def panels() -> list[dict[str, Any]]:
    board = json.loads(DASHBOARD.read_text("utf-8"))
    return [panel for panel in board["panels"] if panel["type"] != "row"]


def promtool(*arguments: str | Path) -> str:
    run = subprocess.run(
        [program("promtool"), *map(str, arguments)], capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stdout + run.stderr
    return run.stdout


@pytest.fixture(scope="module")
def known(redis_server: RedisProcess, simulator: RunningSimulator) -> set[str]:
    """Every name on the page of a service that has answered once."""
    variables = environment(redis_server.url, simulator.base_url)
    client = create_app(settings_of(variables)).test_client()
    client.get("/healthz")
    page = client.get("/metrics", headers={"X-API-Key": CONSOLE_KEY})
    return {
        name
        for family in text_string_to_metric_families(page.text)
        # With several workers there is none of when a series began.
        if not family.name.endswith("_created")
        for name in (*_names(family), *(sample.name for sample in family.samples))
        if not name.endswith("_created")
    }


def _names(family: Metric) -> tuple[str, ...]:
    """Of one that counts nothing yet, too."""
    return (f"{family.name}_total",) if family.type == "counter" else (family.name,)


def test_the_rules_are_rules():
    promtool("check", "rules", RULES)


def test_each_rule_fires_when_it_should_and_not_before():
    promtool("test", "rules", TESTS)


def test_no_rule_is_without_a_case_in_which_it_fires():
    tried = yaml.safe_load(TESTS.read_text("utf-8"))["tests"]
    fired = re.findall(r'alertname="(\w+)"', json.dumps(tried).replace('\\"', '"'))
    assert set(fired) == {rule["alert"] for rule in alerts()}


def test_the_example_of_a_scrape_is_one_that_prometheus_takes(tmp_path: Path):
    key = tmp_path / "otp-service.key"
    key.write_text("a key")
    text = (MONITORING / "prometheus.yml").read_text("utf-8")
    assert "/etc/prometheus/otp-service.key" in text
    here = tmp_path / "prometheus.yml"
    here.write_text(text.replace("/etc/prometheus/otp-service.key", str(key)))
    (tmp_path / "alerts.yaml").write_text(RULES.read_text("utf-8"))
    promtool("check", "config", here)


def test_each_alert_says_how_bad_it_is():
    for rule in alerts():
        assert rule["labels"]["severity"] in {"info", "warning", "critical"}
        assert rule["annotations"]["summary"]


def test_every_figure_that_a_rule_looks_at_is_one_that_the_service_tells(known: set[str]):
    for rule in alerts():
        for name in _METRIC.findall(rule["expr"]):
            assert name in known, (rule["alert"], name)


def test_every_panel_shows_figures_that_the_service_tells(known: set[str]):
    assert len(panels()) > 20
    for panel in panels():
        for target in panel["targets"]:
            names = _METRIC.findall(target["expr"])
            assert names, panel["title"]
            assert set(names) <= known, (panel["title"], set(names) - known)


def test_every_panel_s_query_is_one_that_prometheus_reads(tmp_path: Path):
    queries = [target["expr"] for panel in panels() for target in panel["targets"]]
    # As recording rules, since that is what promtool checks.
    rules = [
        {"record": f"panel:{place}", "expr": query.replace("$__rate_interval", "5m")}
        for place, query in enumerate(queries)
    ]
    written = tmp_path / "panels.yaml"
    written.write_text(yaml.safe_dump({"groups": [{"name": "panels", "rules": rules}]}))
    promtool("check", "rules", "--lint=none", written)


def test_no_figure_goes_unseen(known: set[str]):
    """What is told is on the dashboard or watched by a rule; the rest would only cost."""
    queries = [target["expr"] for panel in panels() for target in panel["targets"]]
    seen = _METRIC.findall(" ".join(queries + [rule["expr"] for rule in alerts()]))
    assert {_family(name) for name in known} == {_family(name) for name in seen}


def _family(name: str) -> str:
    return re.sub(r"_(bucket|sum|count|total)$", "", name)


def test_nginx_takes_the_listener_for_sockets(tmp_path: Path):
    conf = tmp_path / "nginx.conf"
    conf.write_text(
        f"pid {tmp_path}/nginx.pid;\nerror_log stderr;\nevents {{}}\n"
        f"http {{ include {MONITORING / 'nginx-metrics.conf'}; }}\n"
    )
    run = subprocess.run(
        [program("nginx"), "-t", "-p", str(tmp_path), "-c", str(conf)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
