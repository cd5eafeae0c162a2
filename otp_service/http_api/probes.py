"""`/healthz`: this process answers. `/readyz`: so does what it depends on."""

from collections.abc import Callable

from flask import Blueprint, Response, jsonify

from otp_service import __version__


def probes_blueprint(check_store: Callable[[], None]) -> Blueprint:
    """`check_store` raises StoreUnavailableError, which answers 503."""
    blueprint = Blueprint("probes", __name__)

    @blueprint.get("/healthz")
    def healthz() -> Response:
        return jsonify({"status": "ok", "version": __version__})

    @blueprint.get("/readyz")
    def readyz() -> Response:
        check_store()
        return jsonify({"status": "ready", "checks": {"redis": "ok"}})

    return blueprint
