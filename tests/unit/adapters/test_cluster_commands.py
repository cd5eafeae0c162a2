"""Which commands of a pipeline stay together on a Cluster."""

import pytest

from otp_service.adapters.redis_cluster_commands import Command, key_of, units_of

TIME: Command = (("TIME",), {})
WAIT: Command = (("WAIT", 1, 300), {})


def get(key: str) -> Command:
    return ("GET", key), {}


def script(*keys: str) -> Command:
    return ("EVALSHA", "sha", len(keys), *keys, "argument"), {}


@pytest.mark.parametrize(
    ("command", "key"), [(get("a"), "a"), (script("b", "c"), "b"), (TIME, None), (WAIT, None)]
)
def test_the_key_that_decides(command, key):
    assert key_of(command[0]) == key


@pytest.mark.parametrize(
    ("commands", "units"),
    [
        ([], []),
        ([get("a"), get("b")], [("a", [0]), ("b", [1])]),
        ([script("a"), WAIT, script("b"), WAIT], [("a", [0, 1]), ("b", [2, 3])]),
        ([TIME, get("a"), get("b")], [("a", [0, 1]), ("b", [2])]),
        ([TIME], [(None, [0])]),
    ],
)
def test_what_has_no_key_goes_with_what_has(commands, units):
    found = units_of(commands, atomic=False)
    assert [(unit.key, unit.places) for unit in found] == units


def test_a_transaction_is_one_unit():
    (unit,) = units_of([TIME, get("a"), get("b")], atomic=True)
    assert (unit.key, unit.places) == ("a", [0, 1, 2])
