"""Token, app secret proof and path: what Meta checks before it reads the message."""

import hashlib
import hmac
from dataclasses import replace
from typing import Any

import pytest

from otp_service.simulator import SimulatorSettings

NO_TOKEN = "An access token is required to request this resource"


def _proof(settings: SimulatorSettings) -> str:
    assert settings.app_secret is not None
    return hmac.new(
        settings.app_secret.encode(), settings.access_token.encode(), hashlib.sha256
    ).hexdigest()


@pytest.mark.parametrize("header", [None, "Bearer", "Bearer ", "Basic abc"])
def test_no_token(simulator: Any, header: str | None) -> None:
    headers = {} if header is None else {"Authorization": header}
    answer = simulator.post(simulator.payload(), headers=headers)

    assert answer.status_code == 401
    error = answer.json()["error"]
    assert (error["code"], error["message"]) == (104, NO_TOKEN)
    assert error["type"] == "OAuthException"
    assert error["fbtrace_id"]


@pytest.mark.parametrize("token", ["wrong", "EAAG-test-tokeN", "\u00e9"])
def test_wrong_token(simulator: Any, token: str) -> None:
    headers = {"Authorization": f"Bearer {token}".encode()}
    answer = simulator.post(simulator.payload(), headers=headers)

    assert answer.status_code == 401
    error = answer.json()["error"]
    assert (error["code"], error["message"]) == (190, "Authentication Error")
    assert "error_subcode" not in error


def test_token_in_the_query_is_refused(simulator: Any, settings: Any) -> None:
    answer = simulator.post(simulator.payload(), params={"access_token": settings.access_token})

    assert answer.status_code == 401
    assert answer.json()["error"]["code"] == 104
    assert "own strictness" in answer.json()["error"]["error_data"]["details"]


def test_token_is_checked_before_everything_else(simulator: Any) -> None:
    url = simulator.url("/nonsense/1/messages")
    answer = simulator.session.post(url, data=b"no json", timeout=10)

    assert answer.json()["error"]["code"] == 104


@pytest.mark.parametrize("place", ["query", "body"])
def test_right_proof(start: Any, settings: Any, place: str) -> None:
    simulator = start(replace(settings, require_app_secret_proof=True))
    proof = {"appsecret_proof": _proof(settings)}
    if place == "query":
        answer = simulator.post(simulator.payload(), params=proof)
    else:
        answer = simulator.post(simulator.payload() | proof)

    assert answer.status_code == 200


def test_missing_proof(start: Any, settings: Any) -> None:
    simulator = start(replace(settings, require_app_secret_proof=True))
    answer = simulator.send()

    assert answer.status_code == 400
    error = answer.json()["error"]
    assert (error["code"], error["type"]) == (100, "GraphMethodException")
    assert error["message"] == "API calls from the server require an appsecret_proof argument"


@pytest.mark.parametrize("proof", ["0" * 64, "", "\u00e9"])
def test_wrong_proof_is_refused_even_when_none_is_required(simulator: Any, proof: str) -> None:
    answer = simulator.post(simulator.payload(), params={"appsecret_proof": proof})

    assert answer.status_code == 400
    error = answer.json()["error"]
    assert (error["code"], error["type"]) == (100, "GraphMethodException")
    assert error["message"] == "Invalid appsecret_proof provided in the API argument"


def test_without_an_app_secret_any_proof_passes(start: Any, settings: Any) -> None:
    simulator = start(replace(settings, app_secret=None))

    answer = simulator.post(simulator.payload(), params={"appsecret_proof": "x"})
    assert answer.status_code == 200


def test_requiring_a_proof_needs_a_secret(settings: Any) -> None:
    with pytest.raises(ValueError, match="app_secret"):
        replace(settings, app_secret=None, require_app_secret_proof=True)


def test_secrets_stay_out_of_the_settings_repr(settings: Any) -> None:
    assert settings.access_token not in repr(settings)
    assert settings.app_secret not in repr(settings)


@pytest.mark.parametrize("node_id", ["999", "abc", "102290129340398", "me"])
@pytest.mark.parametrize("method", ["post", "get"])
def test_unknown_id(simulator: Any, settings: Any, node_id: str, method: str) -> None:
    answer = simulator.session.request(
        method,
        simulator.url(f"/v23.0/{node_id}/messages"),
        headers={"Authorization": f"Bearer {settings.access_token}"},
        timeout=10,
    )

    assert answer.status_code == 400
    error = answer.json()["error"]
    assert (error["code"], error["error_subcode"]) == (100, 33)
    assert error["type"] == "GraphMethodException"
    assert error["message"] == (
        f"Unsupported {method} request. Object with ID '{node_id}' does not exist, cannot be "
        "loaded due to missing permissions, or does not support this operation"
    )


@pytest.mark.parametrize(
    "path",
    ["/v23/106540352242922/messages", "/23.0/106540352242922/messages", "/v23.0/1/none"],
)
def test_unknown_path(simulator: Any, settings: Any, path: str) -> None:
    answer = simulator.session.post(
        simulator.url(path),
        headers={"Authorization": f"Bearer {settings.access_token}"},
        timeout=10,
    )

    assert answer.status_code == 400
    error = answer.json()["error"]
    assert error["code"] == 2500
    assert error["message"].startswith("Unknown path components: /")
