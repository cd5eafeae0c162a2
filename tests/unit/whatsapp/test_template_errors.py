"""Why a template was refused, in words that an operator can act on."""

import pytest

from otp_service.whatsapp import (
    InvalidArgumentError,
    OperatorError,
    PlatformError,
    UnknownOutcomeError,
)
from otp_service.whatsapp.authentication_template import AuthenticationContent, OtpButton
from otp_service.whatsapp.template_error import TemplateError, TemplateFault
from otp_service.whatsapp.templates import (
    TemplateFilter,
    create_template,
    delete_template,
    read_template,
    unpause_template,
    update_template,
    upsert_templates,
)
from tests.unit.whatsapp.graph_server import answer, graph_error

CONTENT = AuthenticationContent(code_expiration_minutes=10)
WABA = "102290129340398"
CALLS = {
    "create": lambda client: create_template(client, WABA, "login_otp", "en_US", CONTENT),
    "update": lambda client: update_template(client, "7", content=CONTENT),
    "delete": lambda client: delete_template(client, WABA, "login_otp"),
    "unpause": lambda client: unpause_template(client, "7"),
    "upsert": lambda client: upsert_templates(client, WABA, "login_otp", ["en_US"], CONTENT),
}


@pytest.mark.parametrize(
    ("subcode", "fault", "words"),
    [
        (2388024, TemplateFault.ALREADY_EXISTS, "update it instead"),
        (2388023, TemplateFault.NAME_BLOCKED, "last 30 days"),
        (2388019, TemplateFault.TOO_MANY, "delete some"),
        (2388039, TemplateFault.NOT_CHANGEABLE, "once in 24 hours"),
        (2388040, TemplateFault.TOO_LONG, "longer than Meta allows"),
        (2388047, TemplateFault.MALFORMED, "header"),
        (2388072, TemplateFault.MALFORMED, "body"),
        (2388073, TemplateFault.MALFORMED, "footer"),
        (2388060, TemplateFault.MALFORMED, "button"),
        (2388293, TemplateFault.MALFORMED, "too many variables"),
        (2388299, TemplateFault.MALFORMED, "first or the last"),
        (9999999, TemplateFault.OTHER, "refused the template"),
    ],
)
def test_each_subcode_says_what_to_do(graph, client, subcode, fault, words):
    graph.script = [graph_error(100, error_subcode=subcode)]
    with pytest.raises(TemplateError, match=words) as caught:
        CALLS["create"](client)
    assert (caught.value.fault, caught.value.meta_sentence) == (fault, None)
    assert f"100/{subcode}" in str(caught.value)
    assert caught.value.alert


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_meta_s_own_sentence_is_kept(graph, client, call):
    graph.script = [
        graph_error(100, error_user_title="Not allowed", error_user_msg="Ask 12395550100.")
    ]
    with pytest.raises(TemplateError) as caught:
        call(client)
    assert caught.value.fault is TemplateFault.OTHER
    assert caught.value.meta_sentence == "Not allowed: Ask [redacted]."
    assert caught.value.meta_sentence in str(caught.value)


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_a_token_that_fails_stops_everything_here_too(graph, client, call):
    graph.script = [graph_error(190, 401)]
    with pytest.raises(OperatorError) as caught:
        call(client)
    assert caught.value.stop


def test_an_answer_that_is_no_graph_error_has_no_sentence(graph, client):
    graph.script = [answer(403, b"<html>")]
    with pytest.raises(TemplateError) as caught:
        CALLS["create"](client)
    assert (caught.value.graph, caught.value.meta_sentence) == (None, None)


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_too_many_calls_pass_by_themselves(graph, client, call):
    graph.script = [graph_error(80008)]
    with pytest.raises(PlatformError) as caught:
        call(client)
    assert caught.value.retry_after_s == 300


@pytest.mark.parametrize("name", ["create", "update", "delete", "unpause"])
def test_an_answer_without_what_was_asked_for_leaves_the_outcome_unknown(graph, client, name):
    graph.script = [answer(200, {"status": "PENDING"})]
    with pytest.raises(UnknownOutcomeError):
        CALLS[name](client)


def test_an_upsert_that_forgets_a_language_leaves_the_outcome_unknown(graph, client):
    graph.script = [answer(200, {"data": [{"id": "7", "status": "APPROVED"}]})]
    with pytest.raises(UnknownOutcomeError):
        CALLS["upsert"](client)


REFUSED = {
    "account": lambda client: create_template(client, "me", "login_otp", "en_US", CONTENT),
    "name": lambda client: create_template(client, WABA, "Login", "en_US", CONTENT),
    "language": lambda client: create_template(client, WABA, "login_otp", "en-US", CONTENT),
    "lifetime": lambda client: create_template(
        client, WABA, "login_otp", "en_US", CONTENT, message_send_ttl_s=1000
    ),
    "update of nothing": lambda client: update_template(client, "7"),
    "lifetime of an update": lambda client: update_template(client, "7", message_send_ttl_s=1),
    "template": lambda client: update_template(client, "login_otp", content=CONTENT),
    "read": lambda client: read_template(client, "login_otp"),
    "deleted name": lambda client: delete_template(client, WABA, "*"),
    "deleted id": lambda client: delete_template(client, WABA, "login_otp", template_id="x"),
    "upsert of nothing": lambda client: upsert_templates(client, WABA, "login_otp", [], CONTENT),
    "upsert of a label": lambda client: upsert_templates(
        client, WABA, "login_otp", ["en_US"], AuthenticationContent(OtpButton(text="Copy"))
    ),
    "filter by name": lambda _: TemplateFilter(name="Login"),
    "filter by language": lambda _: TemplateFilter(language="xx"),
    "filter by status": lambda _: TemplateFilter(status="approved"),
    "filter by category": lambda _: TemplateFilter(category=""),
    "filter by quality": lambda _: TemplateFilter(quality="BLUE"),
}


@pytest.mark.parametrize("call", REFUSED.values(), ids=REFUSED)
def test_what_meta_would_refuse_does_not_leave(graph, client, call):
    with pytest.raises(InvalidArgumentError):
        call(client)
    assert graph.requests == []
