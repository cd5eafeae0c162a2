"""A summary says what the events say: both are written in one step."""

from collections import Counter

import pytest

from otp_service.domain.audit_query import EventFilter
from otp_service.domain.challenge import new_challenge_id
from otp_service.domain.delivery import DeliveryState
from otp_service.domain.errors import OtpError, RateLimitedError, RecipientUnreachableError
from tests.integration.store.number import ORIGIN


@pytest.fixture
def eventful(office):
    """Every kind of event that a figure counts, a known number of times."""
    for index in range(4):
        office.log_in(index)
    for failure in (
        RecipientUnreachableError(meta_code=131026),
        RateLimitedError("phone", retry_after_s=60),
    ):
        number = office.number(10)
        ticket = number.begin(new_challenge_id(office.now_s()))
        number.store.withdraw_send(ticket, failure, ORIGIN)
    number = office.number(11)
    number.fail(10)
    for step in (number.count, lambda: number.begin("another")):
        with pytest.raises(OtpError):
            step()
    with pytest.raises(OtpError):
        office.number(12).count()
    request_id = new_challenge_id(office.now_s())
    subject = office.number(13).subject
    office.number(13).send(request_id)
    office.report(subject, request_id, DeliveryState.FAILED, failure="delivery_failed:131049")
    office.report(subject, request_id, DeliveryState.READ)
    return office


@pytest.mark.parametrize("by", ["hour", "day"])
def test_the_figures_are_those_of_the_events(eventful, by):
    summary = eventful.audit.summary(by, None, None)
    events = Counter(record.event for record in eventful.events(EventFilter()))
    figures = summary.total.figures
    assert figures.requested == events["send_requested"] + 1 == 10
    assert figures.accepted == events["send_accepted"] == 7
    assert (figures.delivered, figures.read, figures.arrived_after_failure) == (5, 1, 1)
    assert figures.failed == events["send_failed"] + events["delivery_failed"] == 2
    assert figures.failed_by_meta_code == {"131026": 1, "131049": 1}
    assert figures.validated == events["login_succeeded"] == 4
    assert figures.wrong == events["attempt_rejected"] == 10
    assert (figures.expired, figures.locked, figures.rate_limited) == (1, 1, 1)
    assert figures.refused == {"rate_limited:phone": 1, "locked": 2, "none_alive": 1}
    assert figures.conversion == round(4 / 7, 4)
    assert (summary.total.to_delivery.count, summary.total.to_login.count) == (5, 4)
    assert summary.countries == {"US": figures}
    # Where the clock strikes meanwhile, the last two stretches share it.
    assert sum(stretch.figures.requested for stretch in summary.stretches[-2:]) == 10


def test_other_days_have_nothing(eventful):
    summary = eventful.audit.summary("day", "2020-01-01", "2020-02-01")
    assert len(summary.stretches) == 31
    assert summary.total.figures.requested == 0
    assert summary.countries == {}
