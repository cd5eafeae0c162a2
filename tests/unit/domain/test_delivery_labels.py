"""The label on a message: whatever we write, we read again; whatever we did not, is nobody's."""

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from otp_service.domain.challenge import new_challenge_id
from otp_service.domain.delivery import MessageLabel
from otp_service.domain.errors import InvalidPhoneError
from otp_service.domain.phone_number import PhoneNumberReader
from otp_service.domain.subject import Pseudonyms, Subject

NUMBERS, PSEUDONYMS = PhoneNumberReader("US"), Pseudonyms(b"pseudonym-key")
PHONE_ID = "a2b3c4d5" * 3
LABEL = f"{'A' * 22}.{PHONE_ID}.US.+1******0100"


def examples_of(region: str) -> list[str]:
    """A number of each kind that the country has."""
    kinds = (phonenumbers.PhoneNumberType.MOBILE, phonenumbers.PhoneNumberType.FIXED_LINE)
    found = (phonenumbers.example_number_for_type(region, kind) for kind in kinds)
    return [phonenumbers.format_number(n, phonenumbers.PhoneNumberFormat.E164) for n in found if n]


def label_of(e164: str) -> MessageLabel:
    return MessageLabel(new_challenge_id(1.8e9), PSEUDONYMS.subject_of(NUMBERS.read(e164)))


@pytest.mark.parametrize("region", sorted(phonenumbers.SUPPORTED_REGIONS))
def test_a_label_of_any_country_is_read_as_it_was_written(region):
    for number in examples_of(region):
        label = label_of(number)
        assert MessageLabel.decode(label.encode()) == label
        assert len(label.encode()) <= 512


def test_a_label_of_a_number_of_no_country_is_read_as_it_was_written():
    label = label_of("+80012345678")
    assert label.subject.country == "001"
    assert MessageLabel.decode(label.encode()) == label


def test_a_label_of_a_person_that_only_a_pseudonym_is_known_of_is_read_too():
    label = MessageLabel("A" * 22, Subject(PHONE_ID))
    assert MessageLabel.decode(label.encode()) == label


def test_a_label_does_not_hold_the_number():
    assert "2395550100" not in label_of("+12395550100").encode()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "dlv_01J",
        LABEL.upper(),
        LABEL + "\n",
        LABEL + ".",
        " " + LABEL,
        LABEL.replace("US", "USA"),
        LABEL.replace("US", "us"),
        LABEL.replace("a2", "a1", 1),
        LABEL.replace("******", ""),
        LABEL.replace("0100", "\u0661" * 4),
        LABEL.replace("A" * 22, "A" * 65),
        LABEL.replace("A" * 22, ""),
        LABEL.replace("A" * 22, "{otp:00}"),
    ],
)
def test_what_we_did_not_write_is_nobodys(text):
    assert MessageLabel.decode(LABEL) is not None
    assert MessageLabel.decode(text) is None


@given(st.text())
def test_no_text_is_an_error(text):
    label = MessageLabel.decode(text)
    assert label is None or label.encode() == text


def test_a_number_that_is_none_makes_no_label():
    with pytest.raises(InvalidPhoneError):
        label_of("+1239")
