"""Listing, editing, pausing and deleting templates."""

from typing import Any

import pytest

from tests.integration.simulator.account_calls import error_of, message_of
from tests.integration.simulator.template_calls import TEMPLATES, TemplateCalls, components, order

DAY_S = 86_400
OTHER = components(footer={"code_expiration_minutes": 7})


@pytest.fixture
def graph(simulator: Any) -> TemplateCalls:
    return TemplateCalls(simulator)


@pytest.fixture
def login(simulator: Any, graph: TemplateCalls) -> str:
    """The id of an approved template."""
    template_id = graph.created()
    simulator.clock.now += 3
    return template_id


def test_the_account_s_own_templates_are_listed(graph: TemplateCalls):
    answer = graph.get(TEMPLATES).json()
    assert [node["language"] for node in answer["data"]] == ["en_US", "es"]
    assert answer["data"][0].keys() == {
        "name",
        "components",
        "language",
        "status",
        "category",
        "message_send_ttl_seconds",
        "id",
    }
    assert "next" not in answer["paging"]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"name": "login_otp"}, ["login_otp/en_US"]),
        ({"name": "nothing"}, []),
        ({"language": "es"}, ["shamrock_auth/es"]),
        ({"status": "PENDING"}, ["login_otp/en_US"]),
        ({"category": "UTILITY"}, []),
        ({"quality_score": "RED"}, []),
        ({"content": "verificación"}, ["shamrock_auth/es"]),
        ({"name_or_content": "login"}, ["login_otp/en_US"]),
    ],
)
def test_filters(graph: TemplateCalls, query: dict[str, str], expected: list[str]):
    graph.created()
    assert graph.listed(**query) == expected


def test_pages_lead_through_all_templates(graph: TemplateCalls):
    for number in range(3):
        graph.created(name=f"login_{number}")
    first = graph.get(TEMPLATES, limit=2).json()
    assert "access_token" not in first["paging"]["next"]
    after = first["paging"]["cursors"]["after"]
    assert graph.listed(limit=2, after=after) == ["login_0/en_US", "login_1/en_US"]


@pytest.mark.parametrize("path", [TEMPLATES, "login"])
def test_one_unknown_field_refuses_the_whole_call(graph: TemplateCalls, login: str, path: str):
    answer = graph.get(f"/{login}" if path == "login" else path, fields="id,colour")
    assert error_of(answer) == (400, 100, None)
    assert "nonexisting field (colour)" in message_of(answer)


def test_fields_are_checked_when_nothing_is_listed(graph: TemplateCalls):
    assert error_of(graph.get(TEMPLATES, name="none", fields="colour")) == (400, 100, None)


def test_an_edit_replaces_the_components_and_is_reviewed(
    simulator: Any, graph: TemplateCalls, login: str
):
    edited = graph.post(f"/{login}", {"components": OTHER, "category": "AUTHENTICATION"})
    assert edited.json() == {"success": True}
    assert graph.status(login) == "PENDING"
    simulator.clock.now += 3
    assert graph.status(login) == "APPROVED"
    footer = graph.read(login, "components")["components"][1]
    assert footer["code_expiration_minutes"] == 7


def test_an_edit_of_the_lifetime_leaves_the_components(graph: TemplateCalls, login: str):
    before = graph.read(login, "components")
    assert graph.post(f"/{login}", {"message_send_ttl_seconds": -1}).status_code == 200
    assert graph.read(login, "components") == before
    assert graph.read(login, "message_send_ttl_seconds") == {"message_send_ttl_seconds": -1}


@pytest.mark.parametrize("status", ["PENDING", "DISABLED", "IN_APPEAL"])
def test_a_status_that_forbids_an_edit(
    simulator: Any, graph: TemplateCalls, login: str, status: str
):
    order(simulator, status=status)
    assert error_of(graph.post(f"/{login}", {"components": OTHER})) == (400, 100, 2388039)


