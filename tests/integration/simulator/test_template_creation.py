"""Creating templates: what is taken, what is refused and with which subcode, and the review."""

from dataclasses import replace
from typing import Any

import pytest

from tests.integration.simulator.account_calls import error_of, message_of
from tests.integration.simulator.template_calls import APP, TEMPLATES, TemplateCalls, components


@pytest.fixture
def graph(simulator: Any) -> TemplateCalls:
    return TemplateCalls(simulator)


def test_a_new_template_is_pending_until_its_review_ends(simulator: Any, graph: TemplateCalls):
    answer = graph.create().json()
    assert answer.keys() == {"id", "status", "category"}
    assert (answer["status"], answer["category"]) == ("PENDING", "AUTHENTICATION")
    simulator.clock.now += 2.9
    assert graph.status(answer["id"]) == "PENDING"
    simulator.clock.now += 0.2
    assert graph.status(answer["id"]) == "APPROVED"


def test_only_an_approved_template_can_be_sent(simulator: Any, graph: TemplateCalls):
    graph.created(name="shamrock_auth", language="fr")
    payload = simulator.payload_with(("fr", ("template", "language", "code")))
    assert error_of(simulator.post(payload))[1] == 132001
    simulator.clock.now += 3
    assert simulator.post(payload).status_code == 200


def test_a_review_of_no_time_ends_at_once(start: Any, settings: Any):
    graph = TemplateCalls(start(replace(settings, template_review_s=0)))
    assert graph.create().json()["status"] == "APPROVED"


def test_a_review_can_be_ordered_to_take_its_time(simulator: Any, graph: TemplateCalls):
    simulator.control(template_review={"after_s": 60})
    template_id = graph.created()
    simulator.clock.now += 59
    assert graph.status(template_id) == "PENDING"
    simulator.clock.now += 1
    assert graph.status(template_id) == "APPROVED"


def test_a_review_can_be_ordered_to_end_in_a_rejection(simulator: Any, graph: TemplateCalls):
    simulator.control(template_review={"status": "REJECTED", "reason": "SCAM", "after_s": 1})
    template_id = graph.created()
    simulator.clock.now += 1
    shown = graph.read(template_id, "status", "rejected_reason")
    assert shown == {"status": "REJECTED", "rejected_reason": "SCAM"}


def test_it_reads_back_with_a_url_button(graph: TemplateCalls):
    template_id = graph.created(components=components(footer={"code_expiration_minutes": 10}))
    shown = graph.read(template_id, "components", "message_send_ttl_seconds", "parameter_format")
    url = "https://www.whatsapp.com/otp/code/?otp_type=COPY_CODE&code_expiration_minutes=10"
    assert shown == {
        "components": [
            {
                "type": "BODY",
                "text": "*{{1}}* is your verification code. For your security, do not share this "
                "code.",
                "add_security_recommendation": True,
                "example": {"body_text": [["123456"]]},
            },
            {
                "type": "FOOTER",
                "text": "This code expires in 10 minutes.",
                "code_expiration_minutes": 10,
            },
            {
                "type": "BUTTONS",
                "buttons": [
                    {
                        "type": "URL",
                        "text": "Copy code",
                        "url": f"{url}&code=otp{{{{1}}}}",
                        "example": [f"{url}&code=otp123456"],
                    }
                ],
            },
        ],
        "message_send_ttl_seconds": 300,
        "parameter_format": "POSITIONAL",
    }


def test_without_a_footer_and_labels_the_words_are_meta_s(graph: TemplateCalls):
    body, _, buttons = components(body={})
    template_id = graph.created(language="es", components=[body, buttons])
    text, button = graph.read(template_id, "components")["components"]
    assert text["text"] == "Tu código de verificación es *{{1}}*."
    assert button["buttons"][0]["text"] == "Copiar código"


def test_a_tap_button_reads_back_with_its_apps(graph: TemplateCalls):
    tap = {
        "otp_type": "zero_tap",
        "text": "Copy",
        "autofill_text": "Fill in",
        "supported_apps": [APP],
        "zero_tap_terms_accepted": True,
    }
    template_id = graph.created(components=components(button=tap))
    [*_, shown] = graph.read(template_id, "components")["components"]
    assert shown["buttons"][0]["text"] == "Copy"
    for part in (
        "otp_type=ZERO_TAP",
        "cta_display_name=Fill+in",
        "package_name=com.example.app",
        "signature_hash=K8a%2FAINcGX7",
    ):
        assert part in shown["buttons"][0]["url"]


ONE_TAP = {"otp_type": "ONE_TAP", "supported_apps": [APP]}


