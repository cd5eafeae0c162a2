"""API keys in the settings: each belongs to one caller, and is read as it was meant."""

import json

from otp_service.domain.api_clients import key_digest
from tests.unit.settings.conftest import GOOD, STRONG, fault_of

DIGEST = key_digest(STRONG)


def test_a_digest_with_spaces_in_it_is_the_same_digest(load):
    text = json.dumps({"ops": {"sha256": f" {DIGEST[:8]} {DIGEST[8:]}\n", "scopes": ["otp"]}})
    assert load(OTP_API_CLIENTS=text).api_clients.authenticate(STRONG).client_id == "ops"


def test_a_key_has_one_holder_only(load):
    holder = {"sha256": [DIGEST, key_digest(STRONG[::-1])], "scopes": ["otp"]}
    both = json.dumps({"ops": holder, "console": {"sha256": DIGEST, "scopes": ["roles"]}})
    assert "OTP_API_CLIENTS: ops and console have the same key" in fault_of(
        load, OTP_API_CLIENTS=both
    )
    ops = json.dumps({"ops": holder})
    fault = fault_of(load, OTP_API_CLIENTS=ops, GAS_API_KEY=f"{GOOD['GAS_API_KEY']},{STRONG}")
    assert "GAS_API_KEY: is a key of ops in OTP_API_CLIENTS as well" in fault
    assert STRONG not in fault
    # The callers' own key, on its way from one setting to the other.
    assert load(OTP_API_CLIENTS=json.dumps({"gas": holder}), GAS_API_KEY=STRONG).api_clients


def test_a_key_with_a_comma_in_it_is_told_to_be_two(load):
    assert "a comma separates two" in fault_of(load, GAS_API_KEY=f"{STRONG[:20]},{STRONG[20:]}")
