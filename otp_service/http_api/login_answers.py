"""The login flow over HTTP, shared by the action endpoint and REST: members in, answer out."""

from typing import Any

from otp_service.domain.challenge import RequestOrigin, SendReceipt
from otp_service.domain.login_service import LoginService
from otp_service.domain.phone_number import PhoneNumber
from otp_service.http_api.request_body import (
    check_locale,
    optional_text,
    origin_of,
    request_id_member,
    text_member,
)
from otp_service.http_api.request_log import note

Body = dict[str, Any]


class LoginAnswers:
    """Each method takes a request's JSON object and returns the answer's; raises OtpError."""

    def __init__(self, logins: LoginService, *, require_request_id: bool) -> None:
        self._logins = logins
        self._require_request_id = require_request_id

    def send(self, body: Body) -> Body:
        phone, origin = self._addressee(body)
        return _sent(self._logins.send(phone, origin, optional_text(body, "locale")))

    def resend(self, body: Body) -> Body:
        phone, origin = self._addressee(body)
        return _sent(self._logins.resend(phone, origin, optional_text(body, "locale")))

    def validate(self, body: Body) -> Body:
        phone, origin = self._addressee(body)
        passcode = text_member(body, "otpCode")
        request_id = request_id_member(body, required=self._require_request_id)
        login = self._logins.validate(phone, passcode, request_id, origin)
        return {
            "valid": True,
            "sessionToken": login.token,
            "role": login.session.role,
            "userId": login.session.user_id,
            "expiresIn": login.expires_in_s,
        }

    def _addressee(self, body: Body) -> tuple[PhoneNumber, RequestOrigin]:
        text = text_member(body, "phoneNumber")
        check_locale(body)
        origin = origin_of(body)
        phone = self._logins.numbers.read(text)
        note(phone=phone.masked)
        return phone, origin


def _sent(receipt: SendReceipt) -> Body:
    return {
        "success": True,
        "message": "OTP sent",
        "expiresIn": receipt.expires_in_s,
        "requestId": receipt.challenge_id,
    }
