"""deploy/argon2: built for the processor, and the same hashes on every one of them."""

import os
import platform
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest
from argon2 import PasswordHasher

from tests.deployed_redis import DEPLOY
from tests.programs import program

SCRIPT = DEPLOY / "argon2" / "install.sh"
FASTER = "glibc-hwcaps/x86-64-v3"
PASSCODE = "654321"
_VERIFY_AND_HASH = """
import sys
from argon2 import PasswordHasher
hasher = PasswordHasher(time_cost=1, memory_cost=7168, parallelism=1)
assert hasher.verify(sys.argv[1], sys.argv[2])
maps = open("/proc/self/maps").read().split()
print(hasher.hash(sys.argv[2]), *{path for path in maps if "libargon2" in path})
"""


@pytest.fixture(scope="module")
def venv(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One that has the packages of this one, and argon2 of its own."""
    for tool in ("gcc", "make", "cmake"):
        program(tool)
    folder = tmp_path_factory.mktemp("installed") / "venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
    (packages,) = folder.glob("lib/python*/site-packages")
    (packages / "these.pth").write_text(sysconfig.get_path("purelib"))
    subprocess.run(["sh", SCRIPT, folder], check=True)
    return folder


def verified_and_hashed(venv: Path, **variables: str) -> tuple[str, str]:
    """A hash that it makes, once it has verified one of ours; and the library that did it."""
    ours = PasswordHasher(time_cost=1, memory_cost=7168, parallelism=1).hash(PASSCODE)
    run = subprocess.run(
        [venv / "bin" / "python", "-c", _VERIFY_AND_HASH, ours, PASSCODE],
        env={**os.environ, **variables},
        check=True,
        capture_output=True,
        text=True,
    )
    theirs, library = run.stdout.split()
    return theirs, str(Path(library).relative_to(venv / "lib" / "argon2"))


def test_a_processor_with_avx2_gets_the_faster_library(venv: Path):
    theirs, library = verified_and_hashed(venv)
    faster = platform.machine() == "x86_64" and " avx2 " in Path("/proc/cpuinfo").read_text()
    assert library == (f"{FASTER}/libargon2.so.1" if faster else "libargon2.so.1")
    assert PasswordHasher().verify(theirs, PASSCODE)


def test_a_processor_without_it_gets_one_that_it_can_run(venv: Path):
    """glibc is told that there is no AVX2, as it would find by itself (glibc manual, 38.6)."""
    theirs, library = verified_and_hashed(
        venv, GLIBC_TUNABLES="glibc.cpu.hwcaps=-AVX2,-AVX2_Usable"
    )
    assert library == "libargon2.so.1"
    assert PasswordHasher().verify(theirs, PASSCODE)


def test_the_faster_library_has_avx2_and_the_other_one_has_none(venv: Path):
    if platform.machine() != "x86_64":
        pytest.skip("AVX2 is of x86-64")
    counts = []
    for folder in (FASTER, "."):
        library = venv / "lib" / "argon2" / folder / "libargon2.so.1"
        listed = subprocess.run(
            [program("objdump"), "-d", library], check=True, capture_output=True, text=True
        )
        counts.append(listed.stdout.count("%ymm"))
    assert counts[0] > 100
    assert counts[1] == 0


def test_without_a_compiler_it_says_what_to_install_and_touches_nothing(tmp_path: Path):
    (tmp_path / "lib").mkdir()
    run = subprocess.run(
        ["/bin/sh", SCRIPT, tmp_path],
        env={"PATH": "/nowhere"},
        check=False,
        capture_output=True,
        text=True,
    )
    assert run.returncode == 1
    assert "apt-get install gcc" in run.stderr
    assert list((tmp_path / "lib").iterdir()) == []
