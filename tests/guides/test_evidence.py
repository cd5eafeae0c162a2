"""The documents name the tests that show what they say: each of them exists."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

from tests.guides.blocks import DOCS, ROOT

PAGES = ("security.md", "operations.md", "faults.md")
_NAMED = re.compile(r"`(tests/[\w/]+\.py)(?:::(\w+))?`")
_ROW = re.compile(
    r"^\| [\d.]+[^|]*\|(?P<asks>[^|]*)\|(?P<met>[^|]*)\|(?P<answer>[^|]*)\|(?P<shown>[^|]*)\|",
    re.MULTILINE,
)
_ANSWERS = {"yes", "part", "no", "n/a"}


def named_tests(page: str) -> list[tuple[str, str]]:
    """(file, test) of each test that a page names; the test is "" where it names the file."""
    return _NAMED.findall((DOCS / page).read_text(encoding="utf-8"))


@cache
def names_in(file: Path) -> frozenset[str]:
    tree = ast.parse(file.read_text(encoding="utf-8"))
    functions = (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))
    return frozenset(node.name for node in functions if node.name.startswith("test_"))


def missing(named: list[tuple[str, str]], root: Path = ROOT) -> list[str]:
    return [
        f"{file}::{test}"
        for file, test in named
        if not (root / file).is_file() or (test and test not in names_in(root / file))
    ]


@pytest.mark.parametrize("page", PAGES)
def test_every_test_that_a_page_names_exists(page: str):
    named = named_tests(page)
    assert named
    assert missing(named) == []


def test_a_test_that_is_gone_is_noticed(tmp_path: Path):
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "test_a.py").write_text("def test_one(): ...\n")
    named = [("tests/test_a.py", "test_one"), ("tests/test_a.py", "test_two"), ("tests/b.py", "")]
    assert missing(named, tmp_path) == ["tests/test_a.py::test_two", "tests/b.py::"]


def test_every_point_of_a_standard_has_an_answer_with_a_reason():
    rows = list(_ROW.finditer((DOCS / "security.md").read_text(encoding="utf-8")))
    assert len(rows) > 100
    for row in rows:
        met, reason = row["met"].strip(" *"), row["answer"].strip() + row["shown"].strip()
        # The first row only says which level one factor reaches.
        assert met in _ANSWERS or "level" in row["asks"], row[0]
        assert reason or met == "no", row[0]
