"""Template calls of the simulator as raw HTTP, and the declaration they start from."""

from typing import Any

import requests

from tests.integration.simulator.account_calls import ACCOUNT, AccountCalls

TEMPLATES = f"{ACCOUNT}/message_templates"
APP = {"package_name": "com.example.app", "signature_hash": "K8a/AINcGX7"}


def declaration(**members: Any) -> dict[str, Any]:
    """The documented declaration of an authentication template; `...` takes a member out."""
    declared = {
        "name": "login_otp",
        "language": "en_US",
        "category": "AUTHENTICATION",
        "message_send_ttl_seconds": 300,
        "components": components(),
    } | members
    return {name: value for name, value in declared.items() if value is not ...}


def components(
    body: Any = None, footer: Any = None, button: dict[str, Any] | None = None
) -> list[dict[str, Any]]:
    """`body`, `footer`: members instead of the documented ones. `button`: more members."""
    otp_button = {"type": "OTP", "otp_type": "COPY_CODE"} | (button or {})
    return [
        {"type": "BODY"} | ({"add_security_recommendation": True} if body is None else body),
        {"type": "FOOTER"} | ({"code_expiration_minutes": 5} if footer is None else footer),
        {"type": "BUTTONS", "buttons": [otp_button]},
    ]


class TemplateCalls(AccountCalls):
    def create(self, **members: Any) -> requests.Response:
        return self.post(TEMPLATES, declaration(**members))

    def created(self, **members: Any) -> str:
        """The id of a template just created."""
        answer = self.create(**members)
        assert answer.status_code == 200, answer.text
        return str(answer.json()["id"])

    def read(self, template_id: str, *fields: str) -> Any:
        return self.get(f"/{template_id}", fields=",".join(fields)).json()

    def status(self, template_id: str) -> str:
        return str(self.read(template_id, "status")["status"])

    def listed(self, **query: Any) -> list[str]:
        """Name and language of each template that is listed, e.g. `shamrock_auth/en_US`."""
        answer = self.get(TEMPLATES, **query)
        assert answer.status_code == 200, answer.text
        return [f"{node['name']}/{node['language']}" for node in answer.json()["data"]]


def order(simulator: Any, **members: Any) -> None:
    """Has Meta change the documented template."""
    named = {"name": "login_otp", "language": "en_US"}
    answer = simulator.control(template=named | members)
    assert answer.status_code == 200, answer.text
