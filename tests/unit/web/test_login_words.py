"""Each refusal and each state of a message has words of its own."""

from collections.abc import Iterator

import pytest

from otp_service.domain.delivery import DeliveryState
from otp_service.domain.errors import OtpError
from otp_service.domain.roles import Role
from otp_service.web.languages import LANGUAGES
from otp_service.web.login_state import Refusal
from otp_service.web.login_words import delivery_line, role_name, sentence_of
from tests.unit.web.conftest import speaking

# What a page cannot meet: it has no API key.
OF_API_CLIENTS = {"unauthorized", "forbidden"}
SCOPES = ("phone", "ip", "client", "global")


def codes() -> set[str]:
    def below(error: type[OtpError]) -> Iterator[str]:
        if "code" in vars(error):
            yield error.code
        for child in error.__subclasses__():
            yield from below(child)

    return set(below(OtpError)) - OF_API_CLIENTS


@pytest.fixture(params=sorted(LANGUAGES), autouse=True)
def spoken(request: pytest.FixtureRequest) -> Iterator[str]:
    with speaking(request.param):
        yield request.param


def test_every_code_has_a_sentence_of_its_own():
    plain = codes() - {"rate_limited"}
    sentences = {sentence_of(Refusal(code)) for code in plain}
    sentences |= {sentence_of(Refusal("rate_limited", scope=scope)) for scope in SCOPES}
    assert len(sentences) == len(plain) + len(SCOPES)
    assert sentence_of(Refusal("of_a_later_version")) not in sentences


def test_a_lock_that_ends_is_not_one_that_the_office_ends():
    assert sentence_of(Refusal("locked", until=1)) != sentence_of(Refusal("locked"))


def test_tries_are_counted_one_and_many():
    one, many = (sentence_of(Refusal("invalid_code", tries_left=left)) for left in (1, 2))
    assert "1" in one
    assert "2" in many
    assert one.replace("1", "2") != many


def test_an_unconfirmed_message_may_still_arrive():
    refusal = Refusal("delivery_unavailable")
    assert sentence_of(refusal, on_its_way=True) != sentence_of(refusal)


def test_every_state_of_a_message_has_a_line():
    for state in DeliveryState:
        line = delivery_line(state, "", expired=False)
        assert line.title
        assert line.advice


def test_what_to_do_depends_on_why_it_failed():
    reasons = ("recipient_unreachable", "delivery_failed", "delivery_unavailable")
    lines = {delivery_line(DeliveryState.FAILED, reason, expired=False) for reason in reasons}
    assert len(lines) == len(reasons)
    assert {line.tone for line in lines} == {"trouble"}


def test_an_expired_code_is_said_whatever_became_of_its_message():
    seen, sent = DeliveryState.READ, DeliveryState.SENT
    expired = delivery_line(seen, "", expired=True)
    assert expired == delivery_line(sent, "", expired=True)
    assert expired != delivery_line(seen, "", expired=False)


def test_every_role_has_a_name():
    assert len({role_name(role) for role in Role}) == len(Role)
