"""The same refusals as graph.facebook.com answers them and as Meta's pages print them."""

from dataclasses import replace
from typing import Any

import pytest

from tests.integration.simulator.account_calls import NUMBER, AccountCalls, error_of


@pytest.fixture
def simulators(start: Any, settings: Any) -> list[Any]:
    """The live flavour, then the published one."""
    return [start(replace(settings, error_flavour=each)) for each in ("live", "published")]


@pytest.mark.parametrize(
    ("token", "path", "live", "published"),
    [
        ("wrong", NUMBER, (401, 190, None), (401, 190, 463)),
        (None, "/999", (400, 100, 33), (404, 803, None)),
        (None, f"{NUMBER}?fields=colour", (400, 100, None), (422, 100, None)),
        (None, f"{NUMBER}?field=id", (400, 100, None), (400, 100, None)),
        ("", NUMBER, (401, 104, None), (401, 104, None)),
    ],
)
def test_reading_a_node(
    simulators: Any,
    token: str | None,
    path: str,
    live: tuple[int, int, int | None],
    published: tuple[int, int, int | None],
):
    given = {} if token is None else {"token": token}
    answers = [AccountCalls(simulator, **given).get(path) for simulator in simulators]
    assert [error_of(answer) for answer in answers] == [live, published]


@pytest.mark.parametrize(
    ("code", "live", "published"),
    [
        (4, (400, 4, 2446079), (429, 4, 2446079)),
        (17, (400, 17, None), (429, 17, 2446079)),
        (2, (503, 2, None), (500, 2, None)),
        (200, (403, 200, 1349174), (403, 200, 1349174)),
        (131042, (400, 131042, None), (400, 131042, None)),
    ],
)
def test_a_send(
    simulators: Any,
    code: int,
    live: tuple[int, int, int | None],
    published: tuple[int, int, int | None],
):
    seen = []
    for simulator in simulators:
        simulator.control(fail_next={"code": code})
        seen.append(simulator.send())
    assert [error_of(answer) for answer in seen] == [live, published]


def test_what_passes_by_itself_is_said_to_be_transient(simulators: Any):
    _, published = simulators
    for code in (2, 4):
        published.control(fail_next={"code": code})
        assert published.send().json()["error"]["is_transient"] is True


def test_no_permission_has_words_for_a_person(simulators: Any):
    _, published = simulators
    published.control(fail_next={"code": 200})
    assert published.send().json()["error"]["error_user_title"] == "Permission Denied"


def test_a_flavour_nobody_knows_is_refused(settings: Any):
    with pytest.raises(ValueError, match="error_flavour"):
        replace(settings, error_flavour="sweet")
