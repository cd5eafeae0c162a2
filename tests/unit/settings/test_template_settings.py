"""The declared template as settings: what is possible is taken, the rest is named."""

import pytest

from otp_service.settings import SettingsError
from otp_service.whatsapp.authentication_template import OtpType

APP = "com.example.app:K8a/AINcGX7"


def test_without_a_word_it_is_the_template_for_a_code_of_ten_minutes(load):
    declared = load().template
    assert (declared.name, declared.languages) == ("shamrock_auth", ("en_US",))
    assert declared.content.button.otp_type is OtpType.COPY_CODE
    assert declared.content.security_recommendation
    assert declared.content.code_expiration_minutes == 10
    assert declared.message_send_ttl_s == 600


@pytest.mark.parametrize(
    ("ttl", "minutes", "send_ttl_s"), [("600", 10, 600), ("599", 9, 599), ("60", 1, 60)]
)
def test_it_never_says_that_a_code_lives_longer_than_it_does(load, ttl, minutes, send_ttl_s):
    declared = load(OTP_TTL=ttl).template
    assert declared.content.code_expiration_minutes == minutes
    assert declared.message_send_ttl_s == send_ttl_s


def test_a_code_of_seconds_has_no_line_about_minutes(load):
    declared = load(OTP_TTL="20").template
    assert declared.content.code_expiration_minutes is None
    assert declared.message_send_ttl_s == 30


def test_the_first_language_stays_first_and_none_is_twice(load):
    declared = load(WHATSAPP_TEMPLATE_LANGUAGES="es, en_US,pt_BR,es").template
    assert declared.languages == ("en_US", "es", "pt_BR")


def test_buttons_that_hand_the_code_to_an_app(load):
    one = load(WHATSAPP_TEMPLATE_BUTTON="ONE_TAP", WHATSAPP_TEMPLATE_APPS=APP)
    button = one.template.content.button
    assert [app.package_name for app in button.supported_apps] == ["com.example.app"]
    zero = load(
        WHATSAPP_TEMPLATE_BUTTON="ZERO_TAP",
        WHATSAPP_TEMPLATE_APPS=APP,
        WHATSAPP_TEMPLATE_ZERO_TAP_TERMS_ACCEPTED="true",
    )
    assert zero.template.content.button.otp_type is OtpType.ZERO_TAP


@pytest.mark.parametrize(
    ("variables", "fault"),
    [
        ({"WHATSAPP_TEMPLATE_NAME": "Shamrock"}, "WHATSAPP_TEMPLATE_NAME: "),
        ({"WHATSAPP_TEMPLATE_LANGUAGE": "en_XX"}, "WHATSAPP_TEMPLATE_LANGUAGE: "),
        ({"WHATSAPP_TEMPLATE_LANGUAGES": "es,es-MX"}, "WHATSAPP_TEMPLATE_LANGUAGES: "),
        ({"WHATSAPP_TEMPLATE_BUTTON": "TAP"}, "WHATSAPP_TEMPLATE_BUTTON: "),
        ({"WHATSAPP_TEMPLATE_BUTTON": "ONE_TAP"}, "WHATSAPP_TEMPLATE_APPS: must be 1 to 5 apps"),
        ({"WHATSAPP_TEMPLATE_APPS": APP}, "WHATSAPP_TEMPLATE_APPS: only for the buttons"),
        ({"WHATSAPP_TEMPLATE_APPS": "com.example.app"}, "WHATSAPP_TEMPLATE_APPS: each must read"),
        ({"WHATSAPP_TEMPLATE_APPS": "com.example.app:short"}, "WHATSAPP_TEMPLATE_APPS: signature"),
        (
            {"WHATSAPP_TEMPLATE_BUTTON": "ZERO_TAP", "WHATSAPP_TEMPLATE_APPS": APP},
            "WHATSAPP_TEMPLATE_ZERO_TAP_TERMS_ACCEPTED: must be True",
        ),
        ({"WHATSAPP_TEMPLATE_SEND_TTL": "0"}, "WHATSAPP_TEMPLATE_SEND_TTL: "),
        ({"WHATSAPP_TEMPLATE_SEND_TTL": "-1"}, "WHATSAPP_TEMPLATE_SEND_TTL: "),
        (
            {"WHATSAPP_TEMPLATE_SEND_TTL": "301", "OTP_TTL": "300"},
            "WHATSAPP_TEMPLATE_SEND_TTL: must not be longer than OTP_TTL",
        ),
    ],
    ids=str,
)
def test_an_impossible_template_is_named_by_its_setting(load, variables, fault):
    with pytest.raises(SettingsError) as refused:
        load(**variables)
    assert f"(1):\n  {fault}" in str(refused.value)