@pytest.mark.parametrize("body", [{}, {"components": []}, {"category": "UTILITY"}, {"name": "x"}])
def test_a_wrong_edit_is_refused(graph: TemplateCalls, login: str, body: dict[str, Any]):
    assert error_of(graph.post(f"/{login}", body))[1] == 100
    assert graph.status(login) == "APPROVED"


def test_an_approved_template_is_edited_once_a_day(
    simulator: Any, graph: TemplateCalls, login: str
):
    for _ in range(10):
        assert graph.post(f"/{login}", {"components": OTHER}).status_code == 200
        simulator.clock.now += 3
        assert error_of(graph.post(f"/{login}", {"components": OTHER})) == (400, 100, 2388039)
        simulator.clock.now += DAY_S
    # The eleventh within 30 days.
    assert error_of(graph.post(f"/{login}", {"components": OTHER})) == (400, 100, 2388039)
    simulator.clock.now += 20 * DAY_S
    assert graph.post(f"/{login}", {"components": OTHER}).status_code == 200


@pytest.mark.parametrize("status", ["REJECTED", "PAUSED"])
def test_a_template_that_is_not_sent_is_edited_as_often_as_wanted(
    simulator: Any, graph: TemplateCalls, login: str, status: str
):
    for _ in range(12):
        order(simulator, status=status)
        assert graph.post(f"/{login}", {"components": OTHER}).status_code == 200


def test_a_pause_is_ended(simulator: Any, graph: TemplateCalls, login: str):
    assert error_of(graph.post(f"/{login}/unpause")) == (400, 100, 2388039)
    order(simulator, status="PAUSED")
    assert graph.post(f"/{login}/unpause").json() == {"success": True}
    assert graph.status(login) == "APPROVED"


@pytest.mark.parametrize(("method", "path"), [("GET", ""), ("POST", ""), ("POST", "/unpause")])
def test_an_id_nobody_knows(graph: TemplateCalls, method: str, path: str):
    assert error_of(graph.send(method, f"/999{path}")) == (400, 100, 33)


def test_a_deletion_by_name_takes_all_languages_and_blocks_the_name(
    simulator: Any, graph: TemplateCalls, login: str
):
    assert graph.delete(TEMPLATES, name="shamrock_auth").json() == {"success": True}
    assert graph.listed() == ["login_otp/en_US"]
    assert error_of(simulator.send())[1] == 132001
    assert error_of(graph.create(name="shamrock_auth", language="fr")) == (400, 100, 2388023)
    simulator.clock.now += 30 * DAY_S
    graph.created(name="shamrock_auth", language="fr")


def test_a_deletion_by_id_takes_one_language(graph: TemplateCalls):
    spanish = graph.get(TEMPLATES, language="es", fields="id").json()["data"][0]["id"]
    assert graph.delete(TEMPLATES, name="shamrock_auth", hsm_id=spanish).status_code == 200
    assert graph.listed() == ["shamrock_auth/en_US"]
    assert error_of(graph.create(name="shamrock_auth", language="es")) == (400, 100, 2388023)
    graph.created(name="shamrock_auth", language="fr")


@pytest.mark.parametrize("query", [{}, {"name": "none"}, {"name": "login_otp", "hsm_id": "999"}])
def test_a_deletion_of_nothing(graph: TemplateCalls, login: str, query: dict[str, str]):
    assert error_of(graph.delete(TEMPLATES, **query)) == (400, 100, None)


def test_a_disabled_template_cannot_be_deleted(simulator: Any, graph: TemplateCalls, login: str):
    order(simulator, status="DISABLED")
    assert error_of(graph.delete(TEMPLATES, name="login_otp")) == (400, 100, 2388039)


def test_each_call_counts_against_the_management_limit(simulator: Any, graph: TemplateCalls):
    simulator.control(management_limit=2)
    assert graph.get(TEMPLATES).headers["X-Business-Use-Case-Usage"]
    graph.create()
    assert error_of(graph.get(TEMPLATES))[1] == 80008
