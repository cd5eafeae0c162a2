import pytest

from otp_service.whatsapp import WhatsAppCloudAPI
from otp_service.whatsapp.endpoint import graph_url


@pytest.mark.parametrize(
    "base_url",
    [
        "https://graph.facebook.com",
        "https://graph.facebook.com/",
        "http://localhost:8001",
        "http://127.0.0.1:8001",
        "http://127.8.8.8",
        "http://[::1]:8001",
    ],
)
def test_https_or_loopback(base_url):
    assert graph_url(base_url, "v23.0") == f"{base_url.rstrip('/')}/v23.0"


@pytest.mark.parametrize(
    "base_url",
    [
        "http://graph.facebook.com",
        "http://10.0.0.1",
        "http://localhost.evil.example",
        "",
        "https://",
        "ftp://localhost",
        "graph.facebook.com",
        "http://0.0.0.0",
        "http://[::]:80",
        "https://user:secret@graph.facebook.com",
        "https://graph.facebook.com?x=1",
        "https://graph.facebook.com#x",
        "http://127.0.0.1@graph.facebook.com",
    ],
)
def test_the_token_goes_nowhere_else(base_url):
    with pytest.raises(ValueError, match="base_url"):
        WhatsAppCloudAPI(access_token="t", phone_number_id="1", base_url=base_url)


@pytest.mark.parametrize("version", ["23.0", "v23", "v23.0/..", "v23.0\n", ""])
def test_a_malformed_version_is_refused(version):
    with pytest.raises(ValueError, match="api_version"):
        graph_url("https://graph.facebook.com", version)


@pytest.mark.parametrize("phone_number_id", ["", "+12395550100", "1/2", "1\n", "\uff11\uff12"])
def test_a_malformed_phone_number_id_is_refused(phone_number_id):
    with pytest.raises(ValueError, match="phone_number_id"):
        WhatsAppCloudAPI(access_token="t", phone_number_id=phone_number_id)


@pytest.mark.parametrize(
    ("token", "user_agent"),
    [
        ("", "x"),
        ("secret\n", "x"),
        ("se cret", "x"),
        ("secr\u00e9t", "x"),
        ("secret", "x\r\nA: b"),
        ("secret", ""),
    ],
)
def test_what_cannot_be_a_header_is_refused_without_an_echo(token, user_agent):
    with pytest.raises(ValueError, match="access_token and user_agent") as caught:
        WhatsAppCloudAPI(access_token=token, phone_number_id="1", user_agent=user_agent)
    assert "secr" not in str(caught.value)
