"""`/v1/audit/*`: what happened, to whom, when; for administrators."""

import structlog
from flask import Blueprint, Response, g, jsonify

from otp_service.domain.audit_service import AuditService
from otp_service.http_api.audit_answers import (
    event_members,
    summary_members,
    timeline_members,
)
from otp_service.http_api.audit_export import export_file, read_format
from otp_service.http_api.audit_parameters import (
    OF_A_PERSON,
    PERIOD_NAMES,
    SEARCH_NAMES,
    limit_of,
    query,
    search_of,
)

_log = structlog.get_logger(__name__)


def audit_blueprint(audit: AuditService) -> Blueprint:
    blueprint = Blueprint("audit", __name__, url_prefix="/v1/audit")

    @blueprint.get("/events")
    def events() -> Response:
        parameters = query(SEARCH_NAMES | {"limit", "cursor"})
        wanted = audit.filter_of(search_of(parameters))
        limit = limit_of(parameters)
        if asked := sorted(OF_A_PERSON & parameters.keys()):
            _note_read("events", by=asked, user_id=wanted.phone_id)
        page = audit.page(wanted, limit, parameters.get("cursor"))
        rows = [event_members(record) for record in page.events]
        return jsonify({"events": rows, "nextCursor": page.next_cursor})

    @blueprint.get("/timeline/<request_id>")
    def timeline(request_id: str) -> Response:
        query(frozenset())
        found = audit.timeline(request_id)
        _note_read("timeline", request=found.request_id)
        return jsonify(timeline_members(found))

    @blueprint.get("/summary")
    def summary() -> Response:
        parameters = query(PERIOD_NAMES | {"by"})
        by = parameters.get("by", "day")
        since, until = parameters.get("since"), parameters.get("until")
        return jsonify(summary_members(audit.summary(by, since, until)))

    @blueprint.get("/export")
    def export() -> Response:
        parameters = query(PERIOD_NAMES | {"format"})
        format_ = read_format(parameters.get("format", "ndjson"))
        since, until = parameters.get("since"), parameters.get("until")
        answer = export_file(audit.export(since, until), format_)
        _note_read("export", format=format_, since=since, until=until)
        return answer

    return blueprint


def _note_read(what: str, **facts: object) -> None:
    """Whoever reads the audit is on record as well: in the log, which they cannot reach."""
    _log.info("audit_read", what=what, client=g.client.client_id, **facts)
