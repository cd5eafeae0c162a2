"""Which of Meta's refusals say that sends are refused too, and which say nothing."""

import pytest

from otp_service.adapters.whatsapp_refusal import finding_of
from otp_service.domain.health import Gravity, UnansweredError
from otp_service.whatsapp.errors import PlatformError, refusal, refusal_without_code
from otp_service.whatsapp.graph_error import parse_graph_error


def error_of(code, message="x +12395550100", **members):
    error = {"code": code, "message": message, "type": "OAuthException", **members}
    graph = parse_graph_error(400, {}, {"error": error}, secrets=())
    assert graph is not None
    return refusal(graph)


@pytest.mark.parametrize(
    ("error", "check"),
    [
        (error_of(190), "token_valid"),
        (error_of(190, error_subcode=463), "token_valid"),
        (error_of(104), "token_valid"),
        (error_of(0), "token_valid"),
        (error_of(100, "Invalid appsecret_proof provided in the API argument"), "token_proof"),
        (error_of(100, error_subcode=33), "number_visible"),
        (error_of(803), "number_visible"),
        (error_of(10), "number_visible"),
        (error_of(200), "number_visible"),
        (error_of(299), "number_visible"),
        (error_of(3), "number_visible"),
        (error_of(368), "account_restricted"),
        (error_of(131031), "account_restricted"),
    ],
    ids=str,
)
def test_a_refusal_that_stops_sends_is_fatal(error, check):
    finding = finding_of(error, "number", "WHATSAPP_PHONE_NUMBER_ID")
    assert (finding.check, finding.gravity) == (check, Gravity.FATAL)
    assert finding.why
    assert finding.mend
    # What everybody may read at /readyz is our own sentence, without Meta's trace ids.
    assert "fbtrace" not in finding.what
    assert "2395550100" not in repr(finding)


def test_what_cannot_be_seen_is_named_by_its_setting():
    finding = finding_of(error_of(200), "number", "WHATSAPP_PHONE_NUMBER_ID")
    assert "WHATSAPP_PHONE_NUMBER_ID (error 200)" in finding.what
    assert "WHATSAPP_PHONE_NUMBER_ID" in finding.mend


@pytest.mark.parametrize(
    "error",
    [
        error_of(2),
        error_of(4),
        error_of(80008),
        error_of(131000),
        error_of(100, "(#100) Tried accessing nonexisting field (x)"),
        error_of(987654),
        refusal_without_code(403),
        PlatformError("Meta could not be reached"),
    ],
    ids=str,
)
def test_any_other_error_leaves_what_was_known(error):
    with pytest.raises(UnansweredError, match=r"\w"):
        finding_of(error, "number", "WHATSAPP_PHONE_NUMBER_ID")
