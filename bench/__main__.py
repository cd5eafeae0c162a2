"""`python -m bench`: how fast the service is on this machine, and what it takes."""

import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import click
from rich.console import Console

from bench.closed_loop import LoadToolMissingError, wrk_path
from bench.growth import grown
from bench.numbers import NumberKeyring, Snapshot, lock, numbers, waiting_logins
from bench.plan import QUICK, WHOLE, Plan
from bench.processes import highest_resident_mib, proportional_mib, resident_mib
from bench.rates import Rounds
from bench.report import Findings
from bench.scenarios import OTHERS, SIGNED_IN, scenarios
from bench.site import Site, running_site
from bench.steady import observed

_LATEST = Path(__file__).with_name("latest.json")


@click.command()
@click.option("--quick", is_flag=True, help="Three minutes, for a first look.")
@click.option("--python", default=sys.executable, help="Of the installation to measure.")
@click.option("--output", default=_LATEST, type=click.Path(path_type=Path), show_default=True)
def main(output: Path, python: str, *, quick: bool) -> None:
    """Measure; print ratios; write every figure to OUTPUT. Nothing fails for being slow."""
    console = Console()
    try:
        wrk_path()
    except LoadToolMissingError as error:
        console.print(str(error))
        sys.exit(1)
    findings = measured(QUICK if quick else WHOLE, python, console.print)
    findings.write(output)
    for table in findings.tables():
        console.print(table)
    console.print(f"Every figure is in {output}.")


def measured(plan: Plan, python: str, told: Callable[[str], None]) -> Findings:
    """Raise NotReadyError, RedisNotFoundError, WrongAnswerError."""
    with tempfile.TemporaryDirectory(prefix="otp-bench-") as folder, running_site(python) as site:
        idle = sum(map(resident_mib, site.service.workers))
        told(f"asking for {plan.logins_made:,} codes")
        logins = waiting_logins(site, plan.logins_made)
        with site.redis() as client:
            keyring = NumberKeyring(site)
            lock(client, keyring, numbers("locked", OTHERS))
            waiting = Snapshot(client, keyring, [one.phone for one in logins[SIGNED_IN:]])
            rounds = Rounds(site, waiting, Path(folder), plan.seconds)
            rates = rounds.run(scenarios(site, logins), plan.rounds, told)
            told(f"{plan.steady.seconds} s at a steady pace")
            waiting.restore()
            steady = observed(site, plan.steady, logins[SIGNED_IN:])
            told(f"{plan.stall.seconds} s in which Meta stalls")
            waiting.restore()
            stall = observed(site, plan.stall, logins[SIGNED_IN:])
        memory = _memory(site) | {"workers_idle": idle}
        growth = grown(site, plan.growth, Path(folder), told)
    return Findings(rates, steady, stall, growth, memory)


def _memory(site: Site) -> dict[str, float]:
    workers = site.service.workers
    return {
        "workers_highest": sum(map(highest_resident_mib, workers)),
        "workers_after_load": sum(map(resident_mib, workers)),
        "master": resident_mib(site.service.master),
        "all_proportional": sum(map(proportional_mib, site.service.all)),
    }


if __name__ == "__main__":
    main()
