"""Looking after Meta's side: what `doctor` asks, and what is kept of the answers."""

import time

from otp_service import __version__
from otp_service.adapters.argon2_health import Argon2Health
from otp_service.adapters.redis_connection import connect
from otp_service.adapters.redis_health import RedisHealth
from otp_service.adapters.redis_health_reports import RedisHealthReports
from otp_service.adapters.whatsapp_account_health import AccountHealth
from otp_service.adapters.whatsapp_number_health import NumberHealth
from otp_service.adapters.whatsapp_template_health import TemplateHealth
from otp_service.adapters.whatsapp_token_health import AccessTokenHealth
from otp_service.adapters.whatsapp_webhook_health import WebhookHealth
from otp_service.bootstrap.foundation import Foundation
from otp_service.domain.audit_read_ports import AuditCounters
from otp_service.domain.health import Doctor, HealthCheck, HealthReports
from otp_service.domain.ports import OperatorJournal, PasscodeHasher
from otp_service.settings import Settings
from otp_service.whatsapp.graph_client import GraphClient

USER_AGENT = f"otp-service/{__version__}"


def build_doctor(on: Foundation, hasher: PasscodeHasher, reports: HealthReports) -> Doctor:
    return Doctor(
        _platform_checks(on.settings, on.journal, on.counters),
        (RedisHealth(on.client), Argon2Health(hasher)),
        reports,
        time.time,
    )


def health_reports(settings: Settings) -> HealthReports:
    """For commands that change something at Meta, which the service should look at."""
    return RedisHealthReports(connect(settings.redis_url))


def _platform_checks(
    settings: Settings, journal: OperatorJournal, counters: AuditCounters
) -> tuple[HealthCheck, ...]:
    def graph_with(access_token: str) -> GraphClient:
        return GraphClient(
            access_token=access_token,
            app_secret=settings.whatsapp_app_secret,
            api_version=settings.whatsapp_api_version,
            base_url=settings.whatsapp_api_base_url,
            pool_size=1,
            user_agent=USER_AGENT,
        )

    token = settings.whatsapp_access_token
    graph = graph_with(token)
    account, number = settings.whatsapp_business_account_id, settings.whatsapp_phone_number_id
    return (
        AccessTokenHealth(graph, token, account),
        AccountHealth(graph, account),
        NumberHealth(graph, number),
        TemplateHealth(graph, account, settings.template),
        WebhookHealth(
            graph=graph,
            graph_with=graph_with,
            token=token,
            app_secret=settings.whatsapp_app_secret,
            business_account_id=account,
            phone_number_id=number,
            journal=journal,
            counters=counters,
            keeps_identity=settings.whatsapp_identity_check,
        ),
    )
