"""What can be declared of an authentication template, and what is refused before it leaves."""

from typing import Any

import pytest

from otp_service.simulator.template_languages import LANGUAGES as SIMULATED_LANGUAGES
from otp_service.whatsapp import InvalidArgumentError
from otp_service.whatsapp.authentication_template import (
    THIRTY_DAYS,
    AuthenticationContent,
    OtpButton,
    OtpType,
    SupportedApp,
    checked_languages,
    checked_name,
    checked_send_ttl,
)
from otp_service.whatsapp.template_languages import LANGUAGES

APP = SupportedApp("com.example.app", "K8a/AINcGX7")


def test_a_button_to_copy_the_code():
    content = AuthenticationContent(code_expiration_minutes=10)
    assert content.as_json() == [
        {"type": "BODY", "add_security_recommendation": True},
        {"type": "FOOTER", "code_expiration_minutes": 10},
        {"type": "BUTTONS", "buttons": [{"type": "OTP", "otp_type": "COPY_CODE"}]},
    ]


def test_no_expiry_is_no_footer():
    content = AuthenticationContent(security_recommendation=False)
    assert [part["type"] for part in content.as_json()] == ["BODY", "BUTTONS"]
    assert content.as_json()[0]["add_security_recommendation"] is False


def test_a_button_for_one_tap():
    button = OtpButton(OtpType.ONE_TAP, "Copy", "Fill in", (APP,))
    assert button.as_json() == {
        "type": "OTP",
        "otp_type": "ONE_TAP",
        "text": "Copy",
        "autofill_text": "Fill in",
        "supported_apps": [{"package_name": "com.example.app", "signature_hash": "K8a/AINcGX7"}],
    }


def test_a_button_that_nobody_taps_needs_the_terms():
    button = OtpButton(OtpType.ZERO_TAP, supported_apps=(APP,), zero_tap_terms_accepted=True)
    assert button.as_json()["zero_tap_terms_accepted"] is True
    with pytest.raises(InvalidArgumentError, match="zero_tap_terms_accepted must be True"):
        OtpButton(OtpType.ZERO_TAP, supported_apps=(APP,))


@pytest.mark.parametrize("otp_type", [OtpType.ONE_TAP, OtpType.ZERO_TAP])
@pytest.mark.parametrize("count", [0, 6])
def test_one_to_five_apps_may_take_the_code(otp_type, count):
    with pytest.raises(InvalidArgumentError, match="supported_apps must be 1 to 5"):
        OtpButton(otp_type, supported_apps=(APP,) * count, zero_tap_terms_accepted=True)


@pytest.mark.parametrize("options", [{"supported_apps": (APP,)}, {"autofill_text": "Fill in"}])
def test_a_button_to_copy_knows_no_app(options):
    with pytest.raises(InvalidArgumentError, match="are for ONE_TAP"):
        OtpButton(**options)


def labelled(name: str, label: str) -> OtpButton:
    member: dict[str, Any] = {name: label}
    return OtpButton(OtpType.ONE_TAP, supported_apps=(APP,), **member)


@pytest.mark.parametrize("label", ["", "x" * 26, "Copy {{1}}"])
@pytest.mark.parametrize("name", ["text", "autofill_text"])
def test_a_label_is_short_and_without_variables(name, label):
    with pytest.raises(InvalidArgumentError, match=f"^{name} must be 1 to 25"):
        labelled(name, label)
    labelled(name, "x" * 25)


@pytest.mark.parametrize(
    "package_name",
    ["app", "com.", ".com", "com..app", "com.1app", "com.ex-ample", "com.app ", f"c.{'a' * 223}"],
)
def test_a_package_name_that_android_would_not_take(package_name):
    with pytest.raises(InvalidArgumentError, match="package_name must be"):
        SupportedApp(package_name, "K8a/AINcGX7")


def test_the_longest_package_name():
    longest = f"c.{'a' * 222}"
    assert SupportedApp(longest, "K8a/AINcGX7").package_name == longest


@pytest.mark.parametrize("signature_hash", ["", "K8a/AINcGX", "K8a/AINcGX77", "K8a_AINcGX7"])
def test_a_signature_hash_has_eleven_characters_of_base64(signature_hash):
    with pytest.raises(InvalidArgumentError, match="11 characters"):
        SupportedApp("com.example.app", signature_hash)


@pytest.mark.parametrize("minutes", [0, 91, -1])
def test_an_expiry_is_one_to_ninety_minutes(minutes):
    with pytest.raises(InvalidArgumentError, match="1 to 90"):
        AuthenticationContent(code_expiration_minutes=minutes)
    for allowed in (1, 90):
        AuthenticationContent(code_expiration_minutes=allowed)


@pytest.mark.parametrize("name", ["", "Login", "1login", "_login", "login-otp", "é", "a" * 513])
def test_a_name_meta_would_refuse(name):
    with pytest.raises(InvalidArgumentError, match="name must be lowercase"):
        checked_name(name)


def test_the_longest_name():
    assert checked_name("a" * 512)


@pytest.mark.parametrize("languages", [[], ["en-US"], ["en_US", "EN"], ["tlh"]])
def test_a_language_meta_does_not_have(languages):
    with pytest.raises(InvalidArgumentError, match="language"):
        checked_languages(languages)


def test_the_languages_are_those_of_meta_s_page():
    assert checked_languages(["en", "en_US", "es", "pt_BR"]) == ["en", "en_US", "es", "pt_BR"]
    assert LANGUAGES == SIMULATED_LANGUAGES


@pytest.mark.parametrize("ttl_s", [29, 901, 0, -2])
def test_a_lifetime_is_half_a_minute_to_fifteen_minutes(ttl_s):
    with pytest.raises(InvalidArgumentError, match="30 to 900"):
        checked_send_ttl(ttl_s)
    for allowed in (30, 900, THIRTY_DAYS):
        assert checked_send_ttl(allowed) == allowed
