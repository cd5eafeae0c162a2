"""`POST /v1/identities/accept`: an administrator has found out who has a number now."""

from flask import Blueprint, Response, jsonify

from otp_service.domain.administration import Administration
from otp_service.domain.identity import read_owner
from otp_service.http_api.request_body import json_object, origin_of, text_member


def identities_blueprint(administration: Administration) -> Blueprint:
    blueprint = Blueprint("identities", __name__, url_prefix="/v1/identities")

    @blueprint.post("/accept")
    def accept() -> Response:
        body = json_object()
        phone = text_member(body, "phoneNumber")
        owner = read_owner(text_member(body, "owner"))
        subject, done = administration.accept_owner(phone, owner, origin_of(body))
        return jsonify(
            {
                "success": True,
                "userId": subject.phone_id,
                "phoneNumber": subject.masked_phone,
                "owner": done.owner,
                "changed": done.changed,
                "wasRefused": done.was_refused,
                "previousRole": done.previous_role,
                "sessionsEnded": done.sessions_ended,
            }
        )

    return blueprint
