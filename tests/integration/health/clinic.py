"""A whole service's doctor, a Meta of its own to examine, and what it then says."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from flask.testing import FlaskClient

from otp_service.adapters.whatsapp_webhook_health import NEEDED_FIELDS
from otp_service.app import create_app
from otp_service.bootstrap import Services, build_services
from otp_service.domain.health import Finding, Gravity
from otp_service.settings import Settings
from otp_service.whatsapp.subscriptions import (
    read_app_access_token,
    set_app_subscription,
    subscribe_app,
)
from tests.conftest import APP_SECRET, BUSINESS_ACCOUNT_ID, VERIFY_TOKEN
from tests.environment import environment, settings_of
from tests.integration.simulator.callback_server import callback_server
from tests.integration.whatsapp.managed_account import ManagedAccount, managed_account

OUR_CALLBACK = "https://login.example.com/whatsapp/webhooks"
APP_ID = "634974688087057"
TURN_S = 600
_OTHER_SIDES = frozenset({"redis", "argon2"})


@dataclass
class Clinic:
    """`variables`: settings of the service that are not the usual ones, by environment name."""

    account: ManagedAccount
    redis_url: str
    variables: dict[str, str] = field(default_factory=dict)

    def settings(self) -> Settings:
        usual = environment(self.redis_url, self.account.simulator.base_url)
        return settings_of(usual | self.variables)

    def services(self) -> Services:
        return build_services(self.settings())

    def findings(self) -> list[Finding]:
        return list(self.services().doctor.examine().findings)

    def bad(self) -> dict[str, Gravity]:
        """What is not as it should be on Meta's side, by check."""
        return {
            finding.check: finding.gravity
            for finding in self.findings()
            if finding.gravity is not Gravity.GOOD and finding.subject not in _OTHER_SIDES
        }

    def finding(self, check: str) -> Finding:
        [found] = [finding for finding in self.findings() if finding.check == check]
        return found

    def site(self) -> FlaskClient:
        """The service, whose background job has not looked yet."""
        return create_app(self.settings()).test_client()

    def look(self) -> FlaskClient:
        """The service, once its background job has looked at Meta's side."""
        services = self.services()
        services.doctor.examine_platform_in_turn(TURN_S)
        return create_app(self.settings(), services).test_client()

    def order(self, **orders: Any) -> None:
        self.account.order(**orders)

    def template(self, language: str = "en_US", **members: Any) -> None:
        """Has Meta, or a colleague, change the template."""
        self.order(template={"name": "shamrock_auth", "language": language, **members})

    def app_webhook(self, *fields: str) -> None:
        """Has the app get these webhook fields, at an address that is there for the moment."""
        with self.account.client() as graph:
            token = read_app_access_token(graph, APP_ID, APP_SECRET)
        with callback_server(VERIFY_TOKEN) as callback, self.account.client(token) as graph:
            set_app_subscription(
                graph, APP_ID, callback_url=callback, verify_token=VERIFY_TOKEN, fields=fields
            )


@contextmanager
def well_clinic(redis_url: str, **simulated: Any) -> Iterator[Clinic]:
    """Everything on Meta's side is as it should be. `simulated`: members of its settings."""
    with managed_account(**simulated) as account:
        # The simulated account's own template came without that line.
        clinic = Clinic(account, redis_url, {"WHATSAPP_TEMPLATE_SECURITY_LINE": "false"})
        clinic.app_webhook(*NEEDED_FIELDS)
        clinic.order(number={"override_callback_uri": OUR_CALLBACK})
        subscribe_app(account.graph, BUSINESS_ACCOUNT_ID)
        yield clinic
