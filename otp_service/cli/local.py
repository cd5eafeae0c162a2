"""`otp-service demo` and `otp-service simulator`: everything on one machine."""

from typing import Any

import click

from otp_service.cli.commands import stop
from otp_service.demo.launcher import DemoError, DemoPorts, run_demo
from otp_service.demo.redis_process import RedisNotFoundError
from otp_service.simulator import SimulatorSettings
from otp_service.simulator import serve as run_simulator


@click.command()
@click.option("--port", default=8000, show_default=True, help="The service's port.")
@click.option("--simulator-port", default=8900, show_default=True)
@click.option("--page-port", default=8002, show_default=True, help="The example of another site.")
def demo(port: int, simulator_port: int, page_port: int) -> None:
    """Run Redis, a simulated WhatsApp and the service, with made-up secrets, until Ctrl-C."""
    try:
        run_demo(DemoPorts(port, simulator_port, page_port))
    except (DemoError, RedisNotFoundError, OSError) as error:
        stop(f"The demo cannot start: {error}")


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8900, show_default=True)
@click.option("--latency", "latency_s", default=0.0, help="Seconds before each answer.")
@click.option("--access-token", envvar="WHATSAPP_ACCESS_TOKEN", required=True, show_envvar=True)
@click.option(
    "--phone-number-id", envvar="WHATSAPP_PHONE_NUMBER_ID", required=True, show_envvar=True
)
@click.option(
    "--business-account-id",
    envvar="WHATSAPP_BUSINESS_ACCOUNT_ID",
    required=True,
    show_envvar=True,
)
@click.option("--app-secret", envvar="WHATSAPP_APP_SECRET", required=True, show_envvar=True)
@click.option(
    "--webhook-url", envvar="SIMULATOR_WEBHOOK_URL", show_envvar=True, help="Where reports go."
)
@click.option(
    "--verify-token",
    "webhook_verify_token",
    envvar="WHATSAPP_WEBHOOK_VERIFY_TOKEN",
    default="",
    show_envvar=True,
    help="Shown at the handshake.",
)
def simulator(host: str, port: int, **account: Any) -> None:  # noqa: ANN401 - click's own values
    """Run the simulated Graph API: strict as Meta, with an inbox page at /inbox."""
    run_simulator(SimulatorSettings(require_app_secret_proof=True, **account), host, port)
