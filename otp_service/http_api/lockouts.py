"""`POST /v1/lockouts/clear`: an administrator opens a number again."""

from flask import Blueprint, Response, jsonify

from otp_service.domain.administration import Administration
from otp_service.http_api.request_body import json_object, origin_of, text_member


def lockouts_blueprint(administration: Administration) -> Blueprint:
    blueprint = Blueprint("lockouts", __name__, url_prefix="/v1/lockouts")

    @blueprint.post("/clear")
    def clear() -> Response:
        body = json_object()
        phone = text_member(body, "phoneNumber")
        subject, failures = administration.clear_lockout(phone, origin_of(body))
        return jsonify(
            {
                "success": True,
                "userId": subject.phone_id,
                "phoneNumber": subject.masked_phone,
                "failuresCleared": failures,
            }
        )

    return blueprint
