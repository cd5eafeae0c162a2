"""Running the service."""

import click

from otp_service.cli.running import settings
from otp_service.server import serve as run_server


@click.command()
@click.option("--bind", default="127.0.0.1:8000", show_default=True, help="HOST:PORT or unix:PATH")
def serve(bind: str) -> None:
    """Run the service with the settings of the environment."""
    run_server(settings(), bind)
