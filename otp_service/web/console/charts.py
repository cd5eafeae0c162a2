"""Charts as SVG inside the page: drawn by pygal, coloured by our stylesheet, without a script.

pygal's own style sheet would break the pages' content policy, so it is taken out; what is left
has classes (`color-0`, `axis`, `guide`), and console.css says how they look in either theme.
"""

import math
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any
from xml.etree.ElementTree import Element, tostring

from markupsafe import Markup

_WIDTH, _HEIGHT, _ROW_HEIGHT = 560, 230, 30
_MOST_BARS = 31
_MOST_TICKS = 5
_SMALLEST_TOP = 0.1
_MOST_LABELS = 6
# Kept for scripts and for pointers: on paper they are nothing, or an inline style.
_LEFT_OUT = frozenset({"defs", "title", "desc"})
_OVERLAYS = frozenset({"tooltip-overlay", "text-overlay"})


@dataclass(frozen=True, slots=True)
class Series:
    """`values` in the order of the labels; None where there is nothing to show."""

    name: str
    values: Sequence[float | None]


def over_time(label: str, stretches: Sequence[str], series: Sequence[Series]) -> Markup:
    """Bars for a few stretches of time, lines for many."""
    few = len(stretches) <= _MOST_BARS
    chart = _chart("Bar" if few else "Line", _HEIGHT, dots_size=1.5)
    return _drawn_over_time(chart, label, stretches, series)


def lines_over_time(label: str, stretches: Sequence[str], series: Sequence[Series]) -> Markup:
    """Lines with a dot for each value: neighbours may be missing."""
    few = len(stretches) <= _MOST_BARS
    chart = _chart("Line", _HEIGHT, dots_size=3.5 if few else 2)
    return _drawn_over_time(chart, label, stretches, series)


def ranking(label: str, rows: Sequence[tuple[str, float]]) -> Markup:
    """One bar a row, the first on top, its figure beside its name."""
    chart = _chart("HorizontalBar", _ROW_HEIGHT * len(rows) + 16, show_x_labels=False)
    # pygal draws from the bottom up.
    chart.x_labels = [f"{name}: {value:g}" for name, value in reversed(rows)]
    chart.y_labels = [0, max([1.0, *(value for _, value in rows)])]
    chart.show_y_guides = False
    chart.add("", [value for _, value in reversed(rows)])
    return _svg(chart, "ranking", label)


def _chart(kind: str, height: int, **options: Any) -> Any:  # noqa: ANN401 - pygal has no types
    pygal, style = _library()
    return getattr(pygal, kind)(
        width=_WIDTH,
        height=height,
        js=[],
        show_legend=False,
        margin=6,
        truncate_label=-1,
        style=style(label_font_size=13, major_label_font_size=13),
        **options,
    )


@cache
def _library() -> tuple[Any, Any]:
    """It and its Style. Two megabytes of a worker, so only where somebody looks at a chart."""
    import pygal  # noqa: PLC0415
    from pygal.style import Style  # noqa: PLC0415

    # It adds a finder for its map plugins to every import of the process, in a form that Python
    # 3.12 dropped and 3.11 warns about.
    sys.meta_path[:] = [finder for finder in sys.meta_path if type(finder).__module__ != "pygal"]
    return pygal, Style


def _drawn_over_time(
    chart: Any,  # noqa: ANN401
    label: str,
    stretches: Sequence[str],
    series: Sequence[Series],
) -> Markup:
    for one in series:
        chart.add(one.name, list(one.values))
    # pygal knows its labels by their text, and two of them may be the same.
    every = max(1, math.ceil(len(stretches) / _MOST_LABELS))
    chart.x_labels = [name if place % every == 0 else "" for place, name in enumerate(stretches)]
    chart.y_labels = _ticks([value for one in series for value in one.values if value is not None])
    return _svg(chart, "over-time", label)


def _ticks(values: Sequence[float]) -> list[float]:
    """From nothing up to the largest value at least, in steps of 1, 2 or 5, or tens of them."""
    largest = max([*values, _SMALLEST_TOP])
    power = 10.0 ** math.floor(math.log10(largest / _MOST_TICKS))
    step = next(power * unit for unit in (1, 2, 5, 10) if power * unit * _MOST_TICKS >= largest)
    if all(isinstance(value, int) for value in values):
        step = max(1.0, step)
    # Rounded: 3 * 0.2 is no number to read.
    return [round(step * place, 3) for place in range(math.ceil(largest / step) + 1)]


def _svg(chart: Any, kind: str, label: str) -> Markup:  # noqa: ANN401
    root: Element = chart.render_tree()
    _strip(root)
    root.attrib.pop("id", None)
    root.set("class", f"chart {kind}")
    root.set("role", "img")
    root.set("aria-label", label)
    root.set("focusable", "false")
    return Markup(tostring(root, encoding="unicode"))  # noqa: S704 - pygal escapes the labels


def _strip(node: Element) -> None:
    for child in list(node):
        if _is_left_out(child):
            node.remove(child)
        else:
            _strip(child)


def _is_left_out(node: Element) -> bool:
    # A comment's tag is the function that made it.
    tag: Any = node.tag
    if not isinstance(tag, str) or tag.rpartition("}")[2] in _LEFT_OUT:
        return True
    return not _OVERLAYS.isdisjoint(str(node.get("class", "")).split())
