"""Pumping over HTTP: what a caller is told, and that logins are counted as answers."""

import time

import pytest

from otp_service.app import create_app
from otp_service.bootstrap import build_services
from otp_service.domain.challenge import RequestOrigin, new_challenge_id
from otp_service.domain.pumping import PumpingGuard
from tests.environment import environment, settings_of
from tests.http_api.conftest import PHONE, Caller

TWENTY_MINUTES_S = 1_200


class Guarded:
    def __init__(self, redis_url, graph_url, guard):
        settings = settings_of(environment(redis_url, graph_url, OTP_PUMPING_GUARD=guard))
        services = build_services(settings)
        assert services.logins.pumping is not None
        self.watch = services.logins.pumping
        self.caller = Caller(create_app(settings, services), rest=True)
        self.subject = services.administration.subject_of(PHONE)
        (self.job,) = [job for job in services.jobs if job.name == "pumping_watch"]

    def pump(self):
        for _ in range(50):
            long_ago = new_challenge_id(time.time() - TWENTY_MINUTES_S)
            self.watch.sent(long_ago, self.subject, RequestOrigin("gas"))
        self.job.run()


@pytest.fixture
def guarded(redis_url, simulator):
    return lambda guard: Guarded(redis_url, simulator.base_url, guard)


def test_a_pumped_country_is_refused_with_a_truthful_wait(guarded, simulator, store):
    service = guarded("deny")
    service.pump()
    before = simulator.requests_received
    details = service.caller.refused(service.caller.send(), "rate_limited", 429)
    assert details["scope"] == "global"
    assert 60 < details["retryAfter"] <= 3_660
    assert simulator.requests_received == before
    (stream,) = store.keys("{otp:??}:audit")
    assert store.xrange(stream)[-1][1]["reason"] == "rate_limited:pumping"


def test_by_default_it_is_on_record_only(redis_url, simulator, guarded):
    settings = settings_of(environment(redis_url, simulator.base_url))
    assert settings.otp_pumping_guard is PumpingGuard.RECORD
    service = guarded("record")
    service.pump()
    assert service.caller.send().status_code == 200


def test_a_send_and_its_login_are_counted_in_one_cohort(guarded, received, store):
    service = guarded("record")
    service.caller.send()
    service.caller.requires_valid(service.caller.validate(received()))
    service.job.run()
    (cohort,) = store.keys("{otp:pumping}:cohort:*")
    assert store.hgetall(cohort) == {
        "service:all|sent": "1",
        "country:US|sent": "1",
        "service:all|verified": "1",
        "country:US|verified": "1",
    }


def test_a_message_that_meta_refuses_leaves_no_count(guarded, store):
    service = guarded("record")
    assert service.caller.send("+17275550106").status_code == 422
    service.job.run()
    assert store.keys("{otp:pumping}:cohort:*") == []
