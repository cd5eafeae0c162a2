"""SendLimiter that also keeps all instances together to the business number's throughput.

Meta, "Throughput": 80 messages a second; more are refused with 130429. A burst waits its turn here
for as long as a person hardly notices, and the rest of it is refused with a truthful wait.
"""

import math
import time
from importlib.resources import files

import redis

from otp_service.adapters.redis_scripts import store_errors
from otp_service.domain.challenge import RequestOrigin, SendTicket
from otp_service.domain.errors import ThroughputError
from otp_service.domain.ports import SendLimiter, TakenPlaces

# Of the whole service, so in no number's shard.
_DEPARTURES = "{otp:meta}:departures"
# Beside a send's own time at Meta it must end well within the in-flight lock.
LONGEST_WAIT_S = 2.0
_MICROSECONDS = 1_000_000
_TAKE_DEPARTURE = (files("otp_service.adapters") / "lua" / "take_departure.lua").read_text("utf-8")


class PacedSendLimiter:
    """`per_second`: the number's throughput, as Meta shows it. Takes places in `limits` first."""

    def __init__(self, limits: SendLimiter, client: redis.Redis, per_second: int) -> None:
        self._limits = limits
        self._per_second = per_second
        self._take_departure = client.register_script(_TAKE_DEPARTURE)

    def take(self, ticket: SendTicket, origin: RequestOrigin) -> TakenPlaces:
        """One round trip more; waits up to `LONGEST_WAIT_S`. Raise ThroughputError as well."""
        places = self._limits.take(ticket, origin)
        with store_errors("take_departure"):
            arguments = [self._per_second, int(LONGEST_WAIT_S * _MICROSECONDS)]
            taken, microseconds = self._take_departure([_DEPARTURES], arguments)
        if not taken:
            places.give_back()
            raise ThroughputError(retry_after_s=max(1, math.ceil(microseconds / _MICROSECONDS)))
        time.sleep(microseconds / _MICROSECONDS)
        return places
