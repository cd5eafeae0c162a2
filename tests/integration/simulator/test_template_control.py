"""What the control can make of a template, and who hears of it."""

from dataclasses import replace
from queue import Queue
from typing import TYPE_CHECKING, Any

import pytest

from otp_service.simulator import SimulatorSettings
from otp_service.simulator.template import Quality, TemplateStatus, Verdict
from otp_service.simulator.template_store import TemplateStore
from tests.integration.simulator.template_calls import TEMPLATES, TemplateCalls, order

if TYPE_CHECKING:
    from otp_service.simulator.account import AccountChange


@pytest.fixture
def graph(simulator: Any) -> TemplateCalls:
    return TemplateCalls(simulator)


@pytest.fixture
def login(simulator: Any, graph: TemplateCalls) -> str:
    """The id of an approved template."""
    template_id = graph.created()
    simulator.clock.now += 3
    return template_id


def test_what_meta_decides_shows(simulator: Any, graph: TemplateCalls, login: str):
    order(
        simulator,
        status="REJECTED",
        reason="PROMOTIONAL",
        quality="RED",
        category="UTILITY",
        code_expiration_minutes=None,
        otp_type="ONE_TAP",
    )
    shown = graph.get(
        f"/{login}",
        fields="status,rejected_reason,quality_score,category,previous_category,components",
    ).json()
    [_, button] = shown.pop("components")
    assert "otp_type=ONE_TAP" in button["buttons"][0]["url"]
    assert shown == {
        "status": "REJECTED",
        "rejected_reason": "PROMOTIONAL",
        "quality_score": {"score": "RED", "date": int(simulator.clock.now)},
        "category": "UTILITY",
        "previous_category": "AUTHENTICATION",
    }


@pytest.mark.parametrize(
    "wrong",
    [
        {"template": {}},
        {"template": {"name": "login_otp", "language": "en_US"}},
        {"template": {"name": "shamrock_auth", "language": "en_US", "colour": "green"}},
        *(
            {"template": {"name": "shamrock_auth", "language": "en_US"} | member}
            for member in (
                {"status": "approved"},
                {"quality": 1},
                {"reason": ""},
                {"category": "LOGIN"},
                {"code_expiration_minutes": "5"},
                {"otp_type": "TAP"},
            )
        ),
        {"template_review": {"after_s": -1}},
        {"template_review": {"after_s": True}},
        {"template_review": {"status": "PAUSED"}},
        {"template_review": {"reason": 7}},
        {"template_review": []},
    ],
    ids=repr,
)
def test_a_wrong_order_changes_nothing(
    simulator: Any, graph: TemplateCalls, wrong: dict[str, Any]
):
    before = graph.get(TEMPLATES, fields="id,status,quality_score,components").json()
    assert simulator.control(**wrong).status_code == 400
    assert graph.get(TEMPLATES, fields="id,status,quality_score,components").json() == before


def test_listeners_hear_of_a_verdict_without_asking(settings: SimulatorSettings):
    heard: Queue[AccountChange] = Queue()
    store = TemplateStore(replace(settings, template_review_s=0.05))
    store.on_change(heard.put)
    store.create("login_otp", ["en_US"], store.all()[0].content)
    change = heard.get(timeout=5)
    assert change.field == "message_template_status_update"
    assert change.value == {
        "message_template_id": int(store.named("login_otp")[0].id),
        "message_template_name": "login_otp",
        "message_template_language": "en_US",
        "event": "APPROVED",
        "reason": "NONE",
        "message_template_category": "AUTHENTICATION",
    }


def test_listeners_hear_of_a_pause_a_quality_and_a_deletion(settings: SimulatorSettings):
    heard: list[AccountChange] = []
    store = TemplateStore(settings)
    store.on_change(heard.append)
    [template] = [each for each in store.all() if each.language == "es"]
    red = Verdict(status=TemplateStatus.PAUSED, quality=Quality.RED)
    store.decide([template.id], red)
    store.decide([template.id], red)
    store.delete("shamrock_auth", template.id)
    paused, quality, deleted = heard
    assert (paused.value["event"], paused.value["other_info"]) == (
        "PAUSED",
        {"title": "FIRST_PAUSE"},
    )
    assert quality.field == "message_template_quality_update"
    assert quality.value["previous_quality_score"] == "UNKNOWN"
    assert quality.value["new_quality_score"] == "RED"
    assert quality.value["message_template_language"] == "es"
    assert deleted.value["event"] == "DELETED"
