"""Every link in the README and in docs/ leads somewhere: to a file, and to a heading in it."""

import re
from pathlib import Path

import pytest

from tests.guides.blocks import DOCS, ROOT, prose_of

PAGES = sorted([*ROOT.glob("*.md"), *DOCS.rglob("*.md"), *(ROOT / "deploy").rglob("*.md")])
_LINK = re.compile(r"\[[^\]]*\]\(\s*<?([^)>\s]+)>?[^)]*\)")
_HEADING = re.compile(r"^#{1,6} +(.+?) *#*$", re.MULTILINE)
_ELSEWHERE = ("http://", "https://", "mailto:")


def anchors_of(page: Path) -> set[str]:
    """The names that GitHub gives the headings: lower case, spaces as hyphens, no punctuation."""
    text = re.sub(r"^```.*?^```$", "", page.read_text(encoding="utf-8"), flags=re.S | re.M)
    names: set[str] = set()
    for heading in _HEADING.findall(text):
        shown = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).lower()
        name = re.sub(r"[^\w\- ]", "", shown).replace(" ", "-")
        # A second heading of the same words gets a number.
        taken = sum(1 for known in names if re.fullmatch(rf"{re.escape(name)}(-\d+)?", known))
        names.add(f"{name}-{taken}" if taken else name)
    return names


def broken(page: Path) -> list[str]:
    """The links of a page that lead nowhere."""
    found = []
    for link in _LINK.findall(prose_of(page.read_text(encoding="utf-8"))):
        if link.startswith(_ELSEWHERE):
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        if not target.exists() or (anchor and anchor not in anchors_of(target)):
            found.append(link)
    return found


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_somewhere(page: Path):
    assert broken(page) == []


@pytest.mark.parametrize("guide", ["web", "embed", "mobile", "wix", "gas", "sessions", "clients"])
def test_the_callers_page_leads_to_each_guide(guide: str):
    assert f"({guide}.md)" in (DOCS / "callers.md").read_text(encoding="utf-8")


def test_a_broken_link_is_found(tmp_path: Path):
    page = tmp_path / "page.md"
    page.write_text("# One, two\n[a](#one-two) [b](#one) [c](page.md#one-two) [d](gone.md)\n")
    assert broken(page) == ["#one", "gone.md"]
