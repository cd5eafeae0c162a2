import pytest

from otp_service.whatsapp import PlatformError, SingleRetry, UnknownOutcomeError


class Clock:
    """Time that passes only when somebody sleeps or works."""

    def __init__(self):
        self.now = 1000.0
        self.pauses = []

    def monotonic(self):
        return self.now

    def sleep(self, seconds):
        self.pauses.append(seconds)
        self.now += seconds


class Attempts:
    """Takes `lasting_s` an attempt and ends each with the next of `outcomes`."""

    def __init__(self, clock, *outcomes, lasting_s=0.0):
        self.clock, self.outcomes, self.lasting_s = clock, list(outcomes), lasting_s
        self.budgets = []

    def __call__(self, remaining_s):
        self.budgets.append(remaining_s)
        self.clock.now += self.lasting_s
        outcome = self.outcomes.pop(0)
        if isinstance(outcome, Exception):
            raise outcome
        return outcome


@pytest.fixture
def clock():
    return Clock()


def rule(clock, fraction=1.0, **options):
    return SingleRetry(
        monotonic=clock.monotonic,
        sleep=clock.sleep,
        uniform=lambda low, high: low + fraction * (high - low),
        **options,
    )


def retryable():
    return PlatformError("down", retryable=True)


def test_success_needs_no_second_attempt(clock):
    attempts = Attempts(clock, "sent")
    assert rule(clock).run(attempts) == "sent"
    assert attempts.budgets == [15.0]
    assert clock.pauses == []


@pytest.mark.parametrize("fraction", [0.0, 0.3, 1.0])
def test_a_retryable_failure_gets_a_second_attempt_after_full_jitter(clock, fraction):
    attempts = Attempts(clock, retryable(), "sent", lasting_s=2.0)
    assert rule(clock, fraction).run(attempts) == "sent"
    assert clock.pauses == [0.5 * fraction]
    assert attempts.budgets == [15.0, pytest.approx(13.0 - 0.5 * fraction)]


def test_there_is_never_a_third(clock):
    last = retryable()
    attempts = Attempts(clock, retryable(), last)
    with pytest.raises(PlatformError) as caught:
        rule(clock).run(attempts)
    assert caught.value is last
    assert caught.value.__context__ is None


@pytest.mark.parametrize("error", [PlatformError("throttled"), UnknownOutcomeError("dropped")])
def test_other_failures_are_final(clock, error):
    attempts = Attempts(clock, error)
    with pytest.raises(type(error)):
        rule(clock).run(attempts)
    assert len(attempts.budgets) == 1
    assert clock.pauses == []


@pytest.mark.parametrize(("lasting_s", "attempts_made"), [(11.5, 2), (11.6, 1), (20.0, 1)])
def test_no_second_attempt_without_time_for_it(clock, lasting_s, attempts_made):
    first = retryable()
    attempts = Attempts(clock, first, retryable(), lasting_s=lasting_s)
    with pytest.raises(PlatformError) as caught:
        rule(clock).run(attempts)
    assert len(attempts.budgets) == attempts_made
    assert (caught.value is first) == (attempts_made == 1)


def test_the_deadline_is_a_setting(clock):
    attempts = Attempts(clock, retryable(), lasting_s=1.0)
    with pytest.raises(PlatformError):
        rule(clock, deadline_s=4.0).run(attempts)
    assert attempts.budgets == [4.0]
