"""`/v1/otp/*`: the login flow with real statuses."""

from flask import Blueprint, Response, jsonify, request

from otp_service.domain.delivery_service import DeliveryService
from otp_service.http_api.errors import answers_validity
from otp_service.http_api.login_answers import LoginAnswers
from otp_service.http_api.login_status import status_answer
from otp_service.http_api.request_body import json_object


def otp_blueprint(answers: LoginAnswers, deliveries: DeliveryService) -> Blueprint:
    blueprint = Blueprint("otp", __name__, url_prefix="/v1/otp")

    @blueprint.before_request
    def shape() -> None:
        if request.endpoint == "otp.validate":
            answers_validity()

    @blueprint.post("/send")
    def send() -> Response:
        return jsonify(answers.send(json_object()))

    @blueprint.post("/resend")
    def resend() -> Response:
        return jsonify(answers.resend(json_object()))

    @blueprint.post("/validate")
    def validate() -> Response:
        return jsonify(answers.validate(json_object()))

    @blueprint.post("/status")
    def status() -> Response:
        return jsonify(status_answer(deliveries, json_object()))

    return blueprint
