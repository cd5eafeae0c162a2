"""docs/faults.md names tests that exist, and every test of this folder."""

import re
from pathlib import Path

_ROOT = Path(__file__).parents[2]
_PAGE = (_ROOT / "docs" / "faults.md").read_text(encoding="utf-8")


def names_in(path: Path) -> set[str]:
    return set(re.findall(r"^def (test_\w+)\(", path.read_text(encoding="utf-8"), re.MULTILINE))


def test_every_row_names_a_test_that_exists():
    rows = [line for line in _PAGE.splitlines() if line.startswith("| ")]
    named = [re.search(r"`(tests/\S+\.py)::(test_\w+)` \|$", row) for row in rows]
    heads = [row for row, name in zip(rows, named, strict=True) if not name]
    assert all(row.endswith("| test |") for row in heads)
    for name in filter(None, named):
        assert name[2] in names_in(_ROOT / name[1]), name[0]


def test_every_fault_test_is_in_the_table():
    for path in sorted(Path(__file__).parent.glob("test_*.py")):
        if path != Path(__file__):
            assert {name for name in names_in(path) if name not in _PAGE} == set()
