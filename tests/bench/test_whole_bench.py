"""The whole bench in small: every question is asked of a real service, and every figure is there.

Not how fast: that is for a machine with nothing else to do.
"""

import json
import sys
from dataclasses import replace

import pytest

from bench.__main__ import measured
from bench.growth import GrowthPlan
from bench.plan import Plan
from bench.steady import STALL, USUAL
from tests.programs import program

MEMBERS = {
    "ratios": {
        "validate_vs_argon2",
        "introspect_vs_flask",
        "locked_vs_flask",
        "webhook_vs_flask",
        "growth_1e6",
    },
    "stall": {"validate_p99_ms", "refusal_p99_ms"},
    "open_loop": {"send_p99_ms", "validate_p99_ms", "refused", "cpu_share"},
    "memory": {"rss_mib", "bytes_per_challenge", "bytes_per_event"},
}
SMALL = Plan(
    rounds=1,
    seconds=1,
    logins=300,
    steady=replace(USUAL, per_s=10, seconds=1),
    stall=replace(STALL, per_s=10, seconds=1, meta_s=0.5),
    growth=GrowthPlan(sizes=(100,), logins=150, rounds=1, seconds=1),
)


@pytest.mark.timeout(400)
def test_every_question_is_answered_and_every_figure_kept(tmp_path):
    program("wrk")
    told: list[str] = []
    findings = measured(SMALL, sys.executable, told.append)
    findings.write(tmp_path / "latest.json")
    written = json.loads((tmp_path / "latest.json").read_text())
    for group, names in MEMBERS.items():
        assert set(written[group]) == names
        assert all(isinstance(value, int | float) for value in written[group].values())
    raw = written["raw"]
    beside = raw["beside"]
    assert set(beside) == {"validate_vs_own_argon2", "bare_login_vs_argon2"}
    assert all(found["median"] > 0 for found in beside.values())
    measured_alone = {"flask", "argon2_alone", "own_argon2_alone"}
    assert measured_alone | {"introspect", "send_meta_300ms"} <= set(raw["per_second"])
    assert raw["open_loop"]["sends"]["count"] == raw["open_loop"]["validates"]["count"] == 10
    # What a live challenge takes is what its own keys take, and nothing that all share.
    (filled,) = raw["redis_bytes"]
    assert any(":challenge:" in key for key in filled["of_keys"])
    assert not any(":history:" in key for key in filled["of_keys"])
    held = filled["bytes_per_challenge"] + filled["bytes_per_limit"]
    assert sum(filled["of_keys"].values()) * 0.5 < held
    titles = [table.title for table in findings.tables()]
    assert titles == ["Targets", "Rates, median [least, most]"]
