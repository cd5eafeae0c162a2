"""`/admin/events`: the audit, filtered, page by page and as a file; and the story of one login."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from urllib.parse import urlencode

import structlog
from flask import Response, request, url_for

from otp_service.domain.audit import AuditEvent, AuditRecord, Outcome
from otp_service.domain.audit_query import AuditPage, EventFilter
from otp_service.domain.audit_service import MAX_PAGE_EVENTS, AuditService
from otp_service.domain.errors import InvalidPhoneError, InvalidRequestError, OtpError
from otp_service.web.console import event_words
from otp_service.web.console.access import officer
from otp_service.web.console.event_filter import (
    FilterFields,
    address_of,
    filter_at,
    parameters_of,
)
from otp_service.web.console.screen import Screen, moved
from otp_service.web.console.timeline_words import verdict_of

_PAGE_EVENTS = 50
_log = structlog.get_logger(__name__)

# Makes a file of events: which, and in which of the API's formats. Raise InvalidRequestError.
ExportFile = Callable[[Iterable[AuditRecord], str], Response]


@dataclass(frozen=True, slots=True)
class EventPages:
    audit: AuditService
    export_file: ExportFile
    screen: Screen

    def events(self) -> Response:
        wanted = filter_at(request.args, self.audit)
        parameters = parameters_of(request.args)
        note_read("events", by=sorted(parameters), user_id=wanted.phone_id)
        page = self.audit.page(wanted, _PAGE_EVENTS, request.args.get("cursor"))
        fields = FilterFields.of_address(request.args, self.screen.times)
        return self._listed(fields, page, parameters)

    def search(self) -> Response:
        """Takes the filter's form, so that no number gets into an address."""
        fields = FilterFields.submitted(request.form)
        try:
            search = fields.search(self.screen.times)
            found = self.audit.filter_of(search)
        except (InvalidPhoneError, InvalidRequestError) as refusal:
            return self._listed(fields, None, {}, refusal)
        return moved(f"{url_for('console.events')}?{urlencode(address_of(found, search))}")

    def export(self) -> Response:
        """All events that the filter lets through, newest first as on the page, as a file."""
        wanted = filter_at(request.args, self.audit)
        format_ = request.args.get("format", "")
        answer = self.export_file(self._every_event(wanted), format_)
        parameters = parameters_of(request.args)
        note_read("export", by=sorted(parameters), user_id=wanted.phone_id, format=format_)
        return answer

    def login(self, request_id: str) -> Response:
        """One login from request to session."""
        timeline = self.audit.timeline(request_id)
        note_read("timeline", request=timeline.request_id)
        return self.screen.page(
            "login",
            status=200 if timeline.events else 404,
            timeline=timeline,
            verdict=verdict_of(timeline),
            words=event_words,
        )

    def _listed(
        self,
        fields: FilterFields,
        page: AuditPage | None,
        parameters: dict[str, str],
        refusal: OtpError | None = None,
    ) -> Response:
        return self.screen.page(
            "events",
            status=400 if refusal else 200,
            fields=fields,
            page=page,
            parameters=parameters,
            refusal=refusal,
            all_events=tuple(AuditEvent),
            all_outcomes=tuple(Outcome),
            words=event_words,
        )

    def _every_event(self, wanted: EventFilter) -> Iterator[AuditRecord]:
        cursor: str | None = None
        while True:
            page = self.audit.page(wanted, MAX_PAGE_EVENTS, cursor)
            yield from page.events
            cursor = page.next_cursor
            if cursor is None:
                return


def note_read(what: str, **facts: object) -> None:
    """Whoever reads the audit is on record as well: in the log, which they cannot reach."""
    _log.info("audit_read", what=what, client=officer().client_id, **facts)
