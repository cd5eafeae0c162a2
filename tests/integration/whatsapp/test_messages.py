"""Every kind of message over HTTP: what the simulated Meta takes, and what it says no to."""

import pytest

from otp_service.simulator import SimulatorSettings, running_simulator
from otp_service.whatsapp import OperatorError, RecipientError, WindowClosedError
from tests.conftest import ACCESS_TOKEN, APP_SECRET, BUSINESS_ACCOUNT_ID, PHONE_NUMBER_ID
from tests.integration.whatsapp.messaging_client import client_of

TO = "+12395550100"
IMAGE, AUDIO = "https://example.com/mugshot.jpg", "https://example.com/voice-note.mp3"


@pytest.fixture
def simulator():
    settings = SimulatorSettings(
        access_token=ACCESS_TOKEN,
        phone_number_id=PHONE_NUMBER_ID,
        business_account_id=BUSINESS_ACCOUNT_ID,
        app_secret=APP_SECRET,
        require_app_secret_proof=True,
    )
    with running_simulator(settings) as running:
        yield running


@pytest.fixture
def api(simulator):
    with client_of(simulator) as client:
        yield client


@pytest.mark.parametrize(
    ("method", "arguments", "kind", "text", "media"),
    [
        ("send_text", ("Hello from Shamrock!", True), "text", "Hello from Shamrock!", None),
        ("send_text", ("\U0001f600" * 4096,), "text", "\U0001f600" * 4096, None),
        ("send_image", (IMAGE,), "image", None, IMAGE),
        ("send_image", (IMAGE, "x" * 1024), "image", "x" * 1024, IMAGE),
        ("send_audio", (AUDIO,), "audio", None, AUDIO),
    ],
)
def test_free_form_reaches_whoever_wrote(simulator, api, method, arguments, kind, text, media):
    wamid = simulator.write_to_business(TO)
    sent = getattr(api, method)(
        "(239) 555-0100", *arguments, reply_to=wamid, callback_data="case-7"
    )
    [message] = simulator.inbox(TO)
    assert (message.wamid, message.to) == (sent.wamid, TO)
    assert (message.type, message.text, message.media) == (kind, text, media)
    assert message.callback_data == "case-7"


@pytest.mark.parametrize(
    ("method", "argument"), [("send_text", "Hi"), ("send_image", IMAGE), ("send_audio", AUDIO)]
)
def test_free_form_to_whoever_has_not_written_needs_a_template(simulator, api, method, argument):
    before = simulator.requests_received
    with pytest.raises(WindowClosedError) as caught:
        getattr(api, method)(TO, argument)
    assert (caught.value.alert, caught.value.stop) == (False, False)
    assert simulator.requests_received == before + 1
    api.send_authentication_otp(TO, "481516")
    assert [message.code for message in simulator.inbox(TO)] == ["481516"]


def test_a_template_with_its_components(simulator, api):
    passcode = [{"type": "text", "text": "481516"}]
    api.send_template(
        TO,
        "shamrock_auth",
        components=[
            {"type": "body", "parameters": passcode},
            {"type": "button", "sub_type": "url", "index": "0", "parameters": passcode},
        ],
    )
    [message] = simulator.inbox(TO)
    assert (message.template, message.language, message.code) == (
        "shamrock_auth",
        "en_US",
        "481516",
    )


def test_a_template_that_does_not_exist_is_ours(api):
    with pytest.raises(OperatorError, match="132001") as caught:
        api.send_template(TO, "no_such_template")
    assert caught.value.stop


@pytest.mark.parametrize("typing_indicator", [False, True])
def test_marking_as_read(simulator, api, typing_indicator):
    api.mark_as_read(simulator.write_to_business(TO), typing_indicator)


def test_a_message_that_never_came_cannot_be_marked_as_read(simulator, api):
    before = simulator.requests_received
    with pytest.raises(RecipientError, match="131009"):
        api.mark_as_read("wamid.HBgLMTIzOTU1NTAxMDAVAgASGBQzQUE=")
    assert simulator.requests_received == before + 1
