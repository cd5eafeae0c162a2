"""Running the service."""

import sys
from collections.abc import Callable

import click

from otp_service.settings import Settings


@click.command()
@click.option("--bind", default="127.0.0.1:8000", show_default=True, help="HOST:PORT or unix:PATH")
def serve(bind: str) -> None:
    """Run the service with the settings of the environment."""
    settings, run = loaded()
    run(settings(), bind)


def loaded() -> tuple[Callable[[], Settings], Callable[[Settings, str], None]]:
    """What reads the settings and what serves with them, and only what these need."""
    # structlog loads rich where it is installed, for a developer's terminal. A worker prints JSON,
    # and rich would be four MiB of it for as long as it lives.
    sys.modules.setdefault("rich", None)  # type: ignore[arg-type]
    from otp_service.cli.running import settings  # noqa: PLC0415
    from otp_service.server import serve as run  # noqa: PLC0415

    return settings, run
