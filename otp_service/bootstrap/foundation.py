"""What every part of the service stands on: the store, and how a number is known."""

from contextlib import suppress
from dataclasses import dataclass

import redis

from otp_service.adapters.redis_audit_context import AuditContext
from otp_service.adapters.redis_audit_counters import RedisAuditCounters
from otp_service.adapters.redis_connection import connect
from otp_service.adapters.redis_operator_journal import RedisOperatorJournal
from otp_service.adapters.redis_role_registry import RedisRoleRegistry
from otp_service.adapters.redis_scripts import ReplicaWait, Scripts
from otp_service.adapters.redis_session_registry import RedisSessionRegistry
from otp_service.bootstrap.keys import derived_key
from otp_service.domain.errors import StoreUnavailableError
from otp_service.domain.phone_number import PhoneNumberReader
from otp_service.domain.subject import Pseudonyms
from otp_service.settings import Settings


@dataclass(frozen=True, slots=True)
class Foundation:
    """Shared by all that is built on it."""

    settings: Settings
    client: redis.Redis
    scripts: Scripts
    context: AuditContext
    numbers: PhoneNumberReader
    pseudonyms: Pseudonyms
    journal: RedisOperatorJournal
    counters: RedisAuditCounters
    roles: RedisRoleRegistry
    registry: RedisSessionRegistry


def lay_foundation(settings: Settings) -> Foundation:
    """Connects to Redis only to load scripts, if it is there."""
    client = connect(settings.redis_url)
    scripts = _loaded_scripts(
        client, ReplicaWait(settings.redis_wait_replicas, settings.redis_wait_timeout_ms)
    )
    context = AuditContext(retention_ms=settings.audit_retention_days * 86_400_000)
    return Foundation(
        settings=settings,
        client=client,
        scripts=scripts,
        context=context,
        numbers=PhoneNumberReader(
            settings.otp_default_region, frozenset(settings.otp_allowed_countries)
        ),
        pseudonyms=Pseudonyms(derived_key(settings.otp_pseudonym_key, "phone-id")),
        journal=RedisOperatorJournal(client),
        counters=RedisAuditCounters(client),
        roles=RedisRoleRegistry(scripts, context),
        registry=RedisSessionRegistry(scripts, context),
    )


def _loaded_scripts(client: redis.Redis, wait: ReplicaWait) -> Scripts:
    scripts = Scripts(client, wait)
    # Start anyway: /readyz says so, and each script loads itself once Redis is there.
    with suppress(StoreUnavailableError):
        scripts.load()
    return scripts
