"""The composition root: the only file that names concrete adapters."""

import hashlib
import hmac
import os
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import NamedTuple

import redis

from otp_service import __version__
from otp_service.adapters.argon2_health import Argon2Health
from otp_service.adapters.argon2_passcode_hasher import Argon2Cost, Argon2PasscodeHasher, Pepper
from otp_service.adapters.circuitbreaker_meta_circuit import (
    CircuitPasscodeSender,
    CircuitSendCapacity,
    MetaCircuit,
)
from otp_service.adapters.guarded_send_limiter import GuardedSendLimiter
from otp_service.adapters.itsdangerous_session_tokens import ItsdangerousSessionTokens
from otp_service.adapters.limits_key_guesses import LimitsKeyGuesses
from otp_service.adapters.limits_look_limiter import LimitsLookLimiter
from otp_service.adapters.limits_send_ceiling import LimitsSendCeiling
from otp_service.adapters.limits_send_limiter import LimitsSendLimiter, SendLimits
from otp_service.adapters.limits_status_limiter import LimitsStatusLimiter
from otp_service.adapters.limits_visit_limiter import LimitsVisitLimiter
from otp_service.adapters.operator_webhook import OperatorWebhook
from otp_service.adapters.redis_audit_anchoring import RedisAuditAnchoring
from otp_service.adapters.redis_audit_chain import RedisAuditChain
from otp_service.adapters.redis_audit_context import AuditContext
from otp_service.adapters.redis_audit_counters import RedisAuditCounters
from otp_service.adapters.redis_audit_reader import RedisAuditReader
from otp_service.adapters.redis_audit_retention import RedisAuditRetention
from otp_service.adapters.redis_audit_tail import RedisAuditTail
from otp_service.adapters.redis_challenge_store import RedisChallengeStore
from otp_service.adapters.redis_connection import connect
from otp_service.adapters.redis_delivery_store import RedisDeliveryStore
from otp_service.adapters.redis_delivery_watch import RedisDeliveryWatch
from otp_service.adapters.redis_health import RedisHealth
from otp_service.adapters.redis_health_reports import RedisHealthReports
from otp_service.adapters.redis_keys import SHARDS
from otp_service.adapters.redis_number_state import RedisNumberStates
from otp_service.adapters.redis_operator_journal import RedisOperatorJournal
from otp_service.adapters.redis_paced_send_limiter import PacedSendLimiter
from otp_service.adapters.redis_person_store import RedisPersonStore
from otp_service.adapters.redis_role_registry import RedisRoleRegistry
from otp_service.adapters.redis_scripts import ReplicaWait, Scripts, store_errors
from otp_service.adapters.redis_send_cohorts import RedisSendCohorts
from otp_service.adapters.redis_session_registry import RedisSessionRegistry
from otp_service.adapters.review_passcode_sender import ReviewPasscodeSender
from otp_service.adapters.semaphore_send_capacity import SemaphoreSendCapacity
from otp_service.adapters.sqlite_anchor_ledger import temporary_anchor_ledger
from otp_service.adapters.whatsapp_account_health import AccountHealth
from otp_service.adapters.whatsapp_number_health import NumberHealth
from otp_service.adapters.whatsapp_passcode_sender import WhatsAppPasscodeSender
from otp_service.adapters.whatsapp_template_health import TemplateHealth
from otp_service.adapters.whatsapp_token_health import AccessTokenHealth
from otp_service.adapters.whatsapp_webhook_health import WebhookHealth
from otp_service.adapters.whatsapp_webhooks import WhatsAppWebhooks
from otp_service.domain.administration import Administration
from otp_service.domain.api_clients import ApiClients, KeyGuesses
from otp_service.domain.audit_read_ports import AuditCounters
from otp_service.domain.audit_seal import SealRing
from otp_service.domain.audit_service import AuditService
from otp_service.domain.audit_verifier import AuditVerifier
from otp_service.domain.challenge import LockoutPolicy
from otp_service.domain.delivery_service import DeliveryService
from otp_service.domain.errors import StoreUnavailableError
from otp_service.domain.health import Doctor, HealthCheck, HealthReports
from otp_service.domain.login_service import LoginService
from otp_service.domain.operator_watch import OperatorWatch
from otp_service.domain.phone_number import PhoneNumberReader
from otp_service.domain.ports import OperatorJournal, RoleRegistry, SendLimiter
from otp_service.domain.privacy import Privacy
from otp_service.domain.pumping_watch import PumpingWatch
from otp_service.domain.review_numbers import ReviewNumbers
from otp_service.domain.roles import PRIVILEGED_ROLES
from otp_service.domain.send_ceiling import SendCeiling
from otp_service.domain.session import SessionPolicy
from otp_service.domain.session_service import SessionService
from otp_service.domain.subject import Pseudonyms
from otp_service.settings import Settings, SettingsError
from otp_service.whatsapp import WhatsAppCloudAPI
from otp_service.whatsapp.graph_client import GraphClient
from otp_service.whatsapp.wamid import recipient_of

