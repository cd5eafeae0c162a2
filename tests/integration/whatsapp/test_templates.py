"""Message templates, through the library and over HTTP: what was declared is what reads back."""

import time
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
import requests

from otp_service.simulator import RunningSimulator, SimulatorSettings, running_simulator
from otp_service.whatsapp import OperatorError, PlatformError, SingleRetry, WhatsAppCloudAPI
from otp_service.whatsapp.authentication_template import (
    AuthenticationContent,
    OtpButton,
    OtpType,
    SupportedApp,
)
from otp_service.whatsapp.graph_client import GraphClient
from otp_service.whatsapp.template_error import TemplateError, TemplateFault
from otp_service.whatsapp.template_previews import preview_templates
from otp_service.whatsapp.templates import (
    TemplateFilter,
    create_template,
    delete_template,
    list_templates,
    read_template,
    unpause_template,
    update_template,
    upsert_templates,
)
from tests.conftest import ACCESS_TOKEN, APP_SECRET, BUSINESS_ACCOUNT_ID, PHONE_NUMBER_ID

SETTINGS = SimulatorSettings(
    access_token=ACCESS_TOKEN,
    phone_number_id=PHONE_NUMBER_ID,
    business_account_id=BUSINESS_ACCOUNT_ID,
    app_secret=APP_SECRET,
    require_app_secret_proof=True,
    template_review_s=0,
)
CONTENT = AuthenticationContent(code_expiration_minutes=5)
WABA = BUSINESS_ACCOUNT_ID


@pytest.fixture
def simulator() -> Iterator[RunningSimulator]:
    """A simulator of our own, since these tests change the account."""
    with running_simulator(SETTINGS) as running:
        yield running


@pytest.fixture
def client(simulator: RunningSimulator) -> Iterator[GraphClient]:
    with client_of(simulator) as client:
        yield client


def client_of(simulator: RunningSimulator) -> GraphClient:
    return GraphClient(
        access_token=ACCESS_TOKEN,
        app_secret=APP_SECRET,
        base_url=simulator.base_url,
        retry=SingleRetry(max_pause_s=0.0),
    )


@pytest.fixture
def order(simulator: RunningSimulator) -> Callable[..., None]:
    def order(**members: object) -> None:
        url = f"{simulator.base_url}/control"
        requests.post(url, json=members, timeout=5).raise_for_status()

    return order


def names(client, only=None):
    listed = list_templates(client, WABA, only) if only else list_templates(client, WABA)
    return [(template.name, template.language) for template in listed]


ONE_TAP = OtpButton(
    OtpType.ONE_TAP,
    "Copy",
    "Fill in",
    (
        SupportedApp("com.example.app", "K8a/AINcGX7"),
        SupportedApp("com.example.two", "K8+AINcGX7="),
    ),
)
ZERO_TAP = replace(ONE_TAP, otp_type=OtpType.ZERO_TAP, zero_tap_terms_accepted=True)


@pytest.mark.parametrize(
    "content",
    [
        CONTENT,
        AuthenticationContent(security_recommendation=False),
        AuthenticationContent(OtpButton(text="Copy it")),
        AuthenticationContent(ONE_TAP, code_expiration_minutes=90),
        AuthenticationContent(ZERO_TAP),
    ],
    ids=["copy", "no footer", "own label", "one tap", "zero tap"],
)
def test_what_was_declared_is_what_reads_back(client, content):
    created = create_template(client, WABA, "login_otp", "en_US", content, message_send_ttl_s=-1)
    template = read_template(client, created.id)
    assert created.status == template.status == "APPROVED"
    assert template.is_authentication
    assert template.message_send_ttl_s == -1
    assert template.code_expiration_minutes == content.code_expiration_minutes
    assert template.security_recommendation is content.security_recommendation
    assert template.button is not None
    assert template.button.otp_type == content.button.otp_type
    assert template.button.supported_apps == content.button.supported_apps
    assert content.button.text in (None, template.button.text)
    assert content.button.autofill_text in (None, template.button.autofill_text)


def test_a_template_just_approved_can_be_sent(simulator, client):
    create_template(client, WABA, "login_otp", "es", CONTENT)
    with WhatsAppCloudAPI(
        access_token=ACCESS_TOKEN,
        phone_number_id=PHONE_NUMBER_ID,
        app_secret=APP_SECRET,
        base_url=simulator.base_url,
    ) as api:
        sent = api.send_authentication_otp(
            "+12395550100", "123456", template="login_otp", language="es"
        )
    assert simulator.inbox("+12395550100")[-1].wamid == sent.wamid


def test_a_review_takes_its_time(client, order):
    order(template_review={"after_s": 0.3, "status": "REJECTED", "reason": "INVALID_FORMAT"})
    created = create_template(client, WABA, "login_otp", "en_US", CONTENT)
    assert created.status == "PENDING"
    give_up_at = time.monotonic() + 10
    while (template := read_template(client, created.id)).status == "PENDING":
        assert time.monotonic() < give_up_at
        time.sleep(0.05)
    assert (template.status, template.rejected_reason) == ("REJECTED", "INVALID_FORMAT")


