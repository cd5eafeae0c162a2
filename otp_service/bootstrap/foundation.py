"""What every part of the service stands on: the store, and how a number is known."""

from contextlib import suppress
from dataclasses import dataclass

import redis

from otp_service.adapters.redis_audit_context import AuditContext
from otp_service.adapters.redis_audit_counters import RedisAuditCounters
from otp_service.adapters.redis_connection import connect
from otp_service.adapters.redis_keys import USER_IDS_MAKER
from otp_service.adapters.redis_operator_journal import RedisOperatorJournal
from otp_service.adapters.redis_record_ids import RecordIds, Seal
from otp_service.adapters.redis_rekeying import RedisRekeying
from otp_service.adapters.redis_role_registry import RedisRoleRegistry
from otp_service.adapters.redis_scripts import ReplicaWait, Scripts, store_errors
from otp_service.adapters.redis_session_registry import RedisSessionRegistry
from otp_service.bootstrap.keys import derived_key
from otp_service.bootstrap.telemetry import Telemetry
from otp_service.domain.errors import StoreUnavailableError
from otp_service.domain.phone_number import PhoneNumberReader
from otp_service.domain.subject import Pseudonyms
from otp_service.settings import Settings, SettingsError


@dataclass(frozen=True, slots=True)
class Foundation:
    """Shared by all that is built on it."""

    settings: Settings
    telemetry: Telemetry
    client: redis.Redis
    scripts: Scripts
    context: AuditContext
    numbers: PhoneNumberReader
    pseudonyms: Pseudonyms
    journal: RedisOperatorJournal
    counters: RedisAuditCounters
    roles: RedisRoleRegistry
    registry: RedisSessionRegistry
    rekeying: RedisRekeying


def lay_foundation(settings: Settings, telemetry: Telemetry) -> Foundation:
    """Connects to Redis only to load scripts, if it is there. Raise SettingsError."""
    client = connect(settings.redis_url)
    client.calls.observers = telemetry.of_redis
    scripts = _loaded_scripts(
        client, ReplicaWait(settings.redis_wait_replicas, settings.redis_wait_timeout_ms)
    )
    journal = RedisOperatorJournal(client)
    client.calls.name_scripts(scripts.names | journal.script_names)
    _refuse_another_maker(settings.pseudonym_keys.ring[-1], client)
    context = AuditContext(settings.audit_retention_days * 86_400_000, _record_ids(settings))
    return Foundation(
        settings=settings,
        telemetry=telemetry,
        client=client,
        scripts=scripts,
        context=context,
        numbers=PhoneNumberReader(
            settings.otp_default_region, frozenset(settings.otp_allowed_countries)
        ),
        # The oldest one: callers keep their data by what it makes.
        pseudonyms=Pseudonyms(derived_key(settings.pseudonym_keys.ring[-1], "phone-id")),
        journal=journal,
        counters=RedisAuditCounters(client),
        roles=RedisRoleRegistry(scripts, context),
        registry=RedisSessionRegistry(scripts, context),
        rekeying=RedisRekeying(scripts, context.ids),
    )


def _refuse_another_maker(key: str, client: redis.Redis) -> None:
    """Raise SettingsError for a key that would make other userIds: it would know nobody."""
    name = derived_key(key, "phone-id-name").hex()[:8]
    # Without Redis nobody logs in, and the next start looks again.
    with suppress(StoreUnavailableError), store_errors("user_ids_maker"):
        client.set(USER_IDS_MAKER, name, nx=True)
        if client.get(USER_IDS_MAKER) != name:
            raise SettingsError(
                "OTP_PSEUDONYM_KEY: its last key is not the one that made this Redis' userIds:"
                " roles, locks and sessions would be nobody's. Put that one back, as the last"
                f" (should it be lost for good: redis-cli DEL '{USER_IDS_MAKER}')"
            )


def _record_ids(settings: Settings) -> RecordIds:
    keys = settings.pseudonym_keys
    # The oldest one seals nothing: what it made are the userIds themselves.
    seals = [_seal(key) for key in keys.ring[:-1]]
    return RecordIds(seals, _seal(keys.coming) if keys.coming else None)


def _seal(key: str) -> Seal:
    # The name that an id keeps is derived as well, so that it says nothing about the key.
    return Seal(derived_key(key, "record-id-name").hex()[:8], derived_key(key, "record-id"))


def _loaded_scripts(client: redis.Redis, wait: ReplicaWait) -> Scripts:
    scripts = Scripts(client, wait)
    # Start anyway: /readyz says so, and each script loads itself once Redis is there.
    with suppress(StoreUnavailableError):
        scripts.load()
    return scripts
