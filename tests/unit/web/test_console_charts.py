"""The charts: what a strict content policy and a screen reader ask of them."""

import sys
from xml.etree import ElementTree

import pytest

from otp_service.web.console.charts import Series, lines_over_time, over_time, ranking

SVG = "{http://www.w3.org/2000/svg}"
HOURS = [f"{hour}:00" for hour in range(24)]


def texts(svg: str) -> list[str]:
    return [node.text or "" for node in ElementTree.fromstring(svg).iter(f"{SVG}text")]


def drawings() -> list[str]:
    few, many = HOURS[:3], [str(place) for place in range(336)]
    return [
        over_time("Codes", few, [Series("asked", [1, 2, 3]), Series("won", [0, 1, 1])]),
        over_time("Codes", many, [Series("asked", [5] * 336)]),
        lines_over_time("Waits", few, [Series("half", [0.4, None, 2.5])]),
        ranking("Reasons", [("131026 Message undeliverable", 3), ("other", 1)]),
    ]


@pytest.mark.parametrize("svg", drawings(), ids=["bars", "lines", "dots", "ranking"])
def test_a_chart_has_no_style_and_no_script_and_a_name(svg: str) -> None:
    root = ElementTree.fromstring(svg)
    assert root.get("role") == "img"
    assert root.get("aria-label") in {"Codes", "Waits", "Reasons"}
    names = {node.tag.removeprefix(SVG) for node in root.iter()}
    assert names.isdisjoint({"style", "script", "defs", "title", "desc"})
    for node in root.iter():
        assert {name for name in node.attrib if name == "style" or name.startswith("on")} == set()
    assert "pygal" not in svg


def test_a_label_cannot_be_markup() -> None:
    svg = ranking("Reasons", [("<script>alert(1)</script>", 1)])
    assert "<script" not in svg
    assert texts(svg) == ["<script>alert(1)</script>: 1"]


def test_the_first_row_is_on_top_and_the_longest() -> None:
    svg = ranking("Reasons", [("many", 8), ("few", 2)])
    names = {text: float(node.get("y", "0")) for text, node in _named(svg)}
    assert names["many: 8"] < names["few: 2"]
    widths = sorted(float(node.get("width", "0")) for node in _bars(svg))
    assert widths[1] / widths[0] == pytest.approx(4, rel=0.01)


def test_hours_of_the_same_name_are_labelled_each_in_its_place() -> None:
    svg = over_time("Codes", ["Nov 7"] * 336, [Series("asked", [1] * 336)])
    assert texts(svg).count("Nov 7") == 6


@pytest.mark.parametrize(
    ("values", "steps"),
    [
        ([3], ["0", "1", "2", "3"]),
        ([57, 0], ["0", "20", "40", "60"]),
        ([1000], ["0", "200", "400", "600", "800", "1000"]),
        ([0], ["0", "1"]),
        ([0.4, None], ["0", "0.1", "0.2", "0.3", "0.4"]),
    ],
)
def test_the_scale_is_in_round_steps(values: list[float | None], steps: list[str]) -> None:
    svg = lines_over_time("Waits", [""] * len(values), [Series("half", values)])
    assert [text for text in texts(svg) if text] == steps


def test_a_lone_value_among_gaps_is_seen() -> None:
    svg = lines_over_time("Waits", HOURS[:3], [Series("half", [None, 2.0, None])])
    assert len(list(ElementTree.fromstring(svg).iter(f"{SVG}circle"))) == 1


def test_imports_are_found_as_without_pygal() -> None:
    assert not [finder for finder in sys.meta_path if type(finder).__module__ == "pygal"]


def _named(svg: str) -> list[tuple[str, ElementTree.Element]]:
    return [(node.text or "", node) for node in ElementTree.fromstring(svg).iter(f"{SVG}text")]


def _bars(svg: str) -> list[ElementTree.Element]:
    rects = ElementTree.fromstring(svg).iter(f"{SVG}rect")
    return [node for node in rects if "rect" in str(node.get("class")).split()]
