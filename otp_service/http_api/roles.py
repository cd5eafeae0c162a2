"""`/v1/roles*`: who has a role of their own."""

from flask import Blueprint, Response, jsonify, request

from otp_service.domain.administration import Administration
from otp_service.domain.roles import RoleAssignment, RoleChange, read_role
from otp_service.domain.subject import Subject
from otp_service.http_api.request_body import json_object, origin_of, text_member


def roles_blueprint(administration: Administration) -> Blueprint:
    blueprint = Blueprint("roles", __name__, url_prefix="/v1/roles")

    @blueprint.get("")
    def list_roles() -> Response:
        wanted = request.args.get("role")
        role = read_role(wanted) if wanted else None
        rows = [row for row in administration.list_roles() if role in (None, row.role)]
        rows.sort(key=lambda row: (-row.changed_at, row.phone_id))
        return jsonify({"roles": [_assignment(row) for row in rows]})

    @blueprint.get("/<phone_number>")
    def get_role(phone_number: str) -> Response:
        subject, role = administration.role_of(phone_number)
        return jsonify({**_who(subject), "role": role})

    @blueprint.put("/<phone_number>")
    def set_role(phone_number: str) -> Response:
        body = json_object()
        role = read_role(text_member(body, "role"))
        return _changed(*administration.set_role(phone_number, role, origin_of(body)))

    @blueprint.delete("/<phone_number>")
    def remove_role(phone_number: str) -> Response:
        return _changed(*administration.remove_role(phone_number, origin_of({})))

    return blueprint


def _who(subject: Subject) -> dict[str, str]:
    return {"userId": subject.phone_id, "phoneNumber": subject.masked_phone}


def _changed(subject: Subject, change: RoleChange) -> Response:
    return jsonify(
        {
            **_who(subject),
            "role": change.role,
            "previousRole": change.previous,
            "sessionsEnded": change.sessions_ended,
        }
    )


def _assignment(row: RoleAssignment) -> dict[str, str | int]:
    return {
        **_who(Subject(row.phone_id, row.masked_phone)),
        "role": row.role,
        "changedAt": row.changed_at,
        "changedBy": row.changed_by,
    }
