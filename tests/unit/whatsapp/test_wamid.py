"""What can be read in one of Meta's message ids, and that nothing else is made of it."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from otp_service.simulator.wamid import new_wamid
from otp_service.whatsapp.wamid import recipient_of


def wamid_of(record: bytes) -> str:
    return f"wamid.{base64.b64encode(record).decode()}"


@given(st.from_regex(r"[1-9][0-9]{6,14}", fullmatch=True))
def test_the_recipients_digits_are_read(digits):
    assert recipient_of(new_wamid(digits)) == digits


def test_digits_of_the_id_that_follow_at_once_are_none_of_the_numbers():
    assert recipient_of(wamid_of(b"\x1c\x18\x0b123955501007777")) == "12395550100"


@pytest.mark.parametrize(
    "wamid",
    [
        "",
        "wamid.",
        "wamid.!!",
        "wamid.HBg",
        "12395550100",
        wamid_of(b"12395550100"),
        wamid_of(b"\x1c\x18\x0c12395550100"),
        wamid_of(b"\x1c\x18\x041234"),
        wamid_of(b"\x1c\x18\x10" + b"1" * 16),
        "wamid.\u00e9",
    ],
)
def test_where_there_are_none_nothing_is_read(wamid):
    assert recipient_of(wamid) is None


@given(st.binary(max_size=80))
def test_whatever_is_inside_it_is_digits_or_nothing(record):
    found = recipient_of(wamid_of(record))
    assert found is None or (found.isdecimal() and 5 <= len(found) <= 15)
