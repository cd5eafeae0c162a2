"""`otp-service demo` and `otp-service simulator`: everything on one machine."""

import click

from otp_service.cli.running import stop
from otp_service.demo.launcher import DemoError, run_demo
from otp_service.demo.redis_process import RedisNotFoundError
from otp_service.simulator import SimulatorSettings
from otp_service.simulator import serve as run_simulator


@click.command()
@click.option("--port", default=8000, show_default=True, help="The service's port.")
@click.option("--simulator-port", default=8900, show_default=True)
def demo(port: int, simulator_port: int) -> None:
    """Run Redis, a simulated WhatsApp and the service, with made-up secrets, until Ctrl-C."""
    try:
        run_demo(port, simulator_port)
    except (DemoError, RedisNotFoundError, OSError) as error:
        stop(f"The demo cannot start: {error}")


@click.command()
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
