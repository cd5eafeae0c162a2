"""`otp-service audit verify`: whether the audit is as it was written."""

import json
import time
from collections.abc import Iterator
from typing import TextIO

import click

from otp_service.cli.running import services
from otp_service.domain.audit_verifier import AuditReport, ShardReport

_NO_LOG = (
    "not checked: without --anchors, a Redis put back to an earlier state, or a shard removed "
    "whole, looks intact."
)


@click.command("verify")
@click.option(
    "--anchors",
    type=click.File("r", encoding="utf-8", errors="replace"),
    help="The service's log, for the anchors in it; other lines are ignored. - reads stdin.",
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def audit_verify(anchors: TextIO | None, *, as_json: bool) -> None:
    """Say whether every event is as it was written, or which one first is not (exit code 1)."""
    report = services().audit_verifier.verify(anchors)
    if as_json:
        click.echo(json.dumps(_as_json(report)))
    else:
        for line in _lines(report):
            click.echo(line)
    if not report.intact:
        raise SystemExit(1)


def _lines(report: AuditReport) -> Iterator[str]:
    for shard in report.shards:
        yield _shard_line(shard)
    for number in report.forged_lines:
        yield f"line {number} of the log is no anchor of this service"
    findings = [finding for shard in report.shards for finding in shard.findings]
    for finding in findings:
        yield finding.sentence
    events, erased = (
        sum(getattr(s, name) for s in report.shards) for name in ("events", "erased")
    )
    if report.intact:
        yield f"intact: {events} events, {erased} of them erased"
    else:
        yield f"NOT INTACT: {len(findings) + len(report.forged_lines)} findings"
    waiting = sum(shard.unanchored for shard in report.shards)
    if waiting:
        yield (
            f"not checked: {waiting} events since the newest anchors; only links without a key "
            "protect them."
        )
    if report.logged_anchors is None:
        yield _NO_LOG
    else:
        yield f"compared with {report.logged_anchors} logged anchors"


def _shard_line(shard: ShardReport) -> str:
    return (
        f"shard {shard.shard:02d}  {shard.events:>8} events  {shard.erased:>6} erased  "
        f"{shard.anchors:>7} anchors, newest {_age(shard.newest_anchor_at_ms)}  "
        f"{shard.unanchored:>5} not anchored, oldest {_age(shard.unanchored_since_ms)}"
    )


def _age(at_ms: int | None) -> str:
    return "-" if at_ms is None else f"{max(0, round(time.time() - at_ms / 1000))} s ago"


def _as_json(report: AuditReport) -> dict[str, object]:
    return {
        "intact": report.intact,
        "loggedAnchors": report.logged_anchors,
        "forgedLines": report.forged_lines,
        "shards": [_shard_as_json(shard) for shard in report.shards],
    }


def _shard_as_json(shard: ShardReport) -> dict[str, object]:
    findings = [
        {
            "kind": finding.kind,
            "eventId": finding.event_id and str(finding.event_id),
            "after": finding.after and str(finding.after),
            "before": finding.before and str(finding.before),
            "sentence": finding.sentence,
        }
        for finding in shard.findings
    ]
    kept = {
        "shard": shard.shard,
        "events": shard.events,
        "erased": shard.erased,
        "anchors": shard.anchors,
        "newestAnchorAtMs": shard.newest_anchor_at_ms,
        "unanchored": shard.unanchored,
        "unanchoredSinceMs": shard.unanchored_since_ms,
    }
    return {**kept, "findings": findings}
