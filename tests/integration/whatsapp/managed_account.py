"""An account of a simulator's own, a `GraphClient` of it, and orders to make it go wrong."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import requests

from otp_service.simulator import RunningSimulator, SimulatorSettings, running_simulator
from otp_service.whatsapp import SingleRetry
from otp_service.whatsapp.graph_client import GraphClient
from tests.conftest import ACCESS_TOKEN, APP_SECRET, BUSINESS_ACCOUNT_ID, PHONE_NUMBER_ID

SETTINGS = SimulatorSettings(
    access_token=ACCESS_TOKEN,
    phone_number_id=PHONE_NUMBER_ID,
    business_account_id=BUSINESS_ACCOUNT_ID,
    app_secret=APP_SECRET,
    require_app_secret_proof=True,
)
NOW = 1_760_000_000


class ManagedAccount:
    """`graph` calls with the system user's token. `now`: Unix seconds, moves when told."""

    def __init__(self) -> None:
        self.now = float(NOW)
        self.simulator: RunningSimulator
        self.graph: GraphClient

    def client(self, access_token: str = ACCESS_TOKEN) -> GraphClient:
        return GraphClient(
            access_token=access_token,
            app_secret=APP_SECRET,
            base_url=self.simulator.base_url,
            retry=SingleRetry(max_pause_s=0.0),
        )

    def order(self, **orders: Any) -> None:
        """Raises `HTTPError` for an order the simulator does not know."""
        url = f"{self.simulator.base_url}/control"
        requests.post(url, json=orders, timeout=10).raise_for_status()


@contextmanager
def managed_account(**settings: Any) -> Iterator[ManagedAccount]:
    """`settings`: members of `SimulatorSettings` that are not as in `SETTINGS`."""
    account = ManagedAccount()
    with running_simulator(replace(SETTINGS, **settings), clock=lambda: account.now) as simulator:
        account.simulator = simulator
        with account.client() as account.graph:
            yield account
