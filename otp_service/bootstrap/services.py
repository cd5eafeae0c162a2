"""What the HTTP layer, the command line and the workers are given."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

from otp_service.adapters.limits_look_limiter import LimitsLookLimiter
from otp_service.adapters.limits_visit_limiter import LimitsVisitLimiter
from otp_service.adapters.redis_rekeying import RedisRekeying
from otp_service.adapters.whatsapp_webhooks import WhatsAppWebhooks
from otp_service.bootstrap.telemetry import Telemetry
from otp_service.domain.administration import Administration
from otp_service.domain.api_clients import ApiClients, KeyGuesses
from otp_service.domain.audit_service import AuditService
from otp_service.domain.audit_verifier import AuditVerifier
from otp_service.domain.delivery_service import DeliveryService
from otp_service.domain.health import Doctor
from otp_service.domain.login_service import LoginService
from otp_service.domain.ports import OperatorJournal
from otp_service.domain.privacy import Privacy
from otp_service.domain.send_ceiling import SendCeiling
from otp_service.domain.session_service import SessionService


class PeriodicJob(NamedTuple):
    """What a worker does beside answering, every `every_s` seconds once `begin` has succeeded.

    `end` is done once more when the worker has answered everybody and stops.
    """

    name: str
    every_s: float
    run: Callable[[], None]
    begin: Callable[[], None] = lambda: None
    end: Callable[[], None] = lambda: None


@dataclass(frozen=True)
class Services:
    """What the HTTP layer and the command line are given.

    `check_store` raises StoreUnavailableError when Redis is away. `page_keys`, newest first, sign
    what the pages give to browsers. `metrics_page` makes Prometheus' page for an Accept header,
    and returns it with its Content-Type.
    """

    clients: ApiClients
    guesses: KeyGuesses
    logins: LoginService
    deliveries: DeliveryService
    webhooks: WhatsAppWebhooks
    journal: OperatorJournal
    sessions: SessionService
    administration: Administration
    privacy: Privacy
    rekeying: RedisRekeying
    audit_verifier: AuditVerifier
    audit: AuditService
    doctor: Doctor
    jobs: tuple[PeriodicJob, ...]
    check_store: Callable[[], None]
    visits: LimitsVisitLimiter
    looks: LimitsLookLimiter
    ceiling: SendCeiling
    telemetry: Telemetry
    metrics_page: Callable[[str], tuple[bytes, str]]
    page_keys: tuple[bytes, ...] = field(repr=False)
