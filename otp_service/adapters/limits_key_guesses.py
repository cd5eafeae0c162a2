"""KeyGuesses on the `limits` package: a fixed window for an address, or for an IPv6 household."""

import math
import time

import redis
import structlog

from otp_service.adapters.limits_send_limiter import network_of
from otp_service.adapters.limits_storage import Limits, limits_storage, parse_limits
from otp_service.adapters.redis_scripts import store_errors
from otp_service.domain.errors import TooManyBadKeysError
from otp_service.domain.operator_event import OperatorEvent, OperatorEventKind, Severity
from otp_service.domain.ports import OperatorJournal

_TOLD_AGAIN_AFTER_S = 3_600
_log = structlog.get_logger(__name__)


class LimitsKeyGuesses:
    """`guesses` is in the notation of `limits`."""

    def __init__(self, client: redis.Redis, guesses: str, journal: OperatorJournal) -> None:
        self._storage = limits_storage(client)
        self._guesses: Limits = parse_limits(guesses)
        self._journal = journal

    def count(self, ip: str) -> None:
        """One round trip, and two or three more for the guess that first finds a window full."""
        if not ip:
            return
        network = network_of(ip)
        with store_errors("count_bad_key"):
            pipeline = self._storage.pipeline()
            for item in self._guesses:
                key = self._storage.prefixed_key(item.key_for("fixed", "bad_key", network))
                pipeline.eval(
                    self._storage.SCRIPT_INCR_EXPIRE.decode(), 1, key, item.get_expiry(), 1
                )
                pipeline.pttl(key)
            replies = pipeline.execute()
        rows = zip(self._guesses, replies[::2], replies[1::2], strict=True)
        full = [(count - item.amount, left_ms) for item, count, left_ms in rows]
        waits_ms = [left_ms for excess, left_ms in full if excess > 0]
        if not waits_ms:
            return
        # The longest of the waits: after a shorter one a wider window would refuse again.
        wait_s = max(1, math.ceil(max(waits_ms) / 1000))
        if any(excess == 1 for excess, _ in full):
            self._tell(network, wait_s)
        raise TooManyBadKeysError(retry_after_s=wait_s)

    def _tell(self, network: str, wait_s: int) -> None:
        # Whoever guesses keys is no person who logs in: the operator may want to shut them out.
        _log.warning("api_key_guessing", network=network, retry_after_s=wait_s)
        event = OperatorEvent(
            OperatorEventKind.KEY_GUESSING, Severity.WARNING, int(time.time() * 1000), {}
        )
        self._journal.record_once(event, "", _TOLD_AGAIN_AFTER_S)
