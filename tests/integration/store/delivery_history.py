"""What Meta and we may do to a few messages of one number, in every order that can happen."""

import random
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hypothesis import strategies as st

from otp_service.domain.errors import RecipientUnreachableError
from tests.integration.store.number import ORIGIN, Number

if TYPE_CHECKING:
    from otp_service.domain.challenge import SendTicket

FAILURES = ["recipient_unreachable:131026", "delivery_failed:131042", "delivery_failed"]
RANK = {"sending": 0, "accepted": 1, "sent": 2, "failed": 3, "delivered": 4, "read": 5}
ENDS = ["confirm", "park", "withdraw", "killed"]
_OUR_STEPS = {"begin", "arm", *ENDS}
REPORTS = ["sent", "delivered", "read", "failed"]


@dataclass(frozen=True)
class Step:
    """`word`: a step of ours, or the status that Meta reports `late_s` from now."""

    message: str
    word: str
    failure: str = ""
    late_s: int = 0

    @property
    def is_report(self) -> bool:
        return self.word not in _OUR_STEPS


@st.composite
def histories(draw: st.DrawFn) -> list[Step]:
    """Up to three messages; reports anywhere, repeated; our own steps of each in their order."""
    steps: list[Step] = []
    for index in range(draw(st.integers(1, 3))):
        message = f"message {index}"
        ours = ["begin", "arm", draw(st.sampled_from(ENDS))]
        steps += [Step(message, word) for word in ours]
        for word in draw(st.lists(st.sampled_from(REPORTS), max_size=5)):
            failure = draw(st.sampled_from(FAILURES)) if word == "failed" else ""
            report = Step(message, word, failure, draw(st.integers(-120, 120)))
            steps += [report] * draw(st.integers(1, 3))
    return _in_some_order(steps, draw(st.randoms(use_true_random=False)))


def _in_some_order(steps: list[Step], dice: random.Random) -> list[Step]:
    ours = {name: [s for s in steps if s.message == name and not s.is_report]
            for name in {step.message for step in steps}}  # fmt: skip
    shuffled = dice.sample(steps, len(steps))
    # Where a step of ours fell, the message's next one stands: they happen in their order.
    return [step if step.is_report else ours[step.message].pop(0) for step in shuffled]


class History:
    """Plays the steps on one number."""

    def __init__(self, number: Number) -> None:
        self.number = number
        self._tickets: dict[str, SendTicket] = {}

    def play(self, step: Step) -> None:
        number, store = self.number, self.number.store
        if step.is_report:
            at_s = number.now_s() + step.late_s
            number.report(step.message, step.word, at_s=at_s, failure=step.failure)
        elif step.word == "begin":
            # As though the one before had outlasted its lock: sends may overlap.
            number.client.delete(number.keys.sending)
            self._tickets[step.message] = number.begin(step.message)
        elif step.word == "arm":
            number.client.set(number.keys.sending, step.message)
            store.arm_send(self._tickets[step.message], "digest", ORIGIN)
        elif step.word == "confirm":
            ticket = self._tickets[step.message]
            store.confirm_send(ticket, f"message of {step.message}", ORIGIN)
        elif step.word == "park":
            store.park_send(self._tickets[step.message], ORIGIN)
        elif step.word == "withdraw":
            store.withdraw_send(self._tickets[step.message], RecipientUnreachableError(), ORIGIN)
