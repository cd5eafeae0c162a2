"""Passcodes: uniform when made, forgiving when read, and never anything but six digits."""

from collections import Counter

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from otp_service.domain.errors import InvalidRequestError
from otp_service.domain.passcode import MAX_INPUT_CHARS, generate_passcode, read_passcode

FORGIVEN = [" ", "-", "\t", "\u00a0", "\u2010", "\u2011", "\u2012", "\u2013", "\u2014"]
SIX_DIGITS = st.text("0123456789", min_size=6, max_size=6)


@st.composite
def spaced_passcodes(draw):
    passcode = draw(SIX_DIGITS)
    chars = list(passcode)
    for _ in range(draw(st.integers(0, 10))):
        chars.insert(draw(st.integers(0, len(chars))), draw(st.sampled_from(FORGIVEN)))
    padding = draw(st.text(" \n\r\t\u3000", max_size=4))
    return padding + "".join(chars) + padding, passcode


@given(spaced_passcodes())
def test_spaces_and_dashes_are_forgiven(spelled):
    typed, passcode = spelled
    assert read_passcode(typed) == passcode


@given(st.text(max_size=40) | st.text("0123456789 -", max_size=40))
@example("12345\u0666")
@example("12345\u00b2")  # isdigit() says yes to a superscript
@example("\uff11\uff12\uff13\uff14\uff15\uff16")
@example("123456\x00")
@example("+12345")
@example("1234.6")
@example("0x1234")
@example("12\n3456")
def test_any_text_is_six_digits_or_an_invalid_request(text):
    try:
        digits = read_passcode(text)
    except InvalidRequestError:
        return
    assert len(digits) == 6
    assert set(digits) <= set("0123456789")
    assert "".join(char for char in text if char in "0123456789") == digits


@pytest.mark.parametrize("text", ["", " ", "12345", "1234567", "12345a", "123\ud800456", "000 00"])
def test_what_is_not_six_digits_is_an_invalid_request(text):
    with pytest.raises(InvalidRequestError, match="otpCode must be the 6 digits"):
        read_passcode(text)


def test_long_input_is_refused_although_six_digits_are_in_it():
    read_passcode("123456".ljust(MAX_INPUT_CHARS))
    with pytest.raises(InvalidRequestError):
        read_passcode("123456".ljust(MAX_INPUT_CHARS + 1))


def test_every_position_takes_every_digit_about_equally_often():
    passcodes = [generate_passcode() for _ in range(20_000)]
    assert {len(passcode) for passcode in passcodes} == {6}
    for position in range(6):
        counts = Counter(passcode[position] for passcode in passcodes)
        assert set(counts) == set("0123456789")
        # 2000 expected, standard deviation 42: seven of them are less than one red run in 10^10.
        assert all(1700 < count < 2300 for count in counts.values()), (position, counts)


def test_a_generated_passcode_keeps_its_leading_zeros_and_reads_as_itself():
    passcodes = [generate_passcode() for _ in range(5_000)]
    assert any(passcode.startswith("00") for passcode in passcodes)
    assert all(read_passcode(passcode) == passcode for passcode in passcodes)


def test_generated_passcodes_rarely_repeat():
    # 2000 of 10^6: about two pairs are expected; twenty would be a broken generator.
    passcodes = [generate_passcode() for _ in range(2_000)]
    assert len(set(passcodes)) > 1_980
