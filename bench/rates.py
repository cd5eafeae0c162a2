"""How many a second: each scenario and argon2 alone, in turns, several rounds over."""

import sys
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import requests

from bench.argon2_alone import verifies_per_second
from bench.closed_loop import Answers, Load, loaded
from bench.figures import Spread, ratios, spread
from bench.numbers import Snapshot
from bench.processes import processor_s
from bench.scenarios import Scenario
from bench.site import Site

# As PyPI has it, which is what the target is a share of; and as the measured installation has it.
ARGON2 = "argon2_alone"
OWN_ARGON2 = "own_argon2_alone"
_SETTLE_S = 0.3
_AS_MEANT = 0.95


class WrongAnswerError(Exception):
    """A scenario is answered with something else than it is there to measure."""


@dataclass
class Rates:
    """Of each scenario one figure a round. `processor_ms`: the server's own, for one request."""

    per_second: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    processor_ms: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    answers: dict[str, list[dict[str, Any]]] = field(default_factory=lambda: defaultdict(list))

    def ratio(self, ours: str, theirs: str) -> Spread:
        return ratios(self.per_second[ours], self.per_second[theirs])

    def rate(self, name: str) -> Spread:
        return spread(self.per_second[name])


@dataclass(frozen=True, slots=True)
class Rounds:
    """`waiting`: what scenarios that spend it find each time. `folder`: for what wrk reads."""

    site: Site
    waiting: Snapshot
    folder: Path
    seconds: int

    def run(self, scenarios: Sequence[Scenario], count: int, told: Callable[[str], None]) -> Rates:
        """All of them and argon2 alone, `count` times. Raise WrongAnswerError."""
        rates = Rates()
        for round_ in range(count):
            told(f"round {round_ + 1} of {count}")
            self.run_one(scenarios, round_, rates)
            for name, python in ((ARGON2, sys.executable), (OWN_ARGON2, self.site.python)):
                alone = verifies_per_second(python, self.site.settings, self.seconds)
                rates.per_second[name].append(alone)
        return rates

    def run_one(self, scenarios: Sequence[Scenario], round_: int, rates: Rates) -> None:
        # Each round begins with another one, so that nothing always comes after the same thing.
        turn = round_ % len(scenarios)
        for scenario in (*scenarios[turn:], *scenarios[:turn]):
            self._measure(scenario, round_, rates)

    def _measure(self, scenario: Scenario, round_: int, rates: Rates) -> None:
        if scenario.spends:
            self.waiting.restore()
        self.site.slow_meta(scenario.latency_s)
        lines = list(scenario.lines(round_))
        file = self.folder / f"{scenario.name}.txt"
        file.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
        if not scenario.expected and not scenario.spends:
            _check_first(scenario, lines[0])
        bare = scenario.url.startswith(self.site.flask_url)
        server = self.site.flask if bare else self.site.service
        before_s = processor_s(server.all)
        load = Load(scenario.url, file, scenario.headers, scenario.connections, scenario.expected)
        answers = loaded(load, self.seconds)
        used_s = processor_s(server.all) - before_s
        _check(scenario, answers)
        rates.per_second[scenario.name].append(answers.per_second)
        rates.processor_ms[scenario.name].append(used_s * 1000 / answers.count)
        rates.answers[scenario.name].append(asdict(answers))
        # What was under way when wrk hung up must not spend what the next one needs.
        time.sleep(_SETTLE_S + scenario.latency_s + answers.p99_ms / 1000)


def _check_first(scenario: Scenario, line: str) -> None:
    headers = dict(header.split(": ", 1) for header in scenario.headers)
    answer = requests.post(scenario.url, data=line, headers=headers, timeout=30)
    if answer.status_code != scenario.status:
        raise WrongAnswerError(f"{scenario.name}: {answer.status_code} {answer.text[:200]}")


def _check(scenario: Scenario, answers: Answers) -> None:
    """Raise WrongAnswerError when more than a few were something else: a rate of refusals."""
    as_meant = answers.count - answers.refused if scenario.status < 400 else answers.refused
    as_meant -= answers.unexpected + answers.broken
    if not answers.count or as_meant < _AS_MEANT * answers.count:
        raise WrongAnswerError(f"{scenario.name}: {answers}")
