"""Pseudonyms: stable for one key, useless without it, and apart for phones and messages."""

import re

from hypothesis import given
from hypothesis import strategies as st

from otp_service.domain.phone_number import PhoneNumber, PhoneNumberReader
from otp_service.domain.subject import Pseudonyms

KEY = b"pseudonym-key-of-the-tests-32-by"
NUMBER = PhoneNumberReader("US").read("2395550100")


def test_a_number_has_one_pseudonym_for_ever():
    # Written down: a change of this value would orphan every role and every lock-out.
    assert Pseudonyms(KEY).subject_of(NUMBER).phone_id == "h75yxzjwltcrtkgcujuhe3vn"
    assert Pseudonyms(KEY).subject_of(NUMBER) == Pseudonyms(KEY).subject_of(NUMBER)


def test_a_subject_keeps_the_masked_number_and_not_the_number():
    subject = Pseudonyms(KEY).subject_of(NUMBER)
    assert subject.masked_phone == "+1******0100"
    assert "2395550100" not in repr(subject)


@given(st.binary(min_size=1, max_size=64))
def test_another_key_gives_another_pseudonym(key):
    if key.ljust(64, b"\0") == KEY.ljust(64, b"\0"):  # HMAC pads keys with zeros
        return
    assert Pseudonyms(key).subject_of(NUMBER) != Pseudonyms(KEY).subject_of(NUMBER)


@given(st.from_regex(r"\+[1-9][0-9]{7,14}", fullmatch=True))
def test_a_pseudonym_is_24_characters_that_are_safe_in_a_url_and_a_redis_key(e164):
    phone_id = Pseudonyms(KEY).subject_of(PhoneNumber(e164, "001", 1)).phone_id
    assert re.fullmatch(r"[a-z2-7]{24}", phone_id)


@given(st.text(min_size=1))
def test_the_pseudonym_of_a_message_is_not_that_of_a_phone_of_the_same_text(text):
    pseudonyms = Pseudonyms(KEY)
    as_phone = pseudonyms.subject_of(PhoneNumber(text, "001", 1)).phone_id
    as_message = pseudonyms.message_id_of(text)
    assert re.fullmatch(r"[a-z2-7]{24}", as_message)
    assert as_message != as_phone


def test_two_messages_have_two_pseudonyms():
    pseudonyms = Pseudonyms(KEY)
    assert pseudonyms.message_id_of("wamid.A") != pseudonyms.message_id_of("wamid.B")
    assert pseudonyms.message_id_of("wamid.A") == pseudonyms.message_id_of("wamid.A")
