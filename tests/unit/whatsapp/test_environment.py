"""A client configured as Shamrock's own code is: by environment variables."""

import pytest

from otp_service.whatsapp import (
    InvalidArgumentError,
    WhatsAppCloudAPI,
    send_whatsapp_audio,
    send_whatsapp_message,
    send_whatsapp_otp,
)
from otp_service.whatsapp.environment import read_environment
from otp_service.whatsapp.graph_client import GraphClient

TO = "+12395550100"


@pytest.fixture
def seed(graph):
    """The three names of the seed, and where the API is."""
    return {
        "WHATSAPP_ACCESS_TOKEN": "EAAseed",
        "WHATSAPP_PHONE_NUMBER_ID": "106540352242922",
        "WHATSAPP_BUSINESS_ACCOUNT_ID": "102290129340398",
        "WHATSAPP_API_BASE_URL": graph.url,
    }


@pytest.fixture
def in_environment(monkeypatch, seed):
    for name, value in seed.items():
        monkeypatch.setenv(name, value)


def test_the_seed_s_three_names_are_enough(graph, seed):
    with WhatsAppCloudAPI.from_environment(seed) as api:
        api.send_authentication_otp(TO, "012345")
    [request] = graph.requests
    assert request.path == "/v23.0/106540352242922/messages"
    assert request.headers["Authorization"] == "Bearer EAAseed"
    assert "appsecret_proof" not in request.body
    template = request.body["template"]
    assert (template["name"], template["language"]) == ("shamrock_auth", {"code": "en_US"})


def test_the_optional_names(graph, seed):
    optional = {
        "WHATSAPP_APP_SECRET": "app-secret",
        "WHATSAPP_API_VERSION": "v25.0",
        "WHATSAPP_TEMPLATE_NAME": "login",
        "WHATSAPP_TEMPLATE_LANGUAGE": "es_MX",
    }
    with WhatsAppCloudAPI.from_environment(seed | optional) as api:
        api.send_authentication_otp(TO, "012345")
    [request] = graph.requests
    assert request.path.startswith("/v25.0/")
    assert request.body["appsecret_proof"]
    template = request.body["template"]
    assert (template["name"], template["language"]) == ("login", {"code": "es_MX"})


def test_without_a_base_url_it_is_meta_s_and_empty_is_absent(seed):
    found = read_environment({**seed, "WHATSAPP_API_BASE_URL": "", "WHATSAPP_APP_SECRET": "  "})
    assert found.base_url == "https://graph.facebook.com"
    assert found.app_secret is None
    assert "EAAseed" not in repr(found)


def test_all_that_is_missing_is_named_at_once():
    with pytest.raises(InvalidArgumentError) as caught:
        WhatsAppCloudAPI.from_environment({"WHATSAPP_ACCESS_TOKEN": " "})
    assert "WHATSAPP_ACCESS_TOKEN" in str(caught.value)
    assert "WHATSAPP_PHONE_NUMBER_ID" in str(caught.value)


def test_management_needs_no_number(graph, seed):
    del seed["WHATSAPP_PHONE_NUMBER_ID"]
    with GraphClient.from_environment(seed) as client:
        client.get("102290129340398", {"fields": "id"})
    assert graph.requests[-1].path == "/v23.0/102290129340398"
    with pytest.raises(InvalidArgumentError, match="WHATSAPP_ACCESS_TOKEN") as caught:
        GraphClient.from_environment({})
    assert "WHATSAPP_PHONE_NUMBER_ID" not in str(caught.value)


@pytest.mark.usefixtures("in_environment")
def test_the_one_liners(graph):
    send_whatsapp_message(TO, "Your bail has been posted.")
    send_whatsapp_audio(TO, "https://files.com/recording.mp3")
    sent = send_whatsapp_otp("(239) 555-0100", "123456")
    assert sent.wamid
    assert [request.body["type"] for request in graph.requests] == ["text", "audio", "template"]
    assert {request.body["to"] for request in graph.requests} == {TO}
    assert graph.connections == 3
