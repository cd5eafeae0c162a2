"""What the bench found: `latest.json`, and the table that people read."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from rich.table import Table

from bench.figures import spread
from bench.growth import Growth
from bench.rates import ARGON2, OWN_ARGON2, Rates
from bench.steady import Observed

# What has to be reached, on two cores with everything on them.
_TARGETS = {
    ("ratios", "validate_vs_argon2"): (">=", 0.70),
    ("ratios", "introspect_vs_flask"): (">=", 0.50),
    ("ratios", "locked_vs_flask"): (">=", 0.35),
    ("ratios", "webhook_vs_flask"): (">=", 0.35),
    ("ratios", "growth_1e6"): (">=", 0.90),
    ("open_loop", "send_p99_ms"): ("<=", 370),
    ("open_loop", "validate_p99_ms"): ("<=", 30),
    ("open_loop", "refused"): ("<=", 0),
    ("open_loop", "cpu_share"): ("<=", 0.60),
    ("stall", "validate_p99_ms"): ("<=", 30),
    ("stall", "refusal_p99_ms"): ("<=", 20),
    ("memory", "rss_mib"): ("<=", 180),
    ("memory", "bytes_per_challenge"): ("<=", 700),
    ("memory", "bytes_per_event"): ("<=", 450),
}
# A number is locked, or not known: neither is answered with argon2.
_LOCKED = ("locked_validate", "locked_send", "unknown_validate")


@dataclass(frozen=True, slots=True)
class Findings:
    """`memory`: MiB of the service by what was measured."""

    rates: Rates
    steady: Observed
    stall: Observed
    growth: Growth
    memory: dict[str, float]

    def to_json(self) -> dict[str, Any]:
        largest = self.growth.filled[-1]
        return {
            "ratios": {name: found.median for name, found in self._ratios().items()},
            "stall": self.stall.stall(),
            "open_loop": self.steady.open_loop(),
            "memory": {
                "rss_mib": self.memory["workers_highest"],
                "bytes_per_challenge": largest.bytes_per_challenge,
                "bytes_per_event": self.growth.bytes_per_event[-1],
            },
            "raw": {
                "ratios": {name: found._asdict() for name, found in self._ratios().items()},
                "beside": {name: found._asdict() for name, found in self._beside().items()},
                "per_second": _spreads(self.rates.per_second),
                "processor_ms_per_request": _spreads(self.rates.processor_ms),
                "answers": dict(self.rates.answers),
                "open_loop": self.steady.raw(),
                "stall": self.stall.raw(),
                "growth": self.growth.raw(),
                "memory_mib": self.memory,
                "redis_bytes": [asdict(one) for one in self.growth.filled],
            },
        }

    def _ratios(self) -> dict[str, Any]:
        locked = [self.rates.ratio(name, "flask") for name in _LOCKED]
        return {
            "validate_vs_argon2": self.rates.ratio("validate_right", ARGON2),
            "introspect_vs_flask": self.rates.ratio("introspect", "flask"),
            # The slowest of them: none of them may cost much.
            "locked_vs_flask": min(locked, key=lambda found: found.median),
            "webhook_vs_flask": self.rates.ratio("webhook", "flask"),
            "growth_1e6": self.growth.worst,
        }

    def _beside(self) -> dict[str, Any]:
        """What the share of argon2 has to be read with."""
        return {
            "validate_vs_own_argon2": self.rates.ratio("validate_right", OWN_ARGON2),
            # What a login with nothing of ours around it reaches on this machine.
            "bare_login_vs_argon2": self.rates.ratio("bare_login", ARGON2),
        }

    def write(self, file: Path) -> None:
        file.write_text(json.dumps(self.to_json(), indent=2) + "\n", encoding="utf-8")

    def tables(self) -> list[Table]:
        return [_targets(self.to_json()), _rates(self.rates)]


def _targets(found: dict[str, Any]) -> Table:
    table = Table("", "", "measured", "spread", "target", "", title="Targets")
    for (group, name), (bound, target) in _TARGETS.items():
        value = found[group][name]
        reached = value >= target if bound == ">=" else value <= target
        ends = found["raw"]["ratios"].get(name) if group == "ratios" else None
        between = f"{ends['lowest']:.2f} - {ends['highest']:.2f}" if ends else ""
        shown = f"{value:.2f}" if abs(value) < 10 else f"{value:,.0f}"
        table.add_row(group, name, shown, between, f"{bound} {target:g}", "" if reached else "no")
    for name, beside in found["raw"]["beside"].items():
        between = f"{beside['lowest']:.2f} - {beside['highest']:.2f}"
        table.add_row("beside it", name, f"{beside['median']:.2f}", between, "", "")
    return table


def _rates(rates: Rates) -> Table:
    table = Table(
        "", "a second", "of flask", "processor ms each", title="Rates, median [least, most]"
    )
    for name, values in rates.per_second.items():
        used = rates.processor_ms.get(name)
        table.add_row(
            name,
            str(spread(values)),
            f"{rates.ratio(name, 'flask').median:.2f}",
            str(spread(used)) if used else "",
        )
    return table


def _spreads(figures: dict[str, list[float]]) -> dict[str, Any]:
    return {name: spread(values)._asdict() for name, values in figures.items()}
