"""`otp-service doctor`: what is well, what is not, and what mends it."""

import json
import sys
from contextlib import suppress

import click
from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from otp_service.cli.running import services
from otp_service.cli.tables import console
from otp_service.domain.errors import StoreUnavailableError
from otp_service.domain.health import Finding, Gravity, HealthReport

_MARKS = {
    Gravity.GOOD: ("ok", "green"),
    Gravity.WARNING: ("warning", "yellow"),
    Gravity.FATAL: ("FATAL", "bold red"),
}


@click.command()
@click.option("--json", "as_json", is_flag=True, help="The findings as one JSON object.")
def doctor(*, as_json: bool) -> None:
    """Look at Meta's side, Redis and this machine. Exit code 1 if anything is fatal."""
    physician = services().doctor
    report = physician.examine()
    # What an operator asks about has often just changed; the service looks for itself.
    with suppress(StoreUnavailableError):
        physician.reports.ask()
    if as_json:
        click.echo(json.dumps(report.to_json()))
    else:
        _show(report)
    sys.exit(1 if report.fatal else 0)


def _show(report: HealthReport) -> None:
    shown = console()
    for finding in report.findings:
        _show_finding(shown, finding)
    count = len(report.fatal)
    shown.print("Nothing is fatal." if not count else f"{count} fatal.")


def _show_finding(shown: Console, finding: Finding) -> None:
    word, style = _MARKS[finding.gravity]
    name = (finding.check, "bold")
    shown.print(Text.assemble((f"{word:8}", style), name, f"  {finding.what}"))
    for text in (finding.why, finding.mend and f"To mend it: {finding.mend}"):
        if text:
            shown.print(Padding(Text(text), (0, 0, 0, 8), expand=False))
