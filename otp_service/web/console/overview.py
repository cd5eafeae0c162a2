"""What the overview shows: the audit's figures, as charts, each with its table."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from markupsafe import Markup

from otp_service.domain.audit_figures import WaitingTime
from otp_service.domain.audit_summary import Granularity, Stretch, Summary
from otp_service.web.console.charts import Series, lines_over_time, over_time, ranking
from otp_service.web.console.event_words import refusal_name
from otp_service.web.console.times import Times
from otp_service.whatsapp.error_codes import lookup

_HOUR_S = 3600
_HOURS_OF_A_DAY = 24
_NOTHING = "-"


@dataclass(frozen=True, slots=True)
class Span:
    """How far back the overview looks: `count` hours or days."""

    by: Granularity
    count: int
    name: object

    def since(self, now_s: float) -> str:
        """Unix seconds in the first of its hours or days."""
        length_s = _HOUR_S if self.by is Granularity.HOUR else 24 * _HOUR_S
        return str(int(now_s - (self.count - 1) * length_s))


SPANS = {
    "24h": Span(Granularity.HOUR, 24, _l("24 hours")),
    "14d": Span(Granularity.HOUR, 14 * 24, _l("14 days")),
    "30d": Span(Granularity.DAY, 30, _l("30 days")),
}
USUAL_SPAN = "24h"


@dataclass(frozen=True, slots=True)
class Table:
    head: Sequence[str]
    rows: Sequence[Sequence[str]]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Chart:
    """`name` is for its address in the page, `legend` the series in the colours' order."""

    name: str
    title: str
    svg: Markup | None
    legend: Sequence[str]
    table: Table


@dataclass(frozen=True, slots=True)
class Tile:
    """One figure to see at once."""

    name: str
    figure: str
    detail: str = ""


def tiles_of(total: Stretch, times: Times) -> list[Tile]:
    figures = total.figures
    conversion = figures.conversion
    return [
        Tile(
            _("Logins"),
            str(figures.validated),
            ""
            if conversion is None
            else _("%(share)s of the codes sent", share=_share(conversion)),
        ),
        Tile(_("Delivery takes"), *_waiting(total.to_delivery, times)),
        Tile(_("Login takes"), *_waiting(total.to_login, times)),
        Tile(
            _("Not delivered"),
            str(figures.failed),
            _("%(num)s arrived later all the same", num=figures.arrived_after_failure)
            if figures.arrived_after_failure
            else "",
        ),
        Tile(
            _("Wrong codes"), str(figures.wrong), _("numbers locked: %(num)s", num=figures.locked)
        ),
        Tile(_("Disowned codes"), str(figures.disowned)),
    ]


def charts_of(summary: Summary, times: Times) -> list[Chart]:
    return [
        _funnel(summary.total),
        _activity(summary, times),
        _waits("delivery", _("Until the code is on the phone"), summary, times, _delivery),
        _waits("login", _("Until the person is logged in"), summary, times, _login),
        _failures(summary.total),
        _refusals(summary.total),
        _countries(summary),
    ]


def _funnel(total: Stretch) -> Chart:
    figures = total.figures
    rows = [
        (_("Asked for"), figures.requested),
        (_("Taken by WhatsApp"), figures.accepted),
        (_("On the phone"), figures.delivered),
        (_("Logged in"), figures.validated),
    ]
    shares = [
        (name, str(count), _share(count / figures.requested) if figures.requested else _NOTHING)
        for name, count in rows
    ]
    title = _("From asking to logging in")
    svg = ranking(title, rows) if figures.requested else None
    return Chart(
        "funnel",
        title,
        svg,
        (),
        Table((_("Step"), _("How many"), _("Of those asked for")), shares),
    )


def _activity(summary: Summary, times: Times) -> Chart:
    stretches, starts = summary.stretches, _starts(summary, times)
    names = (_("Asked for"), _("On the phone"), _("Logged in"))
    columns = (
        [stretch.figures.requested for stretch in stretches],
        [stretch.figures.delivered for stretch in stretches],
        [stretch.figures.validated for stretch in stretches],
    )
    title = _("Codes and logins")
    series = [Series(name, values) for name, values in zip(names, columns, strict=True)]
    svg = over_time(title, starts, series) if any(map(any, columns)) else None
    rows = [
        (start, *map(str, figures))
        for start, *figures in zip(_starts(summary, times, full=True), *columns, strict=True)
        if any(figures)
    ]
    return Chart("activity", title, svg, names, Table((_when(summary), *names), rows, _left_out()))