@pytest.mark.parametrize(
    ("members", "subcode"),
    [
        ({"name": ...}, None),
        ({"name": "Login"}, None),
        ({"name": "1login"}, None),
        ({"name": "a" * 513}, 2388040),
        ({"language": ...}, None),
        ({"language": "en-US"}, None),
        ({"language": "tlh"}, None),
        ({"category": ...}, None),
        ({"category": "MARKETING"}, None),
        ({"category": "LOGIN"}, None),
        ({"message_send_ttl_seconds": 29}, None),
        ({"message_send_ttl_seconds": 901}, None),
        ({"message_send_ttl_seconds": "300"}, None),
        ({"message_ttl": 300}, None),
        ({"components": ...}, 2388072),
        ({"components": "BODY"}, None),
        ({"components": [{"type": "BODIES"}]}, None),
        ({"components": [*components(), {"type": "HEADER"}]}, 2388047),
        ({"components": [*components(), {"type": "BODY"}]}, 2388072),
        ({"components": components()[1:]}, 2388072),
        ({"components": components()[:2]}, 2388060),
        ({"components": components(body={"text": "Your code is {{1}}"})}, 2388072),
        ({"components": components(body={"add_security_recommendation": "true"})}, None),
        ({"components": components(body={"add_security": True})}, None),
        ({"components": components(footer={"text": "10 minutes"})}, 2388073),
        ({"components": components(footer={"code_expiration_minutes": 0})}, 2388073),
        ({"components": components(footer={"code_expiration_minutes": 91})}, 2388073),
        ({"components": components(footer={"code_expiration_minutes": "5"})}, 2388073),
        ({"components": [*components()[:2], {"type": "BUTTONS", "buttons": []}]}, 2388060),
        ({"components": components(button={"type": "URL"})}, None),
        ({"components": components(button={"otp_type": "TAP"})}, None),
        ({"components": components(button={"url": "https://example.com"})}, None),
        ({"components": components(button={"text": "a" * 26})}, 2388040),
        ({"components": components(button={"text": "Copy {{1}}"})}, 2388060),
        ({"components": components(button={"autofill_text": "Fill"})}, 2388060),
        ({"components": components(button={"supported_apps": [APP]})}, 2388060),
        ({"components": components(button=ONE_TAP | {"supported_apps": []})}, 2388060),
        ({"components": components(button=ONE_TAP | {"supported_apps": [APP] * 6})}, 2388060),
        ({"components": components(button=ONE_TAP | {"otp_type": "ZERO_TAP"})}, 2388060),
        *(
            ({"components": components(button=ONE_TAP | {"supported_apps": [APP | wrong]})}, code)
            for wrong, code in (
                ({"package_name": "app"}, 2388060),
                ({"package_name": "com." + "a" * 221}, 2388040),
                ({"signature_hash": "K8a/AINcGX"}, 2388060),
                ({"sha256": "x"}, None),
            )
        ),
    ],
    ids=repr,
)
def test_a_wrong_declaration_is_refused(
    graph: TemplateCalls, members: dict[str, Any], subcode: int | None
):
    answer = graph.create(**members)
    assert error_of(answer) == (400, 100, subcode)
    error = answer.json()["error"]
    assert (subcode is not None) == bool(error.get("error_user_title"))
    assert graph.listed(name="login_otp") == []


def test_a_language_that_exists_is_refused(graph: TemplateCalls):
    answer = graph.create(name="shamrock_auth")
    assert error_of(answer) == (400, 100, 2388024)
    assert answer.json()["error"]["error_user_title"] == "Content in this language already exists"


def test_there_can_be_so_many_templates(start: Any, settings: Any):
    graph = TemplateCalls(start(replace(settings, template_limit=3)))
    graph.created()
    assert error_of(graph.create(name="another")) == (400, 100, 2388019)


def test_a_hundred_can_be_created_in_an_hour(simulator: Any, graph: TemplateCalls):
    for number in range(100):
        graph.created(name=f"login_{number}")
    assert error_of(graph.create(name="one_more"))[1] == 80008
    simulator.clock.now += 3600
    graph.created(name="one_more")


def test_the_token_and_the_account_are_checked(simulator: Any, graph: TemplateCalls):
    assert error_of(TemplateCalls(simulator, token="wrong").create())[1] == 190
    assert error_of(graph.post("/999/message_templates", {})) == (400, 100, 33)
    assert error_of(graph.send("PUT", TEMPLATES)) == (400, 100, 33)
    assert "Unexpected key" in message_of(graph.create(colour="green"))
