"""`otp-service keys`: secrets and API keys."""

import json
import secrets
import sys

import click

from otp_service.cli.running import services
from otp_service.domain.api_clients import Scope, key_digest


@click.group()
def keys() -> None:
    """Make secrets and API keys (each is shown once and kept nowhere), and change them."""


@keys.command("secret")
def keys_secret() -> None:
    """256 random bits, for OTP_SECRET_KEYS, OTP_PSEUDONYM_KEY or GAS_API_KEY."""
    click.echo(secrets.token_urlsafe(32))


@keys.command("client")
@click.argument("name")
@click.option(
    "--scope",
    "scopes",
    multiple=True,
    type=click.Choice([scope.value for scope in Scope]),
    default=["otp", "sessions"],
    show_default=True,
    help="What the client may do; may be given several times.",
)
def keys_client(name: str, scopes: tuple[str, ...]) -> None:
    """An API key for a calling backend, and the entry of OTP_API_CLIENTS that knows it."""
    key = secrets.token_urlsafe(32)
    entry = {name: {"sha256": key_digest(key), "scopes": list(scopes)}}
    click.echo("Give this key to the caller; it is not shown again:", err=True)
    click.echo(key)
    click.echo("Put this into OTP_API_CLIENTS (or the @file it names):", err=True)
    click.echo(json.dumps(entry))


@keys.command("rekey")
@click.option("--dry-run", is_flag=True, help="Only count.")
def keys_rekey(*, dry_run: bool) -> None:
    """Name every number in Redis by the first key of OTP_PSEUDONYM_KEY.

    The last step of a change of that key (docs/key-rotation.md). May run while people log in, be
    stopped at any moment, and be run again.
    """
    rekeying = services().rekeying
    left = rekeying.left()
    if left.nameless:
        click.echo(f"{len(left.nameless)} numbers have names by a key that is not given")
    if dry_run:
        click.echo(f"{len(left.phone_ids)} numbers are to be named anew")
    else:
        with click.progressbar(sorted(left.phone_ids), file=sys.stderr) as phone_ids:
            moved = sum(rekeying.adopt(phone_id) for phone_id in phone_ids)
        click.echo(f"{moved} numbers named anew, {len(rekeying.left().phone_ids)} left")
    if left.nameless:
        sys.exit(1)
