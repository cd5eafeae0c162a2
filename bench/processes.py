"""What processes of ours have used: processor time and memory, from /proc (proc(5), Linux)."""

import os
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

_TICKS_PER_S = os.sysconf("SC_CLK_TCK")
_GUARDIAN = "otp_service.demo.guardian"


@dataclass(frozen=True, slots=True)
class ServerProcesses:
    """A gunicorn: the master and its workers."""

    master: int
    workers: tuple[int, ...]

    @property
    def all(self) -> tuple[int, ...]:
        return (self.master, *self.workers)


def server_at(bind: str) -> ServerProcesses | None:
    """The gunicorn that was started with this address, as far as it has started."""
    parents = {pid: _parent(pid) for pid in _pids() if _is_serving(pid, bind)}
    masters = [pid for pid, parent in parents.items() if parent not in parents]
    if len(masters) != 1:
        return None
    return ServerProcesses(masters[0], tuple(pid for pid in parents if pid != masters[0]))


def processor_s(pids: Iterable[int]) -> float:
    """Seconds of processor time so far, in user space and in the kernel."""
    return sum(_ticks(pid) for pid in pids) / _TICKS_PER_S


def resident_mib(pid: int) -> float:
    return _memory(pid, "status", "VmRSS")


def highest_resident_mib(pid: int) -> float:
    """The most it ever had."""
    return _memory(pid, "status", "VmHWM")


def proportional_mib(pid: int) -> float:
    """Pages that several processes share count in parts, so that a sum counts each once."""
    return _memory(pid, "smaps_rollup", "Pss")


def _pids() -> list[int]:
    return sorted(int(folder.name) for folder in Path("/proc").glob("[0-9]*"))


def _is_serving(pid: int, bind: str) -> bool:
    try:
        words = Path(f"/proc/{pid}/cmdline").read_text("utf-8", "replace").split("\0")
    except OSError:
        return False
    return bind in words and _GUARDIAN not in words


def _fields(pid: int) -> list[str]:
    # The second field is the program's name in brackets, which may have blanks in it.
    return Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()


def _parent(pid: int) -> int:
    return int(_fields(pid)[1])


def _ticks(pid: int) -> int:
    fields = _fields(pid)
    return int(fields[11]) + int(fields[12])


def _memory(pid: int, file: str, name: str) -> float:
    text = Path(f"/proc/{pid}/{file}").read_text("utf-8")
    found = re.search(rf"^{name}:\s+(\d+) kB", text, re.MULTILINE)
    return int(found[1]) / 1024 if found else 0.0
