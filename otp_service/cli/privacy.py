"""`otp-service privacy`: what is kept of a person, and erasing it."""

import json

import click

from otp_service.cli.running import OPERATOR, services


@click.group()
def privacy() -> None:
    """What is kept of a person, and erasing it (GDPR Articles 15 and 17)."""


@privacy.command("show")
@click.argument("phone")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def privacy_show(phone: str, *, as_json: bool) -> None:
    """List what is kept of PHONE (any spelling)."""
    kept = services().privacy
    subject = kept.subject_of(phone)
    records = kept.records(subject)
    if as_json:
        answer = {"userId": subject.phone_id, "phone": subject.masked_phone}
        click.echo(json.dumps({**answer, "state": records.kinds, "events": records.events}))
        return
    click.echo(f"{subject.masked_phone} is known as {subject.phone_id}")
    click.echo(f"state: {', '.join(records.kinds) or 'none'}")
    click.echo(f"audit events: {sum(records.events.values())}")
    for event, count in records.events.items():
        click.echo(f"  {count:>6} {event}")


@privacy.command("erase")
@click.argument("phone")
@click.option("--yes", is_flag=True, help="Do not ask.")
def privacy_erase(phone: str, *, yes: bool) -> None:
    """Erase all that identifies PHONE (any spelling); the audit's chain stays verifiable."""
    kept = services().privacy
    subject = kept.subject_of(phone)
    if not yes:
        click.confirm(
            f"Erase {subject.masked_phone} ({subject.phone_id}) for good: state, role, sessions "
            "and every audit event?",
            abort=True,
        )
    erased = sum(kept.erase(subject, OPERATOR))
    click.echo(f"{subject.masked_phone}: {erased} audit events erased, no state is left")
