"""What counts as pumping: many unverified messages where most used to be answered."""

import math

import pytest

from otp_service.domain.audit_figures import Figures
from otp_service.domain.pumping import Cohort, conversions_of, minutes_over_budget, scopes_of

NOW, LIFE = 30_000_000, 11
GB, NETWORK, ALL = "country:GB", "network:203.0.113.0/24", "service:all"


def over(scope, sent, verified, conversion=0.9, age=20):
    return minutes_over_budget(scope, {NOW - age: Cohort(sent, verified)}, conversion, NOW, LIFE)


@pytest.mark.parametrize(("scope", "free"), [(NETWORK, 10), (GB, 20), (ALL, 60)])
def test_some_messages_go_unanswered_everywhere(scope, free):
    verified = 1_007
    first_over = next(n for n in range(2_000) if over(scope, verified + n, verified))
    # A tenth of what was sent is usual, and half as much again is chance.
    assert first_over == math.ceil((free + 0.15 * verified) / 0.85)


def test_messages_that_nobody_answers_are_pumping_after_a_few():
    assert over(GB, 23, 0) == 0
    assert over(GB, 24, 0) > 0


@pytest.mark.parametrize("sent", [10, 1_000, 100_000])
def test_a_rush_of_people_who_log_in_passes(sent):
    assert over(GB, sent, int(sent * 0.85)) == 0


def test_even_after_two_weeks_of_pumping_it_is_pumping():
    assert over(GB, 100, 0, conversion=0.5) > 0


def test_where_few_usually_answer_more_may_stay_unanswered():
    assert over(GB, 200, 120, conversion=0.9) > 0
    assert over(GB, 200, 120, conversion=0.7) == 0


def test_what_may_still_be_answered_is_not_judged():
    assert over(GB, 1_000, 0, age=LIFE + 1) > 0
    assert over(GB, 1_000, 0, age=LIFE) == 0


def test_the_wait_is_until_the_hour_no_longer_holds_it():
    wait = over(GB, 1_000, 0, age=20)
    assert wait == 60 + LIFE - 20 + 1
    assert minutes_over_budget(GB, {NOW - 20: Cohort(1_000, 0)}, 0.9, NOW + wait, LIFE) == 0
    assert minutes_over_budget(GB, {NOW - 20: Cohort(1_000, 0)}, 0.9, NOW + wait - 1, LIFE) == 1


def test_the_wait_counts_messages_that_are_still_out_as_unanswered():
    judged = {NOW - 20: Cohort(1_000, 0)}
    later = {**judged, NOW - 1: Cohort(1_000, 0)}
    first = minutes_over_budget(GB, judged, 0.9, NOW, LIFE)
    assert minutes_over_budget(GB, later, 0.9, NOW, LIFE) == first + 19


@pytest.mark.parametrize(
    ("country", "ip", "scopes"),
    [
        ("US", None, (ALL, "country:US")),
        ("", "203.0.113.7", (ALL, NETWORK)),
        ("US", "2001:db8:1:2::7", (ALL, "country:US", "network:2001:db8:1::/48")),
    ],
)
def test_a_message_is_counted_for_everybody_its_country_and_its_network(country, ip, scopes):
    assert scopes_of(country, ip) == scopes


def test_the_conversion_is_learned_where_enough_was_sent_to_teach_it():
    learned = conversions_of(
        Figures(accepted=1_000, validated=800),
        {
            "US": Figures(accepted=100, validated=90),
            "GB": Figures(accepted=49, validated=0),
            "FR": Figures(accepted=500, validated=5),
            "DE": Figures(accepted=500, validated=500),
        },
    )
    assert learned.of("country:US") == 0.9
    assert learned.of(GB) == learned.of(NETWORK) == learned.of(ALL) == 0.8
    # Two weeks of pumping teach nothing below a half, and nobody is perfect.
    assert (learned.of("country:FR"), learned.of("country:DE")) == (0.5, 0.95)


def test_a_new_service_expects_what_is_usual():
    assert conversions_of(Figures(), {}).of(GB) == 0.7
