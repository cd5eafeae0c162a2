"""No log line and no exception of a management call shows a token, a proof or a wamid."""

import hashlib
import hmac
import logging
import traceback

import pytest

from otp_service.whatsapp import PlatformError, WhatsAppError
from tests.unit.whatsapp.conftest import ACCESS_TOKEN
from tests.unit.whatsapp.graph_server import answer, closed_port, drop, graph_error

APP_SECRET = "app-secret-9Z"
PROOF = hmac.new(APP_SECRET.encode(), ACCESS_TOKEN.encode(), hashlib.sha256).hexdigest()
METHODS = ("get", "post", "post_form", "delete")
SECRETS = {
    "input_token": "EAAinspected",
    "client_secret": "sEcret-of-app",
    "verify_token": "verify-Me",
    "message_id": "wamid.HBgLMTIz",
}


HIDDEN = (*SECRETS.values(), PROOF, ACCESS_TOKEN, APP_SECRET)
ECHO = " ".join([*SECRETS.values(), PROOF, ACCESS_TOKEN])
ENDS = {
    "refused": graph_error(100, message=ECHO, error_user_msg=ECHO, error_data={"details": ECHO}),
    "edge": answer(403, ECHO.encode()),
    "unreadable": answer(200, ECHO.encode()),
    "dropped": drop,
}


def assert_nothing_shown(error, caplog):
    shown = "".join(traceback.format_exception(error))
    shown += f"{error!r} {vars(error)} {caplog.text}"
    for secret in HIDDEN:
        assert secret not in shown


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("end", ENDS.values(), ids=ENDS)
def test_a_call_that_fails(graph, make_client, caplog, method, end):
    caplog.set_level(logging.DEBUG)
    graph.script = [end]
    with pytest.raises(WhatsAppError) as caught:
        getattr(make_client(app_secret=APP_SECRET), method)("debug_token", SECRETS)
    error = caught.value
    if error.graph is not None:
        # Meta's own words are kept for whoever asks for them, outside repr.
        assert ECHO in error.graph.message
    assert_nothing_shown(error, caplog)


@pytest.mark.parametrize("method", METHODS)
def test_a_connection_never_established(make_client, caplog, method):
    caplog.set_level(logging.DEBUG)
    client = make_client(app_secret=APP_SECRET, base_url=f"http://127.0.0.1:{closed_port()}")
    with pytest.raises(PlatformError) as caught:
        getattr(client, method)("debug_token", SECRETS)
    assert_nothing_shown(caught.value, caplog)


def test_a_log_line_without_a_url_stays_as_it_is(make_client, caplog):
    make_client()
    logger = logging.getLogger("urllib3.connection")
    logger.warning("%s of %s", 1, "two")
    logger.warning("%(named)s", {"named": "three"})
    assert caplog.messages == ["1 of two", "three"]


def test_a_call_that_works(graph, make_client, caplog):
    caplog.set_level(logging.DEBUG)
    # urllib3 warns about such a header, and names the whole URL.
    graph.script = [answer(200, {}, {"Broken header": "x"})]
    make_client(app_secret=APP_SECRET).get("debug_token", SECRETS)
    assert "/v23.0/debug_token?[redacted]" in caplog.text
    for secret in HIDDEN:
        assert secret not in caplog.text
