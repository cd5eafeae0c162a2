"""Waiting for a review: how long, and what is told meanwhile."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from otp_service.cli.template_review import await_review
from otp_service.whatsapp.errors import PlatformError
from otp_service.whatsapp.template_plan import Act, Step
from tests.unit.whatsapp.test_template_plan import AS_DECLARED

NOT_THERE = Step("en_US", Act.CREATE, (), None)
PENDING = Step("en_US", Act.WAIT, (), replace(AS_DECLARED, status="PENDING"))
APPROVED = Step("en_US", Act.NOTHING, (), AS_DECLARED)
NOBODY_KNOWS = Step("en_US", Act.WAIT, (), replace(AS_DECLARED, status=None))


class Meta:
    """Answers one after the other, the last one for ever."""

    def __init__(self, *answers: Step | Exception) -> None:
        self.answers = list(answers)
        self.asked = 0

    def __call__(self) -> Sequence[Step]:
        self.asked += 1
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return [answer]


def test_what_was_just_created_may_take_a_moment_to_be_there(capsys):
    meta = Meta(NOT_THERE, PENDING, PENDING, APPROVED)
    assert await_review(meta, 30) == [APPROVED]
    told = [line.split(maxsplit=1)[1] for line in capsys.readouterr().out.splitlines()]
    assert told == ["not there yet", "PENDING", "APPROVED"]


def test_no_wait_is_one_question():
    meta = Meta(PENDING)
    assert await_review(meta, 0) == [PENDING]
    assert meta.asked == 1


def test_only_a_review_is_waited_for(capsys):
    meta = Meta(NOBODY_KNOWS)
    assert await_review(meta, 30) == [NOBODY_KNOWS]
    assert meta.asked == 1
    assert "of no known status" in capsys.readouterr().out


def test_a_meta_that_stays_away_is_an_error_at_the_end_only():
    meta = Meta(PENDING, PlatformError("HTTP 502"), APPROVED)
    assert await_review(meta, 30) == [APPROVED]
    away = Meta(PlatformError("HTTP 502"))
    with pytest.raises(PlatformError):
        await_review(away, 0.6)
    assert away.asked == 3
