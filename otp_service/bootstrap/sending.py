"""The way of a passcode: limits, pacing, hashing, the circuit, Meta."""

import time
from contextlib import suppress
from dataclasses import dataclass

from otp_service.adapters.argon2_passcode_hasher import Argon2Cost, Argon2PasscodeHasher, Pepper
from otp_service.adapters.circuitbreaker_meta_circuit import (
    CircuitPasscodeSender,
    CircuitSendCapacity,
    MetaCircuit,
)
from otp_service.adapters.guarded_send_limiter import GuardedSendLimiter
from otp_service.adapters.limits_send_limiter import LimitsSendLimiter, SendLimits
from otp_service.adapters.prometheus_sending import CountedSendCapacity, ObservedPasscodeSender
from otp_service.adapters.redis_paced_send_limiter import PacedSendLimiter
from otp_service.adapters.redis_send_cohorts import RedisSendCohorts
from otp_service.adapters.review_passcode_sender import ReviewPasscodeSender
from otp_service.adapters.semaphore_send_capacity import SemaphoreSendCapacity
from otp_service.adapters.whatsapp_passcode_sender import WhatsAppPasscodeSender
from otp_service.bootstrap.foundation import Foundation
from otp_service.bootstrap.keys import derived_key
from otp_service.bootstrap.platform import USER_AGENT
from otp_service.domain.errors import StoreUnavailableError
from otp_service.domain.ports import PasscodeHasher, PasscodeSender, SendCapacity, SendLimiter
from otp_service.domain.pumping_watch import PumpingWatch
from otp_service.domain.review_numbers import ReviewNumbers
from otp_service.domain.roles import PRIVILEGED_ROLES
from otp_service.settings import Settings, SettingsError
from otp_service.whatsapp import WhatsAppCloudAPI

# Of a worker's threads, how many may wait on Meta: the rest keeps answering people.
_SENDING_SHARE = 0.5


@dataclass(frozen=True, slots=True)
class Sending:
    """What `LoginService` sends with. `pumping` is told of sends and logins."""

    limiter: SendLimiter
    capacity: SendCapacity
    hasher: PasscodeHasher
    sender: PasscodeSender
    pumping: PumpingWatch


def build_sending(on: Foundation) -> Sending:
    settings = on.settings
    _refuse_privileged(settings.review_numbers, on)
    pumping = PumpingWatch(
        guard=settings.otp_pumping_guard,
        cohorts=RedisSendCohorts(on.client),
        counters=on.counters,
        journal=on.journal,
        life_s=settings.otp_ttl,
        clock=time.time,
    )
    metrics = on.telemetry.metrics
    circuit = MetaCircuit(
        settings.whatsapp_circuit_failures,
        settings.whatsapp_circuit_wait,
        on.journal,
        metrics.circuit_changed,
    )
    slots = int(settings.web_threads * _SENDING_SHARE)
    metrics.offer_send_slots(slots)
    capacity = CountedSendCapacity(SemaphoreSendCapacity(slots), metrics.sends_in_flight)
    sender = ObservedPasscodeSender(_sender(settings), on.telemetry.of_meta)
    return Sending(
        limiter=GuardedSendLimiter(pumping, _limiter(on)),
        capacity=CircuitSendCapacity(circuit, capacity),
        hasher=_hasher(on),
        sender=ReviewPasscodeSender(
            settings.review_numbers, CircuitPasscodeSender(circuit, sender)
        ),
        pumping=pumping,
    )


def _refuse_privileged(review: ReviewNumbers, on: Foundation) -> None:
    """Raise SettingsError for a test number that has a role of the office."""
    # Without Redis nobody logs in, and each login looks again.
    with suppress(StoreUnavailableError):
        for e164 in review.numbers:
            number = on.numbers.read(e164)
            role = on.roles.role_of(on.pseudonyms.subject_of(number))
            if role in PRIVILEGED_ROLES:
                raise SettingsError(
                    f"OTP_TEST_NUMBERS: {number.masked} is {role}, whose code nobody may know"
                )


def _hasher(on: Foundation) -> Argon2PasscodeHasher:
    settings = on.settings
    peppers = [
        # The name a digest keeps is derived as well, so that it says nothing about the key.
        Pepper(derived_key(key, "pepper-id").hex()[:8], derived_key(key, "pepper"))
        for key in settings.otp_secret_keys
    ]
    cost = Argon2Cost(
        settings.otp_argon2_memory_kib, settings.otp_argon2_passes, settings.otp_argon2_lanes
    )
    return Argon2PasscodeHasher(
        peppers, cost, settings.hashing_threads, on.telemetry.metrics.hashed
    )


def _limiter(on: Foundation) -> SendLimiter:
    settings = on.settings
    limits = SendLimits(
        phone=settings.otp_send_limit,
        ip=settings.otp_ip_limit,
        client=settings.otp_client_limit,
        daily=settings.otp_daily_limit,
    )
    return PacedSendLimiter(
        LimitsSendLimiter(on.client, limits, on.context.ids),
        on.client,
        settings.whatsapp_throughput,
    )


def _sender(settings: Settings) -> WhatsAppPasscodeSender:
    api = WhatsAppCloudAPI(
        access_token=settings.whatsapp_access_token,
        phone_number_id=settings.whatsapp_phone_number_id,
        app_secret=settings.whatsapp_app_secret,
        api_version=settings.whatsapp_api_version,
        base_url=settings.whatsapp_api_base_url,
        pool_size=settings.web_threads,
        user_agent=USER_AGENT,
    )
    return WhatsAppPasscodeSender(
        api, settings.whatsapp_template_name, settings.template.languages
    )
