"""Which commands belong together on a Cluster, and whose key decides where they go."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

# Arguments, and redis-py's options for reading the reply.
Command: TypeAlias = tuple[tuple[Any, ...], dict[str, Any]]

# Of no key, so any node can answer; WAIT speaks of what its own connection wrote before.
_KEYLESS = frozenset({"PING", "TIME", "INFO", "WAIT"})
_SCRIPTS = frozenset({"EVAL", "EVALSHA"})
# Of no key, and every node has to hear it.
EVERYWHERE = frozenset({"SCRIPT LOAD", "SCRIPT FLUSH", "FLUSHALL"})


@dataclass(slots=True)
class Unit:
    """Commands that have to follow each other on one connection, by their places."""

    key: str | None
    places: list[int]


def key_of(args: Sequence[Any]) -> str | None:
    """The first key: a Cluster refuses a command whose other keys are elsewhere."""
    if args[0] in _KEYLESS:
        return None
    return str(args[3] if args[0] in _SCRIPTS else args[1])


def units_of(commands: Sequence[Command], *, atomic: bool) -> list[Unit]:
    """Each command with a key is one, with those without a key that come after it.

    Those that come before the first key go with the first. A transaction is one unit.
    """
    units: list[Unit] = []
    for place, (args, _) in enumerate(commands):
        key = key_of(args)
        if units and (atomic or key is None or units[-1].key is None):
            units[-1].places.append(place)
            units[-1].key = key if units[-1].key is None else units[-1].key
        else:
            units.append(Unit(key, [place]))
    return units
