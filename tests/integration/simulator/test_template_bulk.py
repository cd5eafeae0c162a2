"""One template in many languages at once, and how it will look in each."""

from typing import Any

import pytest

from otp_service.simulator.template_languages import LANGUAGES
from tests.integration.simulator.account_calls import ACCOUNT, error_of
from tests.integration.simulator.template_calls import TemplateCalls, components, order

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


def upsert(graph: TemplateCalls, **members: Any) -> Any:
    declared = {
        "name": "login_otp",
        "languages": ["en_US", "es"],
        "category": "authentication",
        "components": OTHER,
    } | members
    path = f"{ACCOUNT}/upsert_message_templates"
    return graph.post(path, {k: v for k, v in declared.items() if v is not ...})


def test_many_languages_at_once_are_created_and_edited(graph: TemplateCalls, login: str):
    answer = upsert(graph).json()["data"]
    assert [(node["language"], node["status"]) for node in answer] == [
        ("en_US", "PENDING"),
        ("es", "PENDING"),
    ]
    assert answer[0]["id"] == login
    assert graph.listed(name="login_otp") == ["login_otp/en_US", "login_otp/es"]


def test_what_is_as_declared_already_is_left_alone(
    simulator: Any, graph: TemplateCalls, login: str
):
    upsert(graph)
    simulator.clock.now += 3
    assert [node["status"] for node in upsert(graph).json()["data"]] == ["APPROVED"] * 2


def test_one_language_that_cannot_be_edited_stops_all(
    simulator: Any, graph: TemplateCalls, login: str
):
    order(simulator, status="DISABLED")
    assert error_of(upsert(graph)) == (400, 100, 2388039)
    assert graph.listed(name="login_otp") == ["login_otp/en_US"]


@pytest.mark.parametrize(
    "members",
    [
        {"languages": ...},
        {"languages": []},
        {"languages": ["en_US", "tlh"]},
        {"language": "en_US"},
        {"message_send_ttl_seconds": 300},
        {"components": components(button={"text": "Copy"})},
    ],
    ids=repr,
)
def test_what_cannot_be_upserted(graph: TemplateCalls, members: dict[str, Any]):
    assert error_of(upsert(graph, **members)) == (400, 100, None)
    assert graph.listed(name="login_otp") == []


PREVIEWS = f"{ACCOUNT}/message_template_previews"
PREVIEW = {"category": "AUTHENTICATION", "button_types": "OTP"}


def test_a_preview_shows_the_words_of_each_language(graph: TemplateCalls):
    query = PREVIEW | {"languages": "en_US,es", "code_expiration_minutes": "10"}
    english, spanish = graph.get(PREVIEWS, **query).json()["data"]
    assert english == {
        "body": "*{{1}}* is your verification code.",
        "buttons": [{"autofill_text": "Autofill", "text": "Copy code"}],
        "footer": "This code expires in 10 minutes.",
        "language": "en_US",
    }
    assert spanish["footer"] == "Este código caduca en 10 minutos."


def test_a_preview_without_a_language_is_of_all(graph: TemplateCalls):
    answer = graph.get(PREVIEWS, **PREVIEW, add_security_recommendation="true").json()["data"]
    assert {node["language"] for node in answer} == LANGUAGES
    assert "footer" not in answer[0]
    assert answer[0]["body"].endswith("do not share this code.")


@pytest.mark.parametrize(
    "wrong",
    [
        {"category": ""},
        {"button_types": ""},
        {"button_types": "URL"},
        {"languages": "tlh"},
        {"code_expiration_minutes": "91"},
        {"add_security_recommendation": "yes"},
        {"text": "Hello"},
    ],
)
def test_a_wrong_preview_is_refused(graph: TemplateCalls, wrong: dict[str, str]):
    assert error_of(graph.get(PREVIEWS, **PREVIEW | wrong)) == (400, 100, None)
