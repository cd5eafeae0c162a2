"""What changes the number: registration, PIN, verification code, identity check, webhook.

Meta, "Register a business phone number", "Two-step verification", "Request code", "Verify code",
"Settings API" and "Webhooks, Override".
"""

import re
import secrets
from collections import deque
from collections.abc import Mapping
from typing import Any

from otp_service.simulator.account import AccountState
from otp_service.simulator.endpoint import SUCCESS, Endpoint, Endpoints
from otp_service.simulator.graph_call import GraphCall
from otp_service.simulator.graph_error import GraphError
from otp_service.simulator.management_errors import (
    pin_mismatch,
    registration_limit,
    request_code_error,
    verify_code_error,
)
from otp_service.simulator.parameters import one_of, only_keys
from otp_service.simulator.settings import SimulatorSettings
from otp_service.simulator.webhook_override import read_override

_PIN = re.compile(r"[0-9]{6}", re.ASCII)
_REGISTRATIONS = 10
_REGISTRATION_WINDOW_S = 72 * 3600


class PhoneNumberRegistration:
    def __init__(self, settings: SimulatorSettings, account: AccountState) -> None:
        self._settings = settings
        self._account = account
        self._registered_at: deque[float] = deque(maxlen=_REGISTRATIONS)

    def endpoints(self) -> Endpoints:
        number = f"/{self._settings.phone_number_id}"
        register = ("messaging_product", "pin", "data_localization_region")
        return {
            number: {"POST": Endpoint(self._change, ("pin", "webhook_configuration"))},
            f"{number}/register": {"POST": Endpoint(self._register, register)},
            f"{number}/deregister": {"POST": Endpoint(self._deregister)},
            f"{number}/request_code": {
                "POST": Endpoint(self._request_code, ("code_method", "language"))
            },
            f"{number}/verify_code": {"POST": Endpoint(self._verify_code, ("code",))},
            f"{number}/settings": {"POST": Endpoint(self._set, ("user_identity_change",))},
        }

    def _change(self, call: GraphCall) -> Mapping[str, Any]:
        configuration = call.object("webhook_configuration")
        if configuration is not None:
            self._account.change_number(override_callback_uri=read_override(configuration))
        if configuration is None or call.text("pin") is not None:
            self._account.change_number(pin=_pin(call))
        return SUCCESS

    def _register(self, call: GraphCall) -> Mapping[str, Any]:
        one_of(call.required_text("messaging_product"), ("WHATSAPP",), "messaging_product")
        pin = _pin(call)
        self._count_registration()
        if self._account.number.pin not in (None, pin):
            raise pin_mismatch()
        self._account.change_number(status="CONNECTED", pin=pin)
        return SUCCESS

    def _deregister(self, _: GraphCall) -> Mapping[str, Any]:
        self._count_registration()
        if self._account.number.status != "CONNECTED":
            raise GraphError.of(133010)
        self._account.change_number(status="DISCONNECTED")
        return SUCCESS

    def _count_registration(self) -> None:
        now = self._account.clock()
        full = len(self._registered_at) == _REGISTRATIONS
        if full and now - self._registered_at[0] < _REGISTRATION_WINDOW_S:
            raise registration_limit()
        self._registered_at.append(now)

    def _request_code(self, call: GraphCall) -> Mapping[str, Any]:
        one_of(call.required_text("code_method"), ("SMS", "VOICE"), "code_method")
        call.required_text("language")
        if self._account.number.code_verification_status == "VERIFIED":
            raise request_code_error("The phone number is already verified.")
        self._account.change_number(verification_code=f"{secrets.randbelow(10**6):06}")
        return SUCCESS

    def _verify_code(self, call: GraphCall) -> Mapping[str, Any]:
        code = call.required_text("code")
        if self._account.number.verification_code is None:
            raise verify_code_error("No code was requested.")
        if code != self._account.number.verification_code:
            raise verify_code_error("The code is not the one that was sent.")
        self._account.change_number(verification_code=None, code_verification_status="VERIFIED")
        return SUCCESS

    def _set(self, call: GraphCall) -> Mapping[str, Any]:
        change = call.object("user_identity_change")
        if change is None:
            raise GraphError.required("user_identity_change")
        only_keys(change, ("enable_identity_key_check",), "user_identity_change")
        enabled = change.get("enable_identity_key_check")
        if not isinstance(enabled, bool):
            raise GraphError.parameter("Param enable_identity_key_check must be a boolean.")
        self._account.change_number(identity_key_check=enabled)
        return SUCCESS


def _pin(call: GraphCall) -> str:
    pin = call.required_text("pin")
    if not _PIN.fullmatch(pin):
        raise GraphError.parameter("Param pin must be 6 digits.")
    return pin
