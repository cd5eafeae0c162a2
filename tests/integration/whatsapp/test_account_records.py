"""Figures, message history and media."""

import pytest

from otp_service.simulator.magic_numbers import FAILS_AFTER_ACCEPTANCE
from otp_service.whatsapp.analytics import (
    Period,
    conversation_analytics,
    message_analytics,
    pricing_analytics,
    template_analytics,
)
from otp_service.whatsapp.business_account import enable_insights
from otp_service.whatsapp.errors import InvalidArgumentError, OperatorError
from otp_service.whatsapp.media import delete_media, read_media
from otp_service.whatsapp.message_history import list_history_events, list_message_history
from tests.conftest import BUSINESS_ACCOUNT_ID, PHONE_NUMBER_ID
from tests.integration.whatsapp.managed_account import NOW, ManagedAccount
from tests.integration.whatsapp.messaging_client import client_of

DAY_S = 86_400
PERIOD = Period(NOW - DAY_S, NOW + DAY_S)
MEDIA_ID = "1037543291543636"


def _send(account: ManagedAccount, to: str = "+12395550100") -> str:
    """A message sent a minute ago: its wamid."""
    with client_of(account.simulator) as client:
        sent = client.send_authentication_otp(to, "048207")
    account.now += 60
    return sent.wamid


def test_a_period_without_messages_has_no_figures(account: ManagedAccount):
    assert message_analytics(account.graph, BUSINESS_ACCOUNT_ID, PERIOD) == []
    assert conversation_analytics(account.graph, BUSINESS_ACCOUNT_ID, PERIOD) == []
    assert pricing_analytics(account.graph, BUSINESS_ACCOUNT_ID, PERIOD) == []


@pytest.mark.parametrize(
    ("granularity", "length_s"), [("HALF_HOUR", 1800), ("DAILY", DAY_S), ("MONTHLY", 30 * DAY_S)]
)
def test_messages_are_counted_by_period(account: ManagedAccount, granularity: str, length_s: int):
    _send(account)
    _send(account)
    period = Period(NOW - DAY_S, NOW + DAY_S, granularity)
    (messages,) = message_analytics(account.graph, BUSINESS_ACCOUNT_ID, period)
    assert (messages.sent, messages.delivered) == (2, 2)
    assert messages.start_at is not None
    assert messages.end_at == messages.start_at + length_s

    (price,) = pricing_analytics(account.graph, BUSINESS_ACCOUNT_ID, period)
    assert (price.volume, price.category, price.type) == (2, "AUTHENTICATION", "REGULAR")
    assert price.cost == pytest.approx(2 * 0.0135)
    assert (price.country, price.tier) == ("US", None)
    assert (price.start_at, price.end_at) == (messages.start_at, messages.end_at)

    (conversation,) = conversation_analytics(account.graph, BUSINESS_ACCOUNT_ID, period)
    assert (conversation.conversations, conversation.category) == (2, "AUTHENTICATION")
    assert (conversation.country, conversation.type) == ("US", "REGULAR")
    assert conversation.cost == price.cost
    assert (conversation.start_at, conversation.end_at) == (price.start_at, price.end_at)


def test_template_figures_need_insights_to_be_on(account: ManagedAccount):
    with pytest.raises(OperatorError, match="200007"):
        list(template_analytics(account.graph, BUSINESS_ACCOUNT_ID, ["1"], PERIOD))
    enable_insights(account.graph, BUSINESS_ACCOUNT_ID)
    assert list(template_analytics(account.graph, BUSINESS_ACCOUNT_ID, ["1"], PERIOD)) == []


def test_a_templates_messages_are_counted_by_day(account: ManagedAccount):
    enable_insights(account.graph, BUSINESS_ACCOUNT_ID)
    _send(account)
    account.now += DAY_S
    _send(account)
    (template,) = account.graph.pages(f"{BUSINESS_ACCOUNT_ID}/message_templates", {"fields": "id"})
    period = Period(NOW - DAY_S, NOW + 2 * DAY_S)
    days = list(
        template_analytics(account.graph, BUSINESS_ACCOUNT_ID, [str(template["id"])], period)
    )
    assert [(day.sent, day.delivered, day.read) for day in days] == [(1, 1, 1), (1, 1, 1)]
    assert {day.template_id for day in days} == {template["id"]}
    starts = [day.start_at or 0 for day in days]
    assert starts[1] - starts[0] == DAY_S
    assert [day.end_at for day in days] == [start + DAY_S for start in starts]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ((-1, 5), "before end_at"),
        ((5, 5), "before end_at"),
        ((0, 367 * DAY_S), "one year"),
        ((0, 5, "WEEKLY"), "HALF_HOUR, DAILY, MONTHLY"),
    ],
)
def test_a_period_that_cannot_be_is_refused(arguments: tuple[int, int], sentence: str):
    with pytest.raises(InvalidArgumentError, match=sentence):
        Period(*arguments)


