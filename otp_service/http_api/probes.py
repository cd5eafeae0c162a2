"""`/healthz`: this process answers. `/readyz`: so does what it depends on."""

from collections.abc import Callable

from flask import Blueprint, Response, jsonify

from otp_service import __version__
from otp_service.domain.health import Doctor, HealthReport


def probes_blueprint(check_store: Callable[[], None], doctor: Doctor) -> Blueprint:
    """`check_store` raises StoreUnavailableError, which answers 503."""
    blueprint = Blueprint("probes", __name__)

    @blueprint.get("/healthz")
    def healthz() -> Response:
        return jsonify({"status": "ok", "version": __version__})

    @blueprint.get("/readyz")
    def readyz() -> Response:
        check_store()
        # What was found last: a probe every few seconds must not ask Meta.
        return _readiness(doctor.reports.latest())

    return blueprint


def _readiness(report: HealthReport | None) -> Response:
    if report is None or not report.fatal:
        is_known = report is not None and report.is_complete
        checks = {"redis": "ok", "whatsapp": "ok" if is_known else "unknown"}
        return jsonify({"status": "ready", "checks": checks})
    response = jsonify(
        {
            "status": "unready",
            "checks": {"redis": "ok", "whatsapp": "failed"},
            "reasons": [f"{finding.check}: {finding.what}" for finding in report.fatal],
        }
    )
    response.status_code = 503
    return response
