"""How the audit looks in JSON: events, timelines, summaries."""

from datetime import UTC, datetime
from typing import Any

from otp_service.domain.audit import AuditRecord
from otp_service.domain.audit_figures import Figures, WaitingTime
from otp_service.domain.audit_summary import Stretch, Summary
from otp_service.domain.audit_timeline import Timeline

EVENT_MEMBERS = (
    "eventId",
    "time",
    "event",
    "outcome",
    "reason",
    "owasp",
    "userId",
    "phoneNumber",
    "country",
    "client",
    "ip",
    "userAgent",
    "requestId",
    "httpRequestId",
    "messageId",
    "attemptNumber",
    "sessionId",
    "chain",
)


def event_members(record: AuditRecord) -> dict[str, str | int | None]:
    """One event, always with the same members; null for what it does not have."""
    values = (
        record.event_id,
        iso_time(record.at_ms),
        record.event,
        record.outcome,
        record.reason or None,
        record.owasp,
        record.phone_id or None,
        record.masked_phone or None,
        record.country or None,
        record.client_id or None,
        record.ip or None,
        record.user_agent or None,
        record.request_id or None,
        record.http_request_id or None,
        record.message_id or None,
        record.attempt_number,
        record.session_id or None,
        record.chain or None,
    )
    return dict(zip(EVENT_MEMBERS, values, strict=True))


def timeline_members(timeline: Timeline) -> dict[str, Any]:
    requested_at_ms = timeline.requested_at_ms
    return {
        "requestId": timeline.request_id,
        "requestedAt": None if requested_at_ms is None else iso_time(requested_at_ms),
        "events": [
            {"afterSeconds": timeline.after_s(record), **event_members(record)}
            for record in timeline.events
        ],
        "latencies": {
            "requestToAccepted": timeline.request_to_accepted_s,
            "acceptedToDelivered": timeline.accepted_to_delivered_s,
            "acceptedToRead": timeline.accepted_to_read_s,
            "requestToLogin": timeline.request_to_login_s,
        },
    }


def summary_members(summary: Summary) -> dict[str, Any]:
    return {
        "by": summary.range.by,
        "since": iso_time(summary.range.since_ms),
        "until": iso_time(summary.range.until_ms),
        "total": _stretch_members(summary.total),
        "stretches": [
            {"start": iso_time(stretch.start_ms), **_stretch_members(stretch)}
            for stretch in summary.stretches
        ],
        "countries": {
            country: _figure_members(figures) for country, figures in summary.countries.items()
        },
    }


def iso_time(at_ms: int) -> str:
    """RFC 3339 in UTC, to the millisecond."""
    moment = datetime.fromtimestamp(at_ms // 1000, UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{at_ms % 1000:03d}Z"


def _stretch_members(stretch: Stretch) -> dict[str, Any]:
    return {
        **_figure_members(stretch.figures),
        "secondsToDelivery": _waiting_members(stretch.to_delivery),
        "secondsToLogin": _waiting_members(stretch.to_login),
    }


def _figure_members(figures: Figures) -> dict[str, Any]:
    return {
        "requested": figures.requested,
        "accepted": figures.accepted,
        "delivered": figures.delivered,
        "read": figures.read,
        "failed": figures.failed,
        "failedByMetaCode": figures.failed_by_meta_code,
        "arrivedAfterFailure": figures.arrived_after_failure,
        "validated": figures.validated,
        "wrong": figures.wrong,
        "expired": figures.expired,
        "locked": figures.locked,
        "rateLimited": figures.rate_limited,
        "refused": figures.refused,
        "disowned": figures.disowned,
        "conversion": figures.conversion,
    }


def _waiting_members(waiting: WaitingTime) -> dict[str, float | int | None]:
    return {"count": waiting.count, "median": waiting.median_s, "p95": waiting.p95_s}
