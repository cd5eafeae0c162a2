"""What has to be done about a template, for every state that Meta can have it in."""

from dataclasses import replace

import pytest

from otp_service.whatsapp import InvalidArgumentError
from otp_service.whatsapp.authentication_template import (
    AuthenticationContent,
    OtpButton,
    OtpType,
    SupportedApp,
)
from otp_service.whatsapp.template import Template, TemplateButton
from otp_service.whatsapp.template_plan import (
    Act,
    DeclaredTemplate,
    apply_step,
    differences,
    plan_templates,
)
from tests.unit.whatsapp.graph_server import GraphServer, answer

APP = SupportedApp("com.example.app", "K8a/AINcGX7")
OTHER_APP = SupportedApp("com.example.app", "XXa/AINcGX7")
DECLARED = DeclaredTemplate(
    "shamrock_auth", ("en_US", "es"), AuthenticationContent(code_expiration_minutes=10), 600
)
COPY = TemplateButton("COPY_CODE", "Copy code", None, ())
AS_DECLARED = Template(
    id="1261130995521319",
    name="shamrock_auth",
    language="en_US",
    status="APPROVED",
    category="AUTHENTICATION",
    previous_category=None,
    message_send_ttl_s=600,
    quality="UNKNOWN",
    quality_at=None,
    rejected_reason="NONE",
    body=None,
    footer=None,
    security_recommendation=True,
    code_expiration_minutes=10,
    button=COPY,
)
ONE_TAP = replace(
    DECLARED,
    content=AuthenticationContent(
        OtpButton(OtpType.ONE_TAP, supported_apps=(APP,)), code_expiration_minutes=10
    ),
)


def parts(declared: DeclaredTemplate, **members: object) -> dict[str, tuple[str, str]]:
    template = replace(AS_DECLARED, **members)  # type: ignore[arg-type]  # any member
    return {one.part: (one.declared, one.at_meta) for one in differences(declared, template)}


@pytest.mark.parametrize(
    ("members", "difference"),
    [
        ({}, {}),
        ({"category": "UTILITY"}, {"category": ("AUTHENTICATION", "UTILITY")}),
        ({"category": "authentication"}, {}),
        ({"button": None}, {"button": ("COPY_CODE", "none")}),
        ({"button": replace(COPY, otp_type="ONE_TAP")}, {"button": ("COPY_CODE", "ONE_TAP")}),
        ({"button": replace(COPY, text="Copy it")}, {}),
        ({"code_expiration_minutes": 5}, {"code_expiration_minutes": ("10", "5")}),
        ({"code_expiration_minutes": None}, {"code_expiration_minutes": ("10", "none")}),
        ({"security_recommendation": False}, {"security_recommendation": ("True", "False")}),
        ({"message_send_ttl_s": -1}, {"message_send_ttl_s": ("600", "-1")}),
    ],
)
def test_what_is_otherwise_at_meta(members, difference):
    assert parts(DECLARED, **members) == difference


@pytest.mark.parametrize(
    "member", ["category", "security_recommendation", "message_send_ttl_s", "quality"]
)
def test_what_meta_does_not_show_counts_as_equal(member):
    assert parts(DECLARED, **{member: None}) == {}


def test_no_line_about_the_expiry_is_declared_and_there():
    declared = replace(DECLARED, content=AuthenticationContent())
    assert parts(declared, code_expiration_minutes=None) == {}
    assert parts(declared) == {"code_expiration_minutes": ("none", "10")}


@pytest.mark.parametrize(
    ("apps", "difference"),
    [
        ((APP,), None),
        ((), None),
        ((OTHER_APP,), ("com.example.app:K8a/AINcGX7", "com.example.app:XXa/AINcGX7")),
    ],
    ids=["the same", "not shown", "another signing key"],
)
def test_the_apps_that_get_the_code_are_compared_with_their_keys(apps, difference):
    found = parts(ONE_TAP, button=TemplateButton("ONE_TAP", "Copy", "Fill in", apps))
    assert found.get("supported_apps") == difference


WRONG = {"code_expiration_minutes": 5}


@pytest.mark.parametrize(
    ("status", "members", "act"),
    [
        ("APPROVED", {}, Act.NOTHING),
        ("APPROVED", WRONG, Act.UPDATE),
        ("APPROVED", {"category": "UTILITY"}, Act.RENAME),
        ("PAUSED", {}, Act.WAIT),
        ("PAUSED", WRONG, Act.UPDATE),
        ("REJECTED", {}, Act.UPDATE),
        ("REJECTED", WRONG, Act.UPDATE),
        ("REJECTED", {"category": "MARKETING"}, Act.RENAME),
        ("PENDING", {}, Act.WAIT),
        ("PENDING", WRONG, Act.WAIT),
        ("IN_APPEAL", {}, Act.WAIT),
        ("PENDING_DELETION", {}, Act.WAIT),
        ("LIMIT_EXCEEDED", {}, Act.WAIT),
        ("DISABLED", {}, Act.RENAME),
        ("DELETED", {}, Act.CREATE),
        ("INVENTED_TOMORROW", {}, Act.WAIT),
        (None, {}, Act.WAIT),
    ],
)
def test_what_to_do_by_status(status, members, act):
    template = replace(AS_DECLARED, status=status, **members)
    [step, other] = plan_templates(DECLARED, [template])
    assert (step.language, step.act) == ("en_US", act)
    assert (other.language, other.act, other.template) == ("es", Act.CREATE, None)


def test_the_plan_is_in_the_declared_order_and_of_this_name_only():
    existing = [
        replace(AS_DECLARED, language="es"),
        replace(AS_DECLARED, language="de"),
        replace(AS_DECLARED, language="en_US", status="PENDING"),
        replace(AS_DECLARED, name="shamrock_auth_2"),
    ]
    steps = plan_templates(DECLARED, existing)
    assert [(step.language, step.act) for step in steps] == [
        ("en_US", Act.WAIT),
        ("es", Act.NOTHING),
    ]


def test_a_step_that_changes_nothing_makes_no_call(graph: GraphServer, client):
    for status in ("APPROVED", "PENDING", "DISABLED"):
        steps = plan_templates(DECLARED, [replace(AS_DECLARED, status=status)])
        apply_step(client, "102290129340398", DECLARED, steps[0])
    assert graph.requests == []


def test_a_step_creates_or_updates_its_language(graph: GraphServer, client):
    graph.script = [answer(200, {"success": True}), answer(200, {"id": "7", "status": "PENDING"})]
    for step in plan_templates(DECLARED, [replace(AS_DECLARED, code_expiration_minutes=5)]):
        apply_step(client, "102290129340398", DECLARED, step)
    updated, created = graph.requests
    assert updated.path.endswith(AS_DECLARED.id)
    assert created.path.endswith("102290129340398/message_templates")
    assert created.body["language"] == "es"
    for request in (updated, created):
        assert request.body["components"] == DECLARED.content.as_json()
        assert request.body["message_send_ttl_seconds"] == 600


@pytest.mark.parametrize(
    ("member", "value"),
    [("name", "Shamrock"), ("languages", ("en-US",)), ("message_send_ttl_s", 20)],
)
def test_what_meta_would_refuse_cannot_be_declared(member, value):
    with pytest.raises(InvalidArgumentError):
        replace(DECLARED, **{member: value})
