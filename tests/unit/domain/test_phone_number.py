"""Phone numbers: every spelling of a number is that number, and anything else is refused."""

import re

import phonenumbers
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from otp_service.domain.errors import CountryNotAllowedError, InvalidPhoneError
from otp_service.domain.phone_number import MAX_INPUT_CHARS, PhoneNumber, PhoneNumberReader

READER = PhoneNumberReader("US")
NUMBERS = {
    "+12395550100": ("2395550100", "12395550100", "+12395550100", "01112395550100"),
    "+442079460958": ("+442079460958", "011442079460958"),
    "+525512345678": ("+525512345678",),
}
SEPARATORS = [*" -./()", "\u00a0", "\u2007", "\u202f", "\u3000", "\uff0d", "\u2010", "\u2011"]
SEPARATORS += ["\u2012", "\u2013", "\u2014", "\u2015", "\uff08", "\uff09"]
MARKS = ["\u200e", "\u200f", "\u202a", "\u202c", "\u2066", "\u2069", "\u200b", "\ufeff", "\u00ad"]
# The zero of ASCII, full-width, Arabic-Indic, Persian, Devanagari and mathematical bold digits.
ZEROS = ["0", "\uff10", "\u0660", "\u06f0", "\u0966", "\U0001d7ce"]


@st.composite
def spellings(draw):
    """One number, spelled as people and contact apps do: (what is typed, its E.164)."""
    e164 = draw(st.sampled_from(sorted(NUMBERS)))
    chars = list(draw(st.sampled_from(NUMBERS[e164])))
    zero = draw(st.sampled_from(ZEROS))
    plus = draw(st.sampled_from("+\uff0b"))
    chars = [plus if char == "+" else chr(ord(zero) + int(char)) for char in chars]
    after_plus = 1 if chars[0] == plus else 0
    for _ in range(draw(st.integers(0, 12))):
        place = draw(st.integers(after_plus, len(chars)))
        chars.insert(place, draw(st.sampled_from(SEPARATORS)))
    for _ in range(draw(st.integers(0, 6))):
        chars.insert(draw(st.integers(0, len(chars))), draw(st.sampled_from(MARKS)))
    return "".join(chars), e164


@given(spellings())
def test_all_spellings_of_one_number_are_one_number(spelled):
    typed, e164 = spelled
    assert READER.read(typed).e164 == e164


@pytest.mark.parametrize("typed", ["(239) 555-0100", "2395550100", "12395550100", "+12395550100"])
def test_the_four_spellings_of_the_contract_are_one_person(typed):
    assert READER.read(typed) == PhoneNumber("+12395550100", "US", 1)


@pytest.mark.parametrize(
    "typed",
    ["239\t555\t0100", "2395550100\n", "239\u2212555\u22120100"],
    ids=["tab", "line end", "minus sign"],
)
def test_tabs_line_ends_and_minus_signs_are_forgiven(typed):
    assert READER.read(typed).e164 == "+12395550100"


@pytest.mark.parametrize(
    "typed",
    [
        "",
        " ",
        "+",
        "-",
        "()",
        "5550100",
        "239555010",
        "23955501000",
        "1-800-FLOWERS",
        "call 2395550100",
        "2395550100 ext 5",
        "2395550100x5",
        "2395550100;ext=5",
        "tel:+12395550100",
        "+12395550100\x00",
        "\x002395550100",
        "2395550100\ud800",
        "+12395550100\n+12395550101",
        "+12395550100,+12395550101",
        "+1+2395550100",
        "239\u2044555\u20440100",
        "2395550100'--",
        "{{2395550100}}",
        "+0012395550100",
        "+999123456789",
        "+1 000 000 0000",
        "1" * 16,
        "+" + "1" * (MAX_INPUT_CHARS - 1),
        "2" * 10_000,
        " " * MAX_INPUT_CHARS + "2395550100",
    ],
)
def test_what_is_not_one_phone_number_is_refused(typed):
    with pytest.raises(InvalidPhoneError):
        READER.read(typed)


@pytest.mark.parametrize(
    "short", ["911", "112", "999", "000", "110", "988", "211", "611", "32665"]
)
@pytest.mark.parametrize("prefix", ["", "+", "1", "+1", "011"])
def test_emergency_and_short_numbers_are_refused(prefix, short):
    with pytest.raises(InvalidPhoneError):
        READER.read(prefix + short)


@given(st.text(max_size=60) | st.text("0123456789+-(). /\t", max_size=MAX_INPUT_CHARS))
@example("\u0661\u0662\u0663")
@example("\ufdfa" * MAX_INPUT_CHARS)  # one character that NFKC makes eighteen
@example("1\u0300" * 20)
def test_any_text_is_a_number_or_an_invalid_phone_and_never_another_error(text):
    try:
        number = READER.read(text)
    except InvalidPhoneError:
        return
    assert re.fullmatch(r"\+[1-9][0-9]{5,14}", number.e164)
    assert READER.read(number.e164) == number


def example_numbers():
    """A number of every region and kind that `phonenumbers` knows an example of."""
    kinds = [k for k in vars(phonenumbers.PhoneNumberType).values() if isinstance(k, int)]
    for region in sorted(phonenumbers.SUPPORTED_REGIONS):
        for kind in kinds:
            example_number = phonenumbers.example_number_for_type(region, kind)
            if example_number and phonenumbers.is_valid_number(example_number):
                yield phonenumbers.format_number(
                    example_number, phonenumbers.PhoneNumberFormat.E164
                )


EVERYWHERE = sorted(set(example_numbers()))


def test_numbers_of_the_whole_world_are_read():
    assert len(EVERYWHERE) > 800
    assert [READER.read(e164).e164 for e164 in EVERYWHERE] == EVERYWHERE


def test_the_masked_form_shows_the_country_code_and_at_most_four_digits():
    for e164 in EVERYWHERE:
        number = READER.read(e164)
        prefix = f"+{number.country_code}"
        national = number.masked.removeprefix(prefix)
        assert e164.startswith(prefix)
        assert len(number.masked) == len(e164)
        assert re.fullmatch(r"\**[0-9]{0,4}", national), number.masked


def test_the_masked_form_reads_as_in_the_contract():
    assert READER.read("2395550100").masked == "+1******0100"


def test_the_masked_form_never_shows_a_whole_number():
    shown = [e164 for e164 in EVERYWHERE if READER.read(e164).masked == e164]
    assert shown == []


def test_repr_hides_the_number():
    number = READER.read("2395550100")
    assert "2395550100" not in repr(number) + str(number) + f"{number}"
    assert repr(number) == "PhoneNumber(+1******0100)"


def test_only_allowed_countries_pass():
    reader = PhoneNumberReader("US", frozenset({"US"}))
    reader.require_allowed_country(reader.read("2395550100"))
    # The same country code, another country: Canada, Jamaica.
    for typed in ("+442079460958", "+16135550123", "+18765230123"):
        with pytest.raises(CountryNotAllowedError):
            reader.require_allowed_country(reader.read(typed))


def test_a_number_of_no_country_is_not_allowed_where_countries_are_listed():
    satellite = PhoneNumberReader("US", frozenset({"US"}))
    number = satellite.read("+870773111632")
    assert number.region == "001"
    with pytest.raises(CountryNotAllowedError):
        satellite.require_allowed_country(number)


def test_no_list_of_countries_allows_them_all():
    READER.require_allowed_country(READER.read("+442079460958"))


def test_the_default_region_reads_national_numbers():
    assert PhoneNumberReader("GB").read("020 7946 0958").e164 == "+442079460958"
