"""Whatever order Meta's reports come in, however often: a message only rises, and ends right."""

from collections import Counter
from typing import TYPE_CHECKING

from hypothesis import HealthCheck, event, given, settings

from tests.integration.store.delivery_history import FAILURES, RANK, History, Step, histories
from tests.integration.store.number import Number

if TYPE_CHECKING:
    import redis

# On each of seven backends, each time with up to three messages: over a thousand altogether.
_MANY = settings(
    max_examples=90,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@_MANY
@given(histories())
def test_a_message_only_rises_and_each_rise_is_one_event(
    backend: "redis.Redis", steps: list[Step]
):
    backend.flushall()
    number = Number(backend)
    play(steps, number)
    messages = {step.message for step in steps}
    for message in messages:
        assert number.state(message) == expected_end(steps, message)
    arrivals = sum(told_once(number, steps, message) for message in messages)
    event(f"{arrivals} arrivals")
    figures = number.figures()
    timed = {figure: n for figure, n in figures.items() if figure.startswith("to_delivery|")}
    assert sum(timed.values()) == arrivals
    counted = Counter({figure: n for figure, n in figures.items() if figure not in timed})
    assert counted == Counter(f"{e.event}|{e.reason}|US" for e in number.events())


def play(steps: list[Step], number: Number) -> None:
    """All of it; no step may take a message back, except Meta's own refusal of the send."""
    history = History(number)
    reached: dict[str, int] = {}
    for step in steps:
        history.play(step)
        rank = RANK.get(number.state(step.message), -1)
        assert rank == -1 if step.word == "withdraw" else rank >= reached.get(step.message, -1)
        reached[step.message] = rank


def known_words(steps: list[Step], message: str) -> list[str]:
    """What happened to a message from its beginning on, until it was withdrawn."""
    words = [step.word for step in steps if step.message == message]
    words = words[words.index("begin") :]
    return words[: words.index("withdraw")] if "withdraw" in words else words


def expected_end(steps: list[Step], message: str) -> str:
    if Step(message, "withdraw") in steps:
        return "none"
    meanings = {"begin": "sending", "confirm": "accepted"}
    states = [meanings.get(word, word) for word in known_words(steps, message)]
    return max((state for state in states if state in RANK), key=RANK.__getitem__)


def told_once(number: Number, steps: list[Step], message: str) -> bool:
    """Check the events that the reports left; return whether one tells of the arrival."""
    told = number.deliveries_told(message)
    states = [name.removeprefix("delivery_") for name, _ in told]
    ranks = [RANK[state] for state in states]
    assert ranks == sorted(set(ranks))
    reported = [RANK[word] for word in known_words(steps, message) if word in RANK]
    assert max(ranks, default=-1) == max(reported, default=-1)
    assert all(reason in FAILURES for name, reason in told if name == "delivery_failed")
    arrived = [reason for state, (_, reason) in zip(states, told, strict=True)
               if RANK[state] >= RANK["delivered"]]  # fmt: skip
    if arrived:
        first = "after_failure" if "failed" in states else "arrived"
        assert arrived == [first, *[""] * (len(arrived) - 1)]
    return bool(arrived)
