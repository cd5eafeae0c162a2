"""How fast the audit is read with a million events in Redis: `python -m bench.audit_reading`."""

import multiprocessing
import re
import statistics
import time
from collections.abc import Callable
from pathlib import Path

import click
import redis
from rich.console import Console
from rich.table import Table

from bench.audit_events import AuditLoader, person
from otp_service.adapters.redis_audit_counters import RedisAuditCounters
from otp_service.adapters.redis_audit_reader import RedisAuditReader
from otp_service.adapters.redis_connection import connect
from otp_service.adapters.redis_scripts import Scripts
from otp_service.demo.redis_process import running_redis
from otp_service.domain.audit import AuditEvent
from otp_service.domain.audit_query import EventFilter, Period
from otp_service.domain.audit_summary import summary_of, summary_range
from otp_service.http_api.audit_answers import event_members, summary_members
from otp_service.http_api.audit_export import ExportFormat, exported

_DAY_MS = 86_400_000
_ROUNDS = 25


@click.command()
@click.option("--events", default=1_000_000, show_default=True)
def main(events: int) -> None:
    """Load a month of logins into a Redis of its own, and time what an auditor asks."""
    console = Console()
    with running_redis() as server, redis.Redis.from_url(server.url) as loading:
        before = loading.info("memory")["used_memory"]
        now_ms = int(time.time() * 1000)
        begun = time.perf_counter()
        AuditLoader(loading, now_ms, events).load()
        console.print(f"{events:,} events loaded in {time.perf_counter() - begun:.0f} s")
        held = loading.info("memory")["used_memory"] - before
        console.print(f"{held / events:.0f} bytes an event, all copies and counters")
        console.print(_queries(connect(server.url), now_ms))
        console.print(_exports(server.url))


def _queries(client: redis.Redis, now_ms: int) -> Table:
    reader, counters = RedisAuditReader(Scripts(client)), RedisAuditCounters(client)
    (newest,) = reader.page(EventFilter(), 1, None).events
    busiest = person(0)["phone_id"]
    # On a machine that others use as well, the processor's time says what the question costs.
    columns = ("question", "median ms", "fastest ms", "worst ms", "own CPU ms")
    table = Table(*columns, title=f"{_ROUNDS} times each")

    def page(wanted: EventFilter) -> Callable[[], object]:
        return lambda: [event_members(row) for row in reader.page(wanted, 50, None).events]

    def summary(by: str, days: int) -> Callable[[], object]:
        range_ = summary_range(by, Period(since_ms=now_ms - days * _DAY_MS), now_ms)
        return lambda: summary_members(summary_of(range_, counters.read(range_)))

    questions = {
        "first page, one phone": page(EventFilter(phone_id=newest.phone_id)),
        "first page, the phone with most events": page(EventFilter(phone_id=busiest)),
        "timeline of a login": lambda: reader.login(newest.request_id),
        "first page, everybody": page(EventFilter()),
        "first page, wrong codes": page(EventFilter(event=AuditEvent.ATTEMPT_REJECTED)),
        "first page, an address nobody has (20,000 events)": page(EventFilter(ip="192.0.2.1")),
        "summary, 30 days by day": summary("day", 29),
        "summary, 24 hours by hour": summary("hour", 1),
        "summary, 14 days by hour": summary("hour", 14),
    }
    for name, ask in questions.items():
        rounds = [_time_ms(ask) for _ in range(_ROUNDS)]
        walls, own = zip(*rounds, strict=True)
        figures = (statistics.median(walls), min(walls), max(walls), statistics.median(own))
        table.add_row(name, *(f"{figure:.1f}" for figure in figures))
    return table


def _exports(url: str) -> Table:
    table = Table("export of all", "s", "MiB written", "MiB more memory")
    for format_ in ExportFormat:
        # In a process of its own, whose highest memory is the export's.
        with multiprocessing.get_context("spawn").Pool(1) as pool:
            seconds, written, more = pool.apply(_export, (url, format_))
        table.add_row(format_, f"{seconds:.1f}", f"{written / 2**20:.0f}", f"{more:.1f}")
    return table


def _export(url: str, format_: ExportFormat) -> tuple[float, int, float]:
    reader = RedisAuditReader(Scripts(connect(url)))
    before = _held_mib("VmRSS")
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")  # forgets the highest so far
    begun = time.perf_counter()
    written = sum(map(len, exported(reader.oldest_first(Period()), format_)))
    return time.perf_counter() - begun, written, _held_mib("VmHWM") - before


def _held_mib(kind: str) -> float:
    """Memory of this process: now (VmRSS) or at its highest (VmHWM). See proc(5)."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    found = re.search(rf"{kind}:\s+(\d+) kB", status)
    return int(found[1]) / 1024 if found else 0.0


def _time_ms(ask: Callable[[], object]) -> tuple[float, float]:
    """By the wall clock, and of this process's processor time."""
    begun, own = time.perf_counter(), time.process_time()
    ask()
    return (time.perf_counter() - begun) * 1000, (time.process_time() - own) * 1000


if __name__ == "__main__":
    main()
