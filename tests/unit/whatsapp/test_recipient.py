"""One person, however the number is spelled, and nobody when it could be somebody else."""

import pytest

from otp_service.whatsapp import InvalidArgumentError
from otp_service.whatsapp.recipient import e164


@pytest.mark.parametrize(
    "spelling",
    [
        "+12395550100",
        "12395550100",
        "2395550100",
        "(239) 555-0100",
        "+1 (239) 555-0100",
        "239.555.0100",
        " +12395550100\n",
        "+1\u00a0239\u2011555\u20110100",
        "\uff0b\uff11\uff12\uff13\uff19\uff15\uff15\uff15\uff10\uff11\uff10\uff10",
    ],
)
def test_every_spelling_is_sent_as_one_e164_number(api, graph, spelling):
    api.send_authentication_otp(spelling, "123456")
    assert graph.requests[0].body["to"] == "+12395550100"


def test_a_number_without_plus_belongs_to_the_default_region(make_api, graph):
    make_api(default_region="GB").send_text("020 7946 0018", "Hello")
    assert graph.requests[0].body["to"] == "+442079460018"
    assert e164("011 44 20 7946 0018", "US") == "+442079460018"


@pytest.mark.parametrize("region", ["us", "USA", "ZZ", "", "001"])
def test_a_default_region_that_is_no_country_is_refused_at_once(make_api, region):
    with pytest.raises(InvalidArgumentError, match=r"^default_region must be"):
        make_api(default_region=region)


@pytest.mark.parametrize(
    "number",
    [
        "+6834000",  # Niue: the shortest
        "+436641234567890",  # 15 digits: the longest
        "+5215512345678",  # WhatsApp's id of a Mexican number
        "+551187654321",  # and of a Brazilian one, from before the ninth digit
    ],
)
def test_numbers_that_whatsapp_knows_are_sent_as_they_are(number):
    assert e164(number, "US") == number


@pytest.mark.parametrize(
    "number",
    [
        "",
        "+",
        "+02395550100",
        "+123456",
        "+1239555010",
        "+123456789012345",
        "+4930123456789012",
        "5550100",
        "447911123456",
        "0000000000",
        "239-CALL-NOW",
        "+1239555010x",
        "+12395550100, +12395550101",
        "+12395550100;ext=5",
        "tel:+12395550100",
        "US.13491208655302741918",
        "(239) 555-" + " " * 40 + "0100",
        None,
        12395550100,
        b"+12395550100",
    ],
    ids=repr,
)
def test_what_is_no_phone_number_is_refused_without_an_echo(api, graph, number):
    with pytest.raises(InvalidArgumentError, match=r"^to must be") as caught:
        api.send_text(number, "Hello")
    assert "555" not in str(caught.value)
    assert caught.value.__context__ is None
    assert graph.requests == []