def test_more_templates_than_one_page_holds(client):
    for number in range(30):
        create_template(client, WABA, f"login_{number}", "en_US", CONTENT)
    assert names(client) == [
        ("shamrock_auth", "en_US"),
        *((f"login_{number}", "en_US") for number in range(30)),
    ]


@pytest.mark.parametrize(
    ("only", "expected"),
    [
        (TemplateFilter(name="shamrock_auth"), ["shamrock_auth"]),
        # Of which the simulator, unlike us, takes a part for a match.
        (TemplateFilter(name="shamrock"), []),
        (TemplateFilter(language="es"), ["login_otp"]),
        (TemplateFilter(status="PAUSED", category="AUTHENTICATION"), ["login_otp"]),
        (TemplateFilter(content="verificación"), ["login_otp"]),
        (TemplateFilter(quality="RED"), ["login_otp"]),
        (TemplateFilter(quality="GREEN"), []),
    ],
    ids=repr,
)
def test_filters(client, order, only, expected):
    create_template(client, WABA, "login_otp", "es", CONTENT)
    order(template={"name": "login_otp", "language": "es", "status": "PAUSED", "quality": "RED"})
    assert [name for name, _ in names(client, only)] == expected


def test_an_update_replaces_content_and_lifetime(client):
    created = create_template(client, WABA, "login_otp", "en_US", CONTENT)
    changed = replace(CONTENT, code_expiration_minutes=7)
    update_template(client, created.id, content=changed, message_send_ttl_s=300)
    template = read_template(client, created.id)
    assert (template.code_expiration_minutes, template.message_send_ttl_s) == (7, 300)
    with pytest.raises(TemplateError) as caught:
        update_template(client, created.id, content=CONTENT)
    assert caught.value.fault is TemplateFault.NOT_CHANGEABLE
    assert "once in 24 hours" in (caught.value.meta_sentence or "")


def test_a_paused_template_is_resumed(client, order):
    order(template={"name": "shamrock_auth", "language": "en_US", "status": "PAUSED"})
    [template] = list_templates(client, WABA)
    assert not template.is_sendable
    unpause_template(client, template.id)
    assert read_template(client, template.id).is_sendable


def test_a_deleted_name_is_blocked(client):
    create_template(client, WABA, "login_otp", "en_US", CONTENT)
    create_template(client, WABA, "login_otp", "es", CONTENT)
    delete_template(client, WABA, "login_otp")
    assert names(client) == [("shamrock_auth", "en_US")]
    with pytest.raises(TemplateError) as caught:
        create_template(client, WABA, "login_otp", "fr", CONTENT)
    assert caught.value.fault is TemplateFault.NAME_BLOCKED


def test_one_language_is_deleted_by_its_id(client):
    create_template(client, WABA, "login_otp", "en_US", CONTENT)
    spanish = create_template(client, WABA, "login_otp", "es", CONTENT)
    delete_template(client, WABA, "login_otp", template_id=spanish.id)
    assert names(client, TemplateFilter(name="login_otp")) == [("login_otp", "en_US")]


def test_a_template_that_exists_is_not_created_again(client):
    with pytest.raises(TemplateError) as caught:
        create_template(client, WABA, "shamrock_auth", "en_US", CONTENT)
    assert caught.value.fault is TemplateFault.ALREADY_EXISTS


def test_many_languages_at_once(client):
    languages = ["en_US", "es", "pt_BR"]
    submitted = upsert_templates(client, WABA, "login_otp", languages, CONTENT)
    assert [(each.language, each.status) for each in submitted] == [
        (language, "APPROVED") for language in languages
    ]
    again = upsert_templates(client, WABA, "login_otp", languages, CONTENT)
    assert [each.id for each in again] == [each.id for each in submitted]


def test_previews_are_in_the_person_s_language(client):
    [spanish] = preview_templates(client, WABA, CONTENT, ["es"])
    assert spanish.language == "es"
    assert (
        spanish.body == "Tu código de verificación es *{{1}}*. Por tu seguridad, no lo compartas."
    )
    assert spanish.footer == "Este código caduca en 5 minutos."
    assert (spanish.button_text, spanish.autofill_text) == ("Copiar código", "Autocompletar")


def test_previews_of_every_language_and_without_a_footer(client):
    previews = preview_templates(
        client, WABA, AuthenticationContent(security_recommendation=False)
    )
    assert len(previews) > 100
    assert {preview.footer for preview in previews} == {None}


@pytest.mark.parametrize("flavour", ["live", "published"])
def test_an_unknown_template_is_ours_to_repair_in_both_flavours(flavour):
    with (
        running_simulator(replace(SETTINGS, error_flavour=flavour)) as simulator,
        client_of(simulator) as client,
        pytest.raises(OperatorError) as caught,
    ):
        read_template(client, "999")
    assert caught.value.stop


def test_too_many_management_calls_are_the_platform_s(client, order):
    order(management_limit=1)
    list(list_templates(client, WABA))
    with pytest.raises(PlatformError) as caught:
        list(list_templates(client, WABA))
    # The hour's first call was just made; the header says so in minutes.
    assert caught.value.retry_after_s == 3600
