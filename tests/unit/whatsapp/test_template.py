"""How a template reads back: a URL button, statuses nobody knows yet, odd and missing members."""

from typing import Any

import pytest

from otp_service.whatsapp.authentication_template import SupportedApp
from otp_service.whatsapp.template import TemplateButton, template_from

URL = "https://www.whatsapp.com/otp/code/?otp_type=COPY_CODE&code_expiration_minutes=10"
# As recorded from the live server.
NODE: dict[str, Any] = {
    "name": "login_otp",
    "id": "1261130995521319",
    "language": "en",
    "status": "APPROVED",
    "category": "AUTHENTICATION",
    "message_send_ttl_seconds": 600,
    "parameter_format": "POSITIONAL",
    "quality_score": {"score": "GREEN", "date": 1760000000},
    "components": [
        {
            "type": "BODY",
            "text": "*{{1}}* is your verification code.",
            "add_security_recommendation": True,
            "example": {"body_text": [["123456"]]},
        },
        {
            "type": "FOOTER",
            "text": "This code expires in 10 minutes.",
            "code_expiration_minutes": 10,
        },
        {
            "type": "BUTTONS",
            "buttons": [
                {
                    "type": "URL",
                    "text": "Copy code",
                    "url": f"{URL}&code=otp{{{{1}}}}",
                    "example": [f"{URL}&code=otp123456"],
                }
            ],
        },
    ],
}


def with_button(*buttons):
    return template_from({"components": [{"type": "BUTTONS", "buttons": list(buttons)}]}).button


def test_an_authentication_template():
    template = template_from(NODE)
    assert (template.id, template.name, template.language) == (NODE["id"], "login_otp", "en")
    assert template.is_sendable
    assert template.is_authentication
    assert template.message_send_ttl_s == 600
    assert (template.quality, template.quality_at) == ("GREEN", 1760000000)
    assert template.body == "*{{1}}* is your verification code."
    assert template.footer == "This code expires in 10 minutes."
    assert template.security_recommendation is True
    assert template.code_expiration_minutes == 10
    assert template.button == TemplateButton("COPY_CODE", "Copy code", None, ())


def test_the_expiry_may_stand_in_the_url_alone():
    components = [part for part in NODE["components"] if part["type"] != "FOOTER"]
    assert template_from({**NODE, "components": components}).code_expiration_minutes == 10


def test_a_button_with_apps_in_its_url():
    url = (
        "https://www.whatsapp.com/otp/code/?otp_type=ONE_TAP&cta_display_name=Fill+in"
        "&package_name=com.example.app&signature_hash=K8a%2FAINcGX7"
        "&package_name=com.example.two&signature_hash=K8a+AINcGX7&code=otp{{1}}"
    )
    assert with_button({"type": "url", "text": "Copy", "url": url}) == TemplateButton(
        "ONE_TAP",
        "Copy",
        "Fill in",
        (
            SupportedApp("com.example.app", "K8a/AINcGX7"),
            SupportedApp("com.example.two", "K8a+AINcGX7"),
        ),
    )


def test_a_button_as_it_was_declared():
    button = {
        "type": "OTP",
        "otp_type": "zero_tap",
        "autofill_text": "Autofill",
        "supported_apps": [
            {"package_name": "com.example.app", "signature_hash": "K8a/AINcGX7"},
            {"package_name": "odd", "signature_hash": 7},
        ],
    }
    assert with_button(button) == TemplateButton(
        "ZERO_TAP", None, "Autofill", (SupportedApp("com.example.app", "K8a/AINcGX7"),)
    )


@pytest.mark.parametrize(
    "button",
    [
        {"type": "URL", "url": "https://example.com/otp/?otp_type=COPY_CODE"},
        {"type": "URL", "url": "https://www.whatsapp.com/otp/code/"},
        {"type": "QUICK_REPLY", "text": "Yes"},
        {},
    ],
    ids=repr,
)
def test_a_button_that_is_not_about_a_passcode(button):
    assert with_button(button) is None


def test_an_otp_button_of_a_type_nobody_knows_yet():
    assert with_button({"type": "QUICK_REPLY"}, {"type": "OTP"}).otp_type is None
    url = URL.replace("COPY_CODE", "NO_TAP")
    assert with_button({"type": "URL", "url": url}).otp_type == "NO_TAP"


@pytest.mark.parametrize("status", ["PENDING", "PAUSED", "LOCKED", "SOMETHING_NEW", None, 7])
def test_only_approved_can_be_sent(status):
    assert not template_from({**NODE, "status": status}).is_sendable


def test_a_template_moved_to_another_category_may_carry_no_passcode():
    moved = {**NODE, "category": "UTILITY", "previous_category": "AUTHENTICATION"}
    assert not template_from(moved).is_authentication
    assert template_from(moved).previous_category == "AUTHENTICATION"
    assert template_from({**NODE, "category": "authentication"}).is_authentication


def test_a_language_with_a_dash_is_the_same_one():
    assert template_from({**NODE, "language": "en-US"}).language == "en_US"


def test_thirty_days_are_minus_one():
    assert template_from({**NODE, "message_send_ttl_seconds": -1}).message_send_ttl_s == -1
    assert template_from({**NODE, "message_send_ttl_seconds": "600"}).message_send_ttl_s == 600


@pytest.mark.parametrize(
    "node",
    [
        {},
        {"components": None},
        {"components": ["odd", {"type": 7}]},
        {"components": [{"type": "BUTTONS", "buttons": [None, {"url": 7}]}]},
        {"quality_score": "GREEN", "message_send_ttl_seconds": [], "name": None},
    ],
    ids=repr,
)
def test_what_is_odd_or_missing_is_none(node):
    template = template_from(node)
    assert (template.id, template.button, template.quality) == ("", None, None)
    assert (template.code_expiration_minutes, template.message_send_ttl_s) == (None, None)
    assert not template.is_sendable
