"""`otp-service`: make keys, serve, look after roles, run the demo and the simulator."""

import dataclasses
import json
import secrets
import sys
from typing import NoReturn

import click

from otp_service import __version__
from otp_service.bootstrap import Services, build_services
from otp_service.demo.launcher import DemoError, run_demo
from otp_service.demo.redis_process import RedisNotFoundError
from otp_service.domain.api_clients import Scope, key_digest
from otp_service.domain.challenge import RequestOrigin
from otp_service.domain.errors import OtpError
from otp_service.domain.roles import Role, RoleChange
from otp_service.domain.subject import Subject
from otp_service.logs import configure_logs
from otp_service.server import serve as run_server
from otp_service.settings import Settings, SettingsError, load_settings
from otp_service.simulator import SimulatorSettings
from otp_service.simulator import serve as run_simulator

_OPERATOR = RequestOrigin(client_id="cli")
_EXIT_SETTINGS = 2


def _settings() -> Settings:
    try:
        return load_settings()
    except SettingsError as error:
        _stop(str(error), _EXIT_SETTINGS)


def _services() -> Services:
    settings = _settings()
    configure_logs("ERROR")
    return build_services(settings)


def _stop(text: str, code: int = 1) -> NoReturn:
    click.echo(text, err=True)
    sys.exit(code)


class _Commands(click.Group):
    """Every command's refusals end as one sentence and exit code 1."""

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except OtpError as error:
            _stop(error.message)


@click.group(cls=_Commands)
@click.version_option(__version__, prog_name="otp-service")
def main() -> None:
    """Phone login over WhatsApp."""


@main.command()
@click.option("--bind", default="127.0.0.1:8000", show_default=True, help="HOST:PORT or unix:PATH")
def serve(bind: str) -> None:
    """Run the service with the settings of the environment."""
    run_server(_settings(), bind)


@main.group()
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


@main.group()
def roles() -> None:
    """Who has a role of their own. A change of role ends that person's sessions."""


@roles.command("set")
@click.argument("phone")
@click.argument("role", type=click.Choice([role.value for role in Role]))
def roles_set(phone: str, role: str) -> None:
    """Give PHONE (any spelling) the role ROLE."""
    subject, change = _services().administration.set_role(phone, Role(role), _OPERATOR)
    _echo_change(subject, change)


@roles.command("remove")
@click.argument("phone")
def roles_remove(phone: str) -> None:
    """Give PHONE the default role again."""
    subject, change = _services().administration.remove_role(phone, _OPERATOR)
    _echo_change(subject, change)


@roles.command("list")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
def roles_list(*, as_json: bool) -> None:
    """List the numbers that have a role of their own."""
    rows = list(_services().administration.list_roles())
    for row in sorted(rows, key=lambda row: (row.role, row.phone_id)):
        if as_json:
            click.echo(json.dumps(dataclasses.asdict(row)))
        else:
            click.echo(f"{row.role:13} {row.masked_phone:17} {row.phone_id}  {row.changed_by}")


def _echo_change(subject: Subject, change: RoleChange) -> None:
    click.echo(
        f"{subject.masked_phone} {change.previous} -> {change.role}, "
        f"{change.sessions_ended} sessions ended"
    )


@main.command()
@click.option("--port", default=8000, show_default=True, help="The service's port.")
@click.option("--simulator-port", default=8900, show_default=True)
def demo(port: int, simulator_port: int) -> None:
    """Run Redis, a simulated WhatsApp and the service, with made-up secrets, until Ctrl-C."""
    try:
        run_demo(port, simulator_port)
    except (DemoError, RedisNotFoundError, OSError) as error:
        _stop(f"The demo cannot start: {error}")


@main.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8900, show_default=True)
@click.option("--latency", default=0.0, show_default=True, help="Seconds before each answer.")
@click.option("--access-token", envvar="WHATSAPP_ACCESS_TOKEN", required=True, show_envvar=True)
@click.option(
    "--phone-number-id", envvar="WHATSAPP_PHONE_NUMBER_ID", required=True, show_envvar=True
)
@click.option("--app-secret", envvar="WHATSAPP_APP_SECRET", required=True, show_envvar=True)
def simulator(
    host: str, port: int, latency: float, access_token: str, phone_number_id: str, app_secret: str
) -> None:
    """Run the simulated Graph API: strict as Meta, with an inbox page at /inbox."""
    run_simulator(
        SimulatorSettings(
            access_token=access_token,
            phone_number_id=phone_number_id,
            business_account_id="102290129340398",
            app_secret=app_secret,
            require_app_secret_proof=True,
            latency_s=latency,
        ),
        host,
        port,
    )