def _waits(
    name: str,
    title: str,
    summary: Summary,
    times: Times,
    wait_of: Callable[[Stretch], WaitingTime],
) -> Chart:
    waits = [wait_of(stretch) for stretch in summary.stretches]
    names = (_("half within"), _("95 of 100 within"))
    series = [
        Series(names[0], [wait.median_s for wait in waits]),
        Series(names[1], [wait.p95_s for wait in waits]),
    ]
    label = _("%(title)s, in seconds", title=title)
    svg = None
    if any(wait.count for wait in waits):
        svg = lines_over_time(label, _starts(summary, times), series)
    rows = [
        (start, _seconds(wait.median_s, times), _seconds(wait.p95_s, times), str(wait.count))
        for start, wait in zip(_starts(summary, times, full=True), waits, strict=True)
        if wait.count
    ]
    head = (_when(summary), *names, _("How many"))
    return Chart(name, label, svg, names, Table(head, rows, _left_out()))


def _failures(total: Stretch) -> Chart:
    by_code = total.figures.failed_by_meta_code
    counts = [(_of_meta(code), count) for code, count in by_code.items()]
    if other := total.figures.failed - sum(by_code.values()):
        counts.append((_("without a number of Meta's"), other))
    return _ranked("failures", _("Messages not delivered, by reason"), _("Reason"), counts)


def _of_meta(code: str) -> str:
    """Meta's number, and its own name for it."""
    return f"{code} {lookup(int(code)).title}" if code.isdecimal() else code


def _refusals(total: Stretch) -> Chart:
    counts = [(refusal_name(reason), count) for reason, count in total.figures.refused.items()]
    title = _("Turned away by a limit or a lock, by reason")
    return _ranked("refusals", title, _("Reason"), counts)


def _countries(summary: Summary) -> Chart:
    rows = sorted(summary.countries.items(), key=lambda row: (-row[1].requested, row[0]))
    title = _("By country")
    counts = [(country, figures.requested) for country, figures in rows if figures.requested]
    table = Table(
        (_("Country"), _("Asked for"), _("On the phone"), _("Not delivered"), _("Logged in")),
        [
            (name, *map(str, (one.requested, one.delivered, one.failed, one.validated)))
            for name, one in rows
        ],
    )
    return Chart("countries", title, ranking(title, counts) if counts else None, (), table)


def _ranked(name: str, title: str, column: str, counts: Iterable[tuple[str, int]]) -> Chart:
    rows = sorted(counts, key=lambda row: (-row[1], row[0]))
    svg = ranking(title, [(_short(label), count) for label, count in rows]) if rows else None
    table = Table((column, _("How many")), [(label, str(count)) for label, count in rows])
    return Chart(name, title, svg, (), table)


def _short(label: str) -> str:
    """A chart's name for a row; the table has the whole sentence."""
    return label if len(label) <= 44 else f"{label[:43].rstrip()}…"


def _starts(summary: Summary, times: Times, *, full: bool = False) -> list[str]:
    """`full` for a table; beside a chart there is room for little."""
    if summary.range.by is Granularity.DAY:
        tell = times.utc_day
    elif full:
        tell = times.day_and_hour
    else:
        tell = times.day if len(summary.stretches) > _HOURS_OF_A_DAY else times.hour
    return [tell(stretch.start_ms) for stretch in summary.stretches]


def _when(summary: Summary) -> str:
    return str(_("Day (UTC)") if summary.range.by is Granularity.DAY else _("Hour from"))


def _left_out() -> str:
    return str(_("Times in which nothing happened are left out."))


def _delivery(stretch: Stretch) -> WaitingTime:
    return stretch.to_delivery


def _login(stretch: Stretch) -> WaitingTime:
    return stretch.to_login


def _waiting(wait: WaitingTime, times: Times) -> tuple[str, str]:
    if wait.median_s is None or wait.p95_s is None:
        return _NOTHING, ""
    return (
        times.duration(wait.median_s),
        _("95 of 100 within %(time)s", time=times.duration(wait.p95_s)),
    )


def _seconds(seconds: float | None, times: Times) -> str:
    return _NOTHING if seconds is None else times.duration(seconds)


def _share(share: float) -> str:
    return f"{share:.0%}"