# Of a worker's threads, how many may wait on Meta, and how many for news of a message: the rest
# keeps answering people.
_SENDING_SHARE = 0.5
_WATCHING_SHARE = 0.25
# A look takes eight of the calls that Meta counts, 200 an hour for a new account; a change that it
# tells of is looked at within seconds.
_PLATFORM_HEALTH_EVERY_S = 600
# What administrators may add to that.
_LOOKS = "10 per hour"
_TURN_S = 2.0
_OPERATOR_WATCHES_EVERY_S = 30.0
_OPERATOR_TOLD_EVERY_S = 5.0
_PUMPING_JUDGED_EVERY_S = 10.0
_USER_AGENT = f"otp-service/{__version__}"


class PeriodicJob(NamedTuple):
    """What a worker does beside answering, every `every_s` seconds once `begin` has succeeded."""

    name: str
    every_s: float
    run: Callable[[], None]
    begin: Callable[[], None] = lambda: None


@dataclass(frozen=True)
class Services:
    """What the HTTP layer and the command line are given.

    `check_store` raises StoreUnavailableError when Redis is away. `page_keys`, newest first, sign
    what the pages give to browsers.
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
    audit_verifier: AuditVerifier
    audit: AuditService
    doctor: Doctor
    jobs: tuple[PeriodicJob, ...]
    check_store: Callable[[], None]
    visits: LimitsVisitLimiter
    looks: LimitsLookLimiter
    ceiling: SendCeiling
    page_keys: tuple[bytes, ...] = field(repr=False)


def build_services(settings: Settings) -> Services:
    """Build everything from settings; connects to Redis only to load scripts, if it is there."""
    client = connect(settings.redis_url)
    scripts = _loaded_scripts(
        client, ReplicaWait(settings.redis_wait_replicas, settings.redis_wait_timeout_ms)
    )
    context = AuditContext(retention_ms=settings.audit_retention_days * 86_400_000)
    numbers = PhoneNumberReader(
        settings.otp_default_region, frozenset(settings.otp_allowed_countries)
    )
    pseudonyms = Pseudonyms(_derived(settings.otp_pseudonym_key, "phone-id"))
    tokens = ItsdangerousSessionTokens(
        [_derived(key, "session") for key in settings.otp_secret_keys],
        settings.session_audience,
        time.time,
    )
    store = RedisChallengeStore(
        scripts=scripts,
        context=context,
        lockout=LockoutPolicy(),
        sessions=SessionPolicy(settings.session_ttl, settings.session_ttl_privileged),
        passcode_ttl_s=settings.otp_ttl,
        max_attempts=settings.otp_max_attempts,
    )
    deliveries = DeliveryService(
        numbers=numbers,
        pseudonyms=pseudonyms,
        store=RedisDeliveryStore(scripts, context, LockoutPolicy().stop_at),
        limiter=LimitsStatusLimiter(client, settings.otp_status_limit, settings.otp_send_limit),
        watch=RedisDeliveryWatch(client, int(settings.web_threads * _WATCHING_SHARE)),
    )
    journal = RedisOperatorJournal(client)
    registry = RedisSessionRegistry(scripts, context)
    roles = RedisRoleRegistry(scripts, context)
    _refuse_privileged(settings.review_numbers, numbers, pseudonyms, roles)
    seals = SealRing([_derived(key, "audit-seal") for key in settings.otp_secret_keys])
    # A turn ends before the next round: whoever comes round first then takes the next one.
    anchoring = RedisAuditAnchoring(
        scripts, seals, context.retention_ms, settings.audit_anchor_interval * 0.9, time.time
    )
    hasher = _hasher(settings)
    pumping = PumpingWatch(
        guard=settings.otp_pumping_guard,
        cohorts=RedisSendCohorts(client),
        counters=RedisAuditCounters(client),
        journal=journal,
        life_s=settings.otp_ttl,
        clock=time.time,
    )
    circuit = MetaCircuit(
        settings.whatsapp_circuit_failures, settings.whatsapp_circuit_wait, journal
    )
    reports = RedisHealthReports(client)
    doctor = Doctor(
        _platform_checks(settings, journal, RedisAuditCounters(client)),
        (RedisHealth(client), Argon2Health(hasher)),
        reports,
        time.time,
    )
    ceiling = LimitsSendCeiling(client, settings.otp_daily_limit)
    operator_watch = OperatorWatch(
        ceiling, RedisAuditCounters(client), reports, journal, time.time
    )
    return Services(
        clients=settings.api_clients,
        guesses=LimitsKeyGuesses(client, settings.otp_bad_key_limit, journal),
        logins=LoginService(
            numbers=numbers,
            pseudonyms=pseudonyms,
            store=store,
            limiter=GuardedSendLimiter(pumping, _limiter(settings, client)),
            capacity=CircuitSendCapacity(
                circuit, SemaphoreSendCapacity(int(settings.web_threads * _SENDING_SHARE))
            ),
            hasher=hasher,
            sender=ReviewPasscodeSender(
                settings.review_numbers, CircuitPasscodeSender(circuit, _sender(settings))
            ),
            tokens=tokens,
            pumping=pumping,
            review_numbers=settings.review_numbers,
        ),
        deliveries=deliveries,
        webhooks=WhatsAppWebhooks(
            app_secret=settings.whatsapp_app_secret,
            verify_token=settings.whatsapp_webhook_verify_token,
            pseudonyms=pseudonyms,
            deliveries=deliveries,
            journal=journal,
            reports=reports,
        ),
        journal=journal,
        sessions=SessionService(tokens, registry),
        administration=Administration(
            numbers=numbers,
            pseudonyms=pseudonyms,
            store=store,
            roles=roles,
            sessions=registry,
            states=RedisNumberStates(client, LockoutPolicy().stop_at),
        ),
        audit=AuditService(
            numbers=numbers,
            pseudonyms=pseudonyms,
            reader=RedisAuditReader(scripts),
            counters=RedisAuditCounters(client),
            retention=RedisAuditRetention(scripts, context.retention_ms),
            new_tail=lambda: RedisAuditTail(client),
            recipient_of=recipient_of,
        ),
        privacy=Privacy(numbers, pseudonyms, RedisPersonStore(scripts, context, seals)),
        audit_verifier=AuditVerifier(
            RedisAuditChain(client), temporary_anchor_ledger, seals, context.retention_ms, SHARDS
        ),
        doctor=doctor,
        jobs=(
            PeriodicJob(
                "platform_health",
                _TURN_S,
                lambda: doctor.examine_platform_in_turn(_PLATFORM_HEALTH_EVERY_S),
                # What is on record may be of other settings, or of a Meta of hours ago.
                reports.ask,
            ),
            # Every worker: each counts for itself and refuses by itself.
            PeriodicJob("operator_watch", _OPERATOR_WATCHES_EVERY_S, operator_watch.look),
            *_operator_webhook_job(settings, client),
            PeriodicJob("pumping_watch", _PUMPING_JUDGED_EVERY_S, pumping.judge),
            PeriodicJob("audit_anchoring", settings.audit_anchor_interval, anchoring.run_in_turn),
        ),
        check_store=lambda: _ping(client),
        visits=LimitsVisitLimiter(client, settings.web_page_limit),
        looks=LimitsLookLimiter(client, _LOOKS),
        ceiling=ceiling,
        page_keys=tuple(_derived(key, "pages") for key in settings.otp_secret_keys),
    )


def _operator_webhook_job(settings: Settings, client: redis.Redis) -> tuple[PeriodicJob, ...]:
    if not settings.operator_webhook_url:
        return ()
    webhook = OperatorWebhook(
        client, settings.operator_webhook_url, settings.operator_webhook_secret
    )
    return (
        PeriodicJob("operator_webhook", _OPERATOR_TOLD_EVERY_S, webhook.hand_over, webhook.begin),
    )


def _refuse_privileged(
    review: ReviewNumbers, numbers: PhoneNumberReader, pseudonyms: Pseudonyms, roles: RoleRegistry
) -> None:
    """Raise SettingsError for a test number that has a role of the office."""
    # Without Redis nobody logs in, and each login looks again.
    with suppress(StoreUnavailableError):
        for e164 in review.numbers:
            number = numbers.read(e164)
            role = roles.role_of(pseudonyms.subject_of(number))
            if role in PRIVILEGED_ROLES:
                raise SettingsError(
                    f"OTP_TEST_NUMBERS: {number.masked} is {role}, whose code nobody may know"
                )


def _derived(secret: str, purpose: str) -> bytes:
    """One secret, several keys: HMAC-SHA-256 as the KDF of NIST SP 800-108r1 in counter mode."""
    return hmac.digest(secret.encode(), f"otp-service/{purpose}/v1".encode(), hashlib.sha256)


def _hasher(settings: Settings) -> Argon2PasscodeHasher:
    peppers = [
        # The name a digest keeps is derived as well, so that it says nothing about the key.
        Pepper(_derived(key, "pepper-id").hex()[:8], _derived(key, "pepper"))
        for key in settings.otp_secret_keys
    ]
    cost = Argon2Cost(
        settings.otp_argon2_memory_kib, settings.otp_argon2_passes, settings.otp_argon2_lanes
    )
    threads = max(1, (os.cpu_count() or 1) // settings.web_workers)
    return Argon2PasscodeHasher(peppers, cost, threads)


def _limiter(settings: Settings, client: redis.Redis) -> SendLimiter:
    limits = SendLimits(
        phone=settings.otp_send_limit,
        ip=settings.otp_ip_limit,
        client=settings.otp_client_limit,
        daily=settings.otp_daily_limit,
    )
    return PacedSendLimiter(
        LimitsSendLimiter(client, limits), client, settings.whatsapp_throughput
    )


def _sender(settings: Settings) -> WhatsAppPasscodeSender:
    api = WhatsAppCloudAPI(
        access_token=settings.whatsapp_access_token,
        phone_number_id=settings.whatsapp_phone_number_id,
        app_secret=settings.whatsapp_app_secret,
        api_version=settings.whatsapp_api_version,
        base_url=settings.whatsapp_api_base_url,
        pool_size=settings.web_threads,
        user_agent=_USER_AGENT,
    )
    return WhatsAppPasscodeSender(
        api, settings.whatsapp_template_name, settings.template.languages
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
            user_agent=_USER_AGENT,
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
        ),
    )


def _loaded_scripts(client: redis.Redis, wait: ReplicaWait) -> Scripts:
    scripts = Scripts(client, wait)
    # Start anyway: /readyz says so, and each script loads itself once Redis is there.
    with suppress(StoreUnavailableError):
        scripts.load()
    return scripts


def _ping(client: redis.Redis) -> None:
    with store_errors("ping"):
        client.ping()
