"""`otp-service identity`: numbers that may have a new owner."""

import click

from otp_service.cli.running import OPERATOR, services
from otp_service.domain.identity import Owner


@click.group()
def identity() -> None:
    """Numbers that may have a new owner: WhatsApp knows them by another identity than before."""


@identity.command("accept")
@click.argument("phone")
@click.option(
    "--owner",
    type=click.Choice([owner.value for owner in Owner]),
    required=True,
    help="The same person with a new phone, or a new person.",
)
@click.option("--yes", is_flag=True, help="Do not ask.")
def identity_accept(phone: str, owner: str, *, yes: bool) -> None:
    """Let PHONE (any spelling) log in again, once you know who has it."""
    administration = services().administration
    subject = administration.subject_of(phone)
    if owner == Owner.NEW and not yes:
        click.confirm(
            f"Take role, sessions and userId of {subject.masked_phone} from its owner so far?",
            abort=True,
        )
    _, done = administration.accept_owner(subject, Owner(owner), OPERATOR)
    if not done.changed:
        click.echo(f"{subject.masked_phone} has nothing to accept: nothing was changed")
        return
    was = "was refused until now" if done.was_refused else "was not refused"
    click.echo(
        f"{subject.masked_phone} {was}; owner: {done.owner}, {done.sessions_ended} sessions ended"
    )
