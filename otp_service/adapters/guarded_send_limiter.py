"""SendLimiter that asks the watch for pumping first, and tells it of every message."""

from dataclasses import dataclass

from otp_service.domain.challenge import RequestOrigin, SendTicket
from otp_service.domain.ports import SendLimiter, TakenPlaces
from otp_service.domain.pumping_watch import PumpingWatch


@dataclass(frozen=True, slots=True)
class GuardedSendLimiter:
    """Costs no round trip. Raise PumpingError as well."""

    watch: PumpingWatch
    limits: SendLimiter

    def take(self, ticket: SendTicket, origin: RequestOrigin) -> TakenPlaces:
        self.watch.admit(ticket.subject, origin)
        places = self.limits.take(ticket, origin)
        self.watch.sent(ticket.challenge_id, ticket.subject, origin)
        return _Places(self.watch, places, ticket, origin)


@dataclass(frozen=True, slots=True)
class _Places:
    watch: PumpingWatch
    places: TakenPlaces
    ticket: SendTicket
    origin: RequestOrigin

    def give_back(self) -> None:
        self.watch.not_sent(self.ticket.challenge_id, self.ticket.subject, self.origin)
        self.places.give_back()
