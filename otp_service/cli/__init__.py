"""`otp-service`: the commands of an operator. One file a group of them."""

import click

from otp_service import __version__
from otp_service.cli.commands import Commands


@click.group(
    cls=Commands,
    modules={
        "serve": "serving",
        "keys": "keys",
        "roles": "roles",
        "identity": "identity",
        "audit": "audit",
        "privacy": "privacy",
        "doctor": "doctor",
        "template": "template",
        "whatsapp": "whatsapp",
        "demo": "local",
        "simulator": "local",
    },
)
@click.version_option(__version__, prog_name="otp-service")
def main() -> None:
    """Phone login over WhatsApp."""
