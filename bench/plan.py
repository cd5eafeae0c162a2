"""How much of everything: the whole bench, and a short one to see that it runs."""

from dataclasses import dataclass, replace

from bench.growth import GrowthPlan
from bench.scenarios import SIGNED_IN
from bench.steady import STALL, USUAL, Pace


@dataclass(frozen=True, slots=True)
class Plan:
    """`seconds`: of each scenario in each of the `rounds`. `logins`: that wait for their code."""

    rounds: int
    seconds: int
    logins: int
    steady: Pace
    stall: Pace
    growth: GrowthPlan

    @property
    def logins_made(self) -> int:
        paces = (pace.per_s * pace.seconds for pace in (self.steady, self.stall))
        return SIGNED_IN + max(self.logins, *paces)


WHOLE = Plan(
    rounds=5,
    seconds=4,
    logins=4_000,
    steady=USUAL,
    stall=STALL,
    growth=GrowthPlan(sizes=(1_000, 100_000, 1_000_000), logins=1_500, rounds=5, seconds=3),
)
QUICK = Plan(
    rounds=3,
    seconds=2,
    logins=1_200,
    steady=replace(USUAL, seconds=15),
    stall=replace(STALL, seconds=10),
    growth=GrowthPlan(sizes=(1_000, 100_000), logins=600, rounds=3, seconds=1),
)
