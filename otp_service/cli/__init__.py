"""`otp-service`: the commands of an operator. One file a group of them."""

import click

from otp_service import __version__
from otp_service.cli.audit import audit
from otp_service.cli.doctor import doctor
from otp_service.cli.identity import identity
from otp_service.cli.keys import keys
from otp_service.cli.local import demo, simulator
from otp_service.cli.privacy import privacy
from otp_service.cli.roles import roles
from otp_service.cli.running import Commands, settings
from otp_service.cli.template import template
from otp_service.cli.whatsapp import whatsapp
from otp_service.server import serve as run_server


@click.group(cls=Commands)
@click.version_option(__version__, prog_name="otp-service")
def main() -> None:
    """Phone login over WhatsApp."""


@main.command()
@click.option("--bind", default="127.0.0.1:8000", show_default=True, help="HOST:PORT or unix:PATH")
def serve(bind: str) -> None:
    """Run the service with the settings of the environment."""
    run_server(settings(), bind)


for _command in (
    keys,
    roles,
    identity,
    audit,
    privacy,
    doctor,
    template,
    whatsapp,
    demo,
    simulator,
):
    main.add_command(_command)
