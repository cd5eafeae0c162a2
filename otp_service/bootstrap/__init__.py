"""The composition root: the only package that names concrete adapters."""

import time

import redis

from otp_service.adapters.itsdangerous_session_tokens import ItsdangerousSessionTokens
from otp_service.adapters.limits_key_guesses import LimitsKeyGuesses
from otp_service.adapters.limits_look_limiter import LimitsLookLimiter
from otp_service.adapters.limits_send_ceiling import LimitsSendCeiling
from otp_service.adapters.limits_status_limiter import LimitsStatusLimiter
from otp_service.adapters.limits_visit_limiter import LimitsVisitLimiter
from otp_service.adapters.operator_webhook import OperatorWebhook
from otp_service.adapters.prometheus_facts import StoreFacts
from otp_service.adapters.prometheus_sending import CountedDeliveryWatch
from otp_service.adapters.redis_challenge_store import RedisChallengeStore
from otp_service.adapters.redis_delivery_store import RedisDeliveryStore
from otp_service.adapters.redis_delivery_watch import RedisDeliveryWatch
from otp_service.adapters.redis_health_reports import RedisHealthReports
from otp_service.adapters.redis_identity_store import RedisIdentityStore
from otp_service.adapters.redis_number_state import RedisNumberStates
from otp_service.adapters.redis_scripts import store_errors
from otp_service.adapters.whatsapp_webhooks import WhatsAppWebhooks
from otp_service.bootstrap.auditing import build_auditing
from otp_service.bootstrap.foundation import Foundation, lay_foundation
from otp_service.bootstrap.keys import derived_key
from otp_service.bootstrap.platform import build_doctor, health_reports
from otp_service.bootstrap.sending import build_sending
from otp_service.bootstrap.services import PeriodicJob, Services
from otp_service.bootstrap.telemetry import Telemetry
from otp_service.domain.administration import Administration
from otp_service.domain.challenge import LockoutPolicy
from otp_service.domain.delivery_service import DeliveryService
from otp_service.domain.identity import IdentityService
from otp_service.domain.login_service import LoginService
from otp_service.domain.operator_watch import OperatorWatch
from otp_service.domain.session import SessionPolicy
from otp_service.domain.session_service import SessionService
from otp_service.settings import Settings

# Of a worker's threads, how many may wait for news of a message.
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

__all__ = ["PeriodicJob", "Services", "build_services", "health_reports"]


def build_services(settings: Settings, telemetry: Telemetry | None = None) -> Services:
    """Build everything from settings; connects to Redis only to load scripts, if it is there.

    `telemetry` is the serving process's own; for a command nobody looks at it.
    """
    telemetry = telemetry or Telemetry()
    on = lay_foundation(settings, telemetry)
    sending, auditing = build_sending(on), build_auditing(on)
    tokens = ItsdangerousSessionTokens(
        [derived_key(key, "session") for key in settings.otp_secret_keys],
        settings.session_audience,
        time.time,
    )
    store = _challenge_store(on)
    deliveries = _deliveries(on)
    identities = RedisIdentityStore(on.scripts, on.context)
    reports = RedisHealthReports(on.client)
    doctor = build_doctor(on, sending.hasher, reports)
    ceiling = LimitsSendCeiling(on.client, settings.otp_daily_limit)
    facts = StoreFacts(on.counters, ceiling, reports, on.journal)
    operator_watch = OperatorWatch(ceiling, on.counters, reports, on.journal, time.time)
    return Services(
        clients=settings.api_clients,
        guesses=LimitsKeyGuesses(on.client, settings.otp_bad_key_limit, on.journal),
        logins=LoginService(
            numbers=on.numbers,
            pseudonyms=on.pseudonyms,
            store=store,
            limiter=sending.limiter,
            rooms=deliveries.limiter,
            capacity=sending.capacity,
            hasher=sending.hasher,
            sender=sending.sender,
            tokens=tokens,
            pumping=sending.pumping,
            review_numbers=settings.review_numbers,
        ),
        deliveries=deliveries,
        webhooks=WhatsAppWebhooks(
            app_secret=settings.whatsapp_app_secret,
            verify_token=settings.whatsapp_webhook_verify_token,
            pseudonyms=on.pseudonyms,
            deliveries=deliveries,
            identities=IdentityService(on.numbers, on.pseudonyms, identities),
            journal=on.journal,
            reports=reports,
            keeps_identity=settings.whatsapp_identity_check,
        ),
        journal=on.journal,
        sessions=SessionService(tokens, on.registry),
        administration=Administration(
            numbers=on.numbers,
            pseudonyms=on.pseudonyms,
            store=store,
            roles=on.roles,
            sessions=on.registry,
            identities=identities,
            states=RedisNumberStates(
                on.client, LockoutPolicy().stop_at, settings.send_waits, on.rekeying
            ),
        ),
        audit=auditing.service,
        privacy=auditing.privacy,
        rekeying=on.rekeying,
        audit_verifier=auditing.verifier,
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
            *_operator_webhook_job(settings, on.client),
            PeriodicJob("pumping_watch", _PUMPING_JUDGED_EVERY_S, sending.pumping.judge),
            PeriodicJob(
                "audit_anchoring",
                settings.audit_anchor_interval,
                auditing.anchoring.run_in_turn,
                # Whatever this instance still did is signed before nobody looks any more.
                end=auditing.anchoring.run_once,
            ),
        ),
        check_store=lambda: _ping(on.client),
        visits=LimitsVisitLimiter(on.client, settings.web_page_limit),
        looks=LimitsLookLimiter(on.client, _LOOKS),
        ceiling=ceiling,
        telemetry=telemetry,
        metrics_page=lambda accept: telemetry.metrics.page(accept, facts),
        page_keys=tuple(derived_key(key, "pages") for key in settings.otp_secret_keys),
    )


def _challenge_store(on: Foundation) -> RedisChallengeStore:
    settings = on.settings
    return RedisChallengeStore(
        scripts=on.scripts,
        context=on.context,
        lockout=LockoutPolicy(),
        sessions=SessionPolicy(settings.session_ttl, settings.session_ttl_privileged),
        passcode_ttl_s=settings.otp_ttl,
        max_attempts=settings.otp_max_attempts,
        waits=settings.send_waits,
        keeps_identity=settings.whatsapp_identity_check,
    )


def _deliveries(on: Foundation) -> DeliveryService:
    settings = on.settings
    return DeliveryService(
        numbers=on.numbers,
        pseudonyms=on.pseudonyms,
        store=RedisDeliveryStore(
            on.scripts, on.context, LockoutPolicy().stop_at, settings.send_waits
        ),
        limiter=LimitsStatusLimiter(
            on.client, settings.otp_status_limit, settings.otp_send_limit, on.context.ids
        ),
        watch=CountedDeliveryWatch(
            RedisDeliveryWatch(on.client, int(settings.web_threads * _WATCHING_SHARE)),
            on.telemetry.metrics.long_polls,
        ),
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


def _ping(client: redis.Redis) -> None:
    with store_errors("ping"):
        client.ping()
