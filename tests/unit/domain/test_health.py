"""The doctor: what is reported, what stays, and who looks."""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import pytest

from otp_service.domain.errors import StoreUnavailableError
from otp_service.domain.health import (
    LONGEST_LOOK_S,
    Doctor,
    Finding,
    Gravity,
    HealthReport,
    UnansweredError,
)


def found(check: str, gravity: Gravity = Gravity.GOOD) -> Finding:
    return Finding(check, gravity, f"It is {gravity}.")


DEAD = found("token_valid", Gravity.FATAL)
PAUSED = found("template_status", Gravity.FATAL)


@dataclass
class Check:
    subject: str
    answer: Callable[[], Iterable[Finding]]

    def __call__(self) -> Iterable[Finding]:
        return self.answer()


def says(subject: str, *findings: Finding) -> Check:
    return Check(subject, lambda: findings)


def raises(subject: str, error: Exception, *before: Finding) -> Check:
    def answer() -> Iterable[Finding]:
        yield from before
        raise error

    return Check(subject, answer)


@dataclass
class Reports:
    """One turn, free until it is claimed."""

    kept: HealthReport | None = None
    is_free: bool = True
    finished: list[tuple[HealthReport | None, int]] = field(default_factory=list)

    def latest(self) -> HealthReport | None:
        return self.kept

    def claim(self, every_s: int) -> bool:
        was_free, self.is_free = self.is_free, False
        return was_free

    def finish(self, report: HealthReport | None, again_in_s: int) -> None:
        self.kept = report or self.kept
        self.finished.append((report, again_in_s))

    def ask(self) -> None:
        self.is_free = True


@dataclass
class Clock:
    now: float = 1_760_000_000.0

    def __call__(self) -> float:
        return self.now


def doctor(*platform, local=(), reports=None, clock=None) -> Doctor:
    return Doctor(platform, local, reports or Reports(), clock or Clock())


def test_a_report_survives_being_written_down():
    report = HealthReport(1_760_000_000, (DEAD, found("number_name", Gravity.WARNING)))
    assert HealthReport.from_json(json.loads(json.dumps(report.to_json()))) == report
    assert report.fatal == (DEAD,)


@pytest.mark.parametrize(
    "body",
    [
        {},
        [],
        {"checkedAt": 1, "findings": [{}]},
        {"checkedAt": 1, "findings": [{"check": "a", "gravity": "dire", "what": "x"}]},
        {"checkedAt": 1, "findings": [{"check": "a", "gravity": "good", "what": "x", "new": 1}]},
    ],
)
def test_a_report_of_another_version_is_told_from_ours(body):
    with pytest.raises((TypeError, KeyError, ValueError)):
        HealthReport.from_json(body)


def test_everything_is_examined_whatever_goes_wrong_with_the_others():
    report = doctor(
        raises("token", UnansweredError("HTTP 502")),
        raises("webhook", StoreUnavailableError(), found("webhook_fields")),
        says("template", PAUSED),
        local=[raises("redis", StoreUnavailableError()), says("argon2", found("argon2_cost"))],
    ).examine()
    assert [(f.check, f.gravity) for f in report.findings] == [
        ("token_unanswered", Gravity.WARNING),
        ("webhook_fields", Gravity.GOOD),
        ("redis_answers", Gravity.FATAL),
        ("template_status", Gravity.FATAL),
        ("argon2_cost", Gravity.GOOD),
    ]
    assert "HTTP 502" in report.findings[0].why
    assert not report.is_complete


def test_what_stands_in_the_way_of_every_check_is_said_once():
    checks = [says(subject, DEAD) for subject in ("token", "number", "template")]
    assert doctor(*checks).examine().findings == (DEAD,)


def test_examining_for_an_operator_leaves_readiness_alone():
    reports = Reports()
    doctor(says("template", PAUSED), reports=reports).examine()
    assert (reports.kept, reports.finished) == (None, [])


def test_who_has_no_turn_does_not_look():
    reports = Reports(is_free=False)
    broken = raises("token", AssertionError("looked"))
    doctor(broken, reports=reports).examine_platform_in_turn(600)
    assert reports.finished == []


def test_what_was_found_is_kept_and_looked_at_again_in_time():
    reports = Reports()
    doctor(says("template", PAUSED), reports=reports).examine_platform_in_turn(600)
    assert reports.finished == [(HealthReport(1_760_000_000, (PAUSED,)), 600)]


def test_where_meta_does_not_answer_its_last_word_stays():
    reports = Reports(HealthReport(1, (PAUSED, found("token_valid"))))
    physician = doctor(
        says("token", found("token_scopes")),
        raises("template", UnansweredError("HTTP 502"), found("template_exists")),
        reports=reports,
    )
    physician.examine_platform_in_turn(600)
    [(report, again_in_s)] = reports.finished
    assert report == HealthReport(1_760_000_000, (found("token_scopes"), PAUSED))
    assert report.is_complete
    assert again_in_s < 600


def test_what_was_never_answered_is_said_to_be_unknown():
    reports = Reports()
    physician = doctor(
        says("token", found("token_valid")),
        raises("template", UnansweredError("HTTP 502")),
        reports=reports,
    )
    physician.examine_platform_in_turn(600)
    assert reports.kept is not None
    assert not reports.kept.is_complete
    assert not reports.kept.fatal


@pytest.mark.parametrize("error", [UnansweredError("away"), ZeroDivisionError()])
def test_a_look_that_found_nothing_leaves_the_report_and_frees_the_turn_soon(error):
    before = HealthReport(1, (PAUSED,))
    reports = Reports(before)
    with pytest.raises(type(error)):
        doctor(raises("template", error), reports=reports).examine_platform_in_turn(600)
    assert reports.kept == before
    assert reports.finished == [(None, 180)]


def test_an_answer_that_took_too_long_is_dropped():
    clock, reports = Clock(), Reports()

    def late() -> Iterable[Finding]:
        clock.now += LONGEST_LOOK_S
        yield PAUSED

    physician = doctor(Check("template", late), reports=reports, clock=clock)
    physician.examine_platform_in_turn(600)
    assert (reports.kept, reports.finished) == (None, [])
