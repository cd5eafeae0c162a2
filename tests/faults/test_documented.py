"""docs/faults.md has a row for every test of this folder; tests/guides sees that they exist."""

import re
from pathlib import Path

_ROOT = Path(__file__).parents[2]
_PAGE = (_ROOT / "docs" / "faults.md").read_text(encoding="utf-8")
_TEST = re.compile(r"^def (test_\w+)\(", re.MULTILINE)


def test_every_row_names_its_test():
    rows = [line for line in _PAGE.splitlines() if line.startswith("| ")]
    bare = [row for row in rows if not re.search(r"`tests/\S+\.py::test_\w+` \|$", row)]
    assert all(row.endswith("| test |") for row in bare)


def test_every_fault_test_is_in_the_table():
    for path in sorted(Path(__file__).parent.glob("test_*.py")):
        if path != Path(__file__):
            names = _TEST.findall(path.read_text(encoding="utf-8"))
            assert {name for name in names if name not in _PAGE} == set()
