"""`otp-service keys`: secrets and API keys."""

import json
import secrets

import click

from otp_service.domain.api_clients import Scope, key_digest


@click.group()
def keys() -> None:
    """Make secrets and API keys. Each is shown once and kept nowhere."""


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
