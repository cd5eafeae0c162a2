"""One login from request to session: what happened, and how long each part took."""

from dataclasses import dataclass

from otp_service.domain.audit import AuditEvent, AuditRecord

_REQUESTS = frozenset({AuditEvent.SEND_REQUESTED, AuditEvent.RESEND_REQUESTED})
_ACCEPTED = frozenset({AuditEvent.SEND_ACCEPTED})
# A message that was read has arrived, also where Meta never said so.
_ARRIVED = frozenset({AuditEvent.DELIVERY_DELIVERED, AuditEvent.DELIVERY_READ})
_READ = frozenset({AuditEvent.DELIVERY_READ})
_LOGGED_IN = frozenset({AuditEvent.LOGIN_SUCCEEDED})


@dataclass(frozen=True, slots=True)
class Timeline:
    """The events of one `requestId`, oldest first; none when the audit does not know it."""

    request_id: str
    events: tuple[AuditRecord, ...]

    @property
    def requested_at_ms(self) -> int | None:
        """Unix milliseconds; of the first event that is kept where the request itself is not."""
        asked = self._first(_REQUESTS)
        if asked is None and self.events:
            return self.events[0].at_ms
        return asked

    @property
    def request_to_accepted_s(self) -> float | None:
        return _seconds(self._first(_REQUESTS), self._first(_ACCEPTED))

    @property
    def accepted_to_delivered_s(self) -> float | None:
        return _seconds(self._first(_ACCEPTED), self._first(_ARRIVED))

    @property
    def accepted_to_read_s(self) -> float | None:
        return _seconds(self._first(_ACCEPTED), self._first(_READ))

    @property
    def request_to_login_s(self) -> float | None:
        return _seconds(self._first(_REQUESTS), self._first(_LOGGED_IN))

    def after_s(self, record: AuditRecord) -> float:
        """Seconds from the request to one of the events."""
        return _seconds(self.requested_at_ms, record.at_ms) or 0.0

    def _first(self, events: frozenset[AuditEvent]) -> int | None:
        return next((record.at_ms for record in self.events if record.event in events), None)


def _seconds(from_ms: int | None, to_ms: int | None) -> float | None:
    if from_ms is None or to_ms is None:
        return None
    return (to_ms - from_ms) / 1000