@pytest.mark.parametrize(
    ("ids", "period", "sentence"),
    [
        ([], PERIOD, "1 to 10 ids"),
        (["1"] * 11, PERIOD, "1 to 10 ids"),
        (["name"], PERIOD, "digits"),
        (["1"], Period(0, DAY_S, "MONTHLY"), "DAILY"),
        (["1"], Period(0, 91 * DAY_S), "90 days"),
    ],
)
def test_template_figures_beyond_metas_limits_never_leave(
    account: ManagedAccount, ids: list[str], period: Period, sentence: str
):
    before = account.simulator.requests_received
    with pytest.raises(InvalidArgumentError, match=sentence):
        list(template_analytics(account.graph, BUSINESS_ACCOUNT_ID, ids, period))
    assert account.simulator.requests_received == before


def test_a_message_is_followed_step_by_step(account: ManagedAccount):
    wamid = _send(account)
    (record,) = list_message_history(account.graph, PHONE_NUMBER_ID, wamid)
    assert record.wamid == wamid
    assert wamid not in repr(record)
    assert [e.delivery_status for e in record.events] == ["SENT", "DELIVERED", "READ"]
    assert record.events[0].webhook_state == "DELIVERED"
    assert not any(event.has_failed for event in record.events)

    steps = list(list_history_events(account.graph, record.id))
    assert [s.delivery_status for s in steps] == ["ACCEPTED", "SENT", "DELIVERED", "READ"]
    instants = [step.occurred_at for step in steps]
    assert instants[0] == NOW
    assert instants == sorted(instants, key=lambda instant: instant or 0)
    assert steps[0].reported_at == NOW
    assert steps[0].application_id
    (read,) = list_history_events(account.graph, record.id, status="READ")
    assert read.delivery_status == "READ"


def test_a_failure_is_one_whichever_way_meta_spells_it(account: ManagedAccount):
    wamid = _send(account, next(iter(FAILS_AFTER_ACCEPTANCE.values())))
    (record,) = list_message_history(account.graph, PHONE_NUMBER_ID, wamid)
    *_, failed = record.events
    assert (failed.delivery_status, failed.has_failed) == ("FAILED", True)
    assert failed.occurred_at
    (error,) = list_history_events(account.graph, record.id, status="ERROR")
    assert (error.delivery_status, error.has_failed) == ("ERROR", True)
    assert error.error_description == failed.error_description == "Message undeliverable"


def test_a_message_meta_does_not_know_has_no_history(account: ManagedAccount):
    assert list(list_message_history(account.graph, PHONE_NUMBER_ID, "wamid.AAAA")) == []
    with pytest.raises(OperatorError):
        list(list_history_events(account.graph, "404"))


def test_what_is_no_message_id_or_status_never_leaves(account: ManagedAccount):
    before = account.simulator.requests_received
    with pytest.raises(InvalidArgumentError, match="wamid"):
        list(list_message_history(account.graph, PHONE_NUMBER_ID, "+12395550100"))
    with pytest.raises(InvalidArgumentError, match="ACCEPTED, DELIVERED, ERROR"):
        list(list_history_events(account.graph, "1", status="FAILED"))
    assert account.simulator.requests_received == before


def test_media_is_read_and_deleted(account: ManagedAccount):
    media = read_media(account.graph, MEDIA_ID, phone_number_id=PHONE_NUMBER_ID)
    assert media.id == MEDIA_ID
    assert media.mime_type == "audio/ogg; codecs=opus"
    assert media.file_size
    assert media.sha256
    assert media.url
    assert media.url not in repr(media)
    with pytest.raises(OperatorError):
        read_media(account.graph, MEDIA_ID, phone_number_id="1")
    delete_media(account.graph, MEDIA_ID)
    with pytest.raises(OperatorError):
        read_media(account.graph, MEDIA_ID)
