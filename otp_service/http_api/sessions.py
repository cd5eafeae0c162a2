"""`/v1/sessions/*`: token introspection (RFC 7662) and revocation (RFC 7009)."""

from flask import Blueprint, Response, jsonify

from otp_service.domain.errors import InvalidRequestError
from otp_service.domain.session_service import SessionService
from otp_service.http_api.request_body import form_or_json, origin_of, text_member


def sessions_blueprint(sessions: SessionService, audience: str) -> Blueprint:
    blueprint = Blueprint("sessions", __name__, url_prefix="/v1/sessions")

    @blueprint.post("/introspect")
    def introspect() -> Response:
        session = sessions.introspect(text_member(form_or_json(), "token"))
        if session is None:
            return jsonify({"active": False})
        return jsonify(
            {
                "active": True,
                "sub": session.user_id,
                "role": session.role,
                "iat": session.issued_at,
                "exp": session.expires_at,
                "aud": audience,
                "jti": session.session_id,
                "client_id": session.client_id,
            }
        )

    @blueprint.post("/revoke")
    def revoke() -> Response:
        body = form_or_json()
        token = text_member(body, "token")
        origin = origin_of(body)
        if _everywhere(body.get("everywhere")):
            sessions.revoke_everywhere(token, origin)
        else:
            sessions.revoke(token, origin)
        return jsonify({"success": True})

    return blueprint


def _everywhere(value: object) -> bool:
    """JSON true, or "true" in a form. Raise InvalidRequestError."""
    if value is None or value is False or value in ("", "false"):
        return False
    if value is True or value == "true":
        return True
    raise InvalidRequestError("everywhere must be true or false.")
