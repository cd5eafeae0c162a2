"""No exception, however it is printed, holds a number, a passcode, a token or a secret."""

import hashlib
import hmac
import logging
import traceback
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from otp_service.whatsapp import SingleRetry, WhatsAppError
from otp_service.whatsapp.redaction import redact
from tests.unit.whatsapp.conftest import ACCESS_TOKEN
from tests.unit.whatsapp.graph_server import answer, closed_port, drop, graph_error, hang, truncate

NUMBER, PASSCODE, APP_SECRET = "+12395550100", "K7$x-48", "app-secret-9Z"
PROOF = hmac.new(APP_SECRET.encode(), ACCESS_TOKEN.encode(), hashlib.sha256).hexdigest()
FORBIDDEN = [NUMBER[1:], "239-555-0100", "555 0100", PASSCODE, ACCESS_TOKEN, APP_SECRET, PROOF]

ECHO = (
    f"to {NUMBER}, or 1 (239) 555-0100, or 1.239.555.0100 code {PASSCODE} with {ACCESS_TOKEN}, "
    f"proof {PROOF}, again 12395550100\nFAKE log line"
)
ECHOES: dict[str, Any] = {
    "message": ECHO,
    "type": ECHO,
    "fbtrace_id": ECHO,
    "error_data": {"details": ECHO},
    "error_user_msg": ECHO,
}
REACTIONS = {
    "recipient": graph_error(131026, **ECHOES),
    "operator": graph_error(190, 401, **ECHOES),
    "platform": graph_error(131016, 500, **ECHOES),
    "message only": graph_error(131009, message=ECHO),
    "html": answer(502, ECHO.encode()),
    "edge": answer(403, ECHO.encode()),
    "unreadable": answer(200, ECHO.encode()),
    "no wamid": answer(200, {"contacts": [{"input": NUMBER, "wa_id": NUMBER[1:]}]}),
    "redirect": answer(302, b"", {"Location": f"/{NUMBER}/{PASSCODE}/{ACCESS_TOKEN}"}),
    "dropped": drop,
    "truncated": truncate,
    "timeout": hang,
}


def chain(error):
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def printed(error):
    """Everything a logger or an error tracker prints of an exception, short of its frames."""
    texts = ["".join(traceback.format_exception(error))]
    for link in chain(error):
        texts += [str(link), repr(link), repr(link.args), repr(vars(link))]
    return "\n".join(texts)


def fail(api):
    with pytest.raises(WhatsAppError) as caught:
        api.send_authentication_otp(NUMBER, PASSCODE)
    return caught.value


def assert_clean(text):
    for secret in FORBIDDEN:
        assert secret not in text


@pytest.mark.parametrize("reaction", REACTIONS.values(), ids=REACTIONS)
def test_an_answer_that_echoes_everything(make_api, graph, caplog, reaction):
    caplog.set_level(logging.DEBUG)
    graph.script = [reaction]
    error = fail(make_api(app_secret=APP_SECRET, read_timeout_s=0.3))
    assert list(chain(error)) == [error]
    assert_clean(printed(error))
    assert "\nFAKE" not in str(error)
    assert_clean(caplog.text)


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_connection_never_established(make_api, scheme):
    url = f"{scheme}://127.0.0.1:{closed_port()}"
    retry = SingleRetry(sleep=lambda _: None)
    error = fail(make_api(base_url=url, app_secret=APP_SECRET, retry=retry))
    assert list(chain(error)) == [error]
    assert_clean(printed(error))


def test_the_useful_words_survive(make_api, graph):
    graph.script = [REACTIONS["recipient"]]
    error = fail(make_api(app_secret=APP_SECRET))
    assert error.graph.safe_details == (
        "to [redacted], or [redacted], or [redacted] code [redacted] with [redacted], "
        "proof [redacted], again [redacted] FAKE log line"
    )
    assert error.graph.details == ECHO


def test_arguments_that_are_refused_are_not_repeated(api):
    for arguments in ((NUMBER[:-1], PASSCODE), (NUMBER, PASSCODE + "\n")):
        with pytest.raises(ValueError, match="must") as caught:
            api.send_authentication_otp(*arguments)
        assert_clean(printed(caught.value))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("call +1 (239) 555-0100 now", "call [redacted] now"),
        ("(239) 555-0100", "[redacted]"),
        ("code 123456.", "code [redacted]."),
        ("code 123-456", "code [redacted]"),
        ("1\u00a0239\u2011555\u20110100", "[redacted]"),
        ("\uff11\uff12\uff13\uff14\uff15\uff16", "[redacted]"),
        ("%2B12395550100", "%2B[redacted]"),
        ("five 12345 stay", "five 12345 stay"),
        ("limit 15, index 1, 4 spaces", "limit 15, index 1, 4 spaces"),
        ("a\r\nb\tc", "a b c"),
    ],
)
def test_runs_of_six_digits_are_masked_however_punctuated(text, expected):
    assert redact(text) == expected


def test_a_secret_within_another_leaves_no_remainder():
    assert redact("x abcdef y", ["cd", "abcdef", ""]) == "x [redacted] y"


@given(st.text("0123456789 +-().ab", max_size=40))
def test_no_six_digits_in_a_row_are_left(text):
    run = 0
    for character in redact(text):
        run = run + 1 if character.isdigit() else run * (character in " +-().")
        assert run < 6
