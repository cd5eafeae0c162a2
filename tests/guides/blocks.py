"""The code blocks and the links of the documentation, as its readers see them."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
SAMPLES = DOCS / "samples"
_BLOCK = re.compile(r"^```(?P<language>\w*)\n(?P<text>.*?)^```$", re.DOTALL | re.MULTILINE)


def blocks_of(page: str, language: str) -> list[str]:
    """The blocks of docs/`page` in one language, in their order."""
    text = (DOCS / page).read_text(encoding="utf-8")
    return [match["text"] for match in _BLOCK.finditer(text) if match["language"] == language]


def languages_of(page: str) -> set[str]:
    text = (DOCS / page).read_text(encoding="utf-8")
    return {match["language"] for match in _BLOCK.finditer(text)}


def prose_of(text: str) -> str:
    """A page without its code, where brackets are no links."""
    return re.sub(r"`[^`\n]+`", "", _BLOCK.sub("", text))
